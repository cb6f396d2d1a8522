"""The collections of each person on the server."""

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import Corrupt, UsageError
from corpus.removals import Entry, Removals
from reviews.collecting.collection import Collected, Saved
from reviews.collecting.person_files import PersonFile, forget

REPORT, OTHER = "ab" * 32, "cd" * 32
ONE = Saved(REPORT, 4, 4, 2, "4.1", "0000001", "2026-11-29", "0123456789abcdef", "Zelkova")


def test_each_person_has_their_own(tmp_path: Path) -> None:
    PersonFile(tmp_path, "Jo Smith").change(lambda held: held.saving(ONE))
    assert PersonFile(tmp_path, "jo smith").read().open.passages == (ONE,)
    assert PersonFile(tmp_path, "Sam Jones").read() == Collected()
    (file,) = (tmp_path / "collections").glob("*.json")
    assert json.loads(file.read_bytes())["person"] == "Jo Smith"
    if os.name == "posix":
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_name_is_never_part_of_a_path(tmp_path: Path) -> None:
    PersonFile(tmp_path / "library", "../../x\x00").read()
    (tmp_path / "library").mkdir()
    PersonFile(tmp_path / "library", "../../x").change(lambda held: held.saving(ONE))
    assert [each.name for each in tmp_path.iterdir()] == ["library"]


def test_a_change_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    kept = PersonFile(tmp_path, "Jo")
    kept.change(lambda held: held.saving(ONE))
    with pytest.raises(UsageError):
        kept.change(lambda held: held.saving(replace(ONE, first=9, last=9)).begun(""))
    assert kept.read().open.passages == (ONE,)


def test_two_changes_at_once_are_both_kept(tmp_path: Path) -> None:
    def save(first: int) -> None:
        PersonFile(tmp_path, "Jo").change(lambda held: held.saving(replace(ONE, first=first, last=first)))

    threads = [threading.Thread(target=save, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.first for each in PersonFile(tmp_path, "Jo").read().open.passages} == set(range(8))


def test_a_removal_takes_notes_and_digests_out_and_nothing_comes_back(tmp_path: Path) -> None:
    for person in ("Jo", "Sam"):
        saved = PersonFile(tmp_path, person)
        saved.change(lambda held: held.saving(ONE).saving(replace(ONE, report=OTHER, note="stays")))
    (tmp_path / "collections" / ".0.json.half").write_text("Zelkova")
    forget(tmp_path, [REPORT])
    for person in ("Jo", "Sam"):
        gone, other = PersonFile(tmp_path, person).read().open.passages
        assert gone == ONE.bare
        assert other.note == "stays"
    assert not any(b"Zelkova" in each.read_bytes() for each in (tmp_path / "collections").iterdir())
    Removals.load(tmp_path / "removals.json").having([Entry(REPORT, "2026-11-29", "", "", state="begun")]).save()
    PersonFile(tmp_path, "Jo").change(lambda held: held.noted("1", REPORT, 4, "Zelkova again"))
    assert PersonFile(tmp_path, "Jo").read().open.passages[0] == ONE.bare


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"format": "reviews collections"}', b"[" * 100_000])
def test_a_damaged_file_is_named_and_goes_with_a_removal(tmp_path: Path, damage: bytes) -> None:
    kept = PersonFile(tmp_path, "Jo")
    kept.change(lambda held: held.saving(ONE))
    (file,) = (tmp_path / "collections").glob("*.json")
    file.write_bytes(damage)
    with pytest.raises(Corrupt, match="damaged"):
        kept.read()
    forget(tmp_path, [REPORT])
    assert not file.exists()
