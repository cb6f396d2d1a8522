"""A generation is published completely and checked before it is read. If it is damaged, an older one is used."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import Corrupt, NoIndex
from corpus.storage.store import Store
from index.build import build, check
from index.storage import generations
from tests.index.conftest import AddReport


@pytest.fixture
def index(tmp_path: Path, store: Store, add: AddReport) -> Path:
    """Return an index of two generations."""
    for name in ("robin", "wren"):
        add(name, f"{name} and neglect.")
        build(store, tmp_path / "index")
    return tmp_path / "index"


def flip(path: Path, place: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1 << bit
    path.write_bytes(bytes(data))


def test_the_current_generation_is_the_one_that_was_published_last(index: Path) -> None:
    assert generations.current(index).manifest.id == "0000002"
    assert generations.current(index).warnings == ()


def test_reports_are_read_as_they_were_described_and_anything_else_is_refused(index: Path, store: Store) -> None:
    generation = generations.current(index)
    assert generation.reports() == {store.readings.current_of(report.id): report for report in store.reports()}
    described = generation.directory / generations.REPORTS
    for wrong in ("[]", "{", '{"1": {"title": "Child Robin"}}', '{"one": {}}', '{"1": null}'):
        described.write_text(wrong)
        with pytest.raises(Corrupt, match="reviews index --rebuild"):
            generation.reports()


def test_a_missing_and_an_empty_index_are_reported_plainly(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="reviews update"):
        generations.current(tmp_path / "none")


def files_of_an_index() -> list[str]:
    return ["CURRENT", "manifest.json", "reports.json", ".trm", ".pst", ".col", ".toc"]


@pytest.mark.parametrize("name", files_of_an_index())
@pytest.mark.parametrize("place", [0, 7, 100, -1])
def test_a_flipped_bit_anywhere_is_found_and_the_generation_before_serves(
    index: Path, store: Store, name: str, place: int
) -> None:
    newest = index / "0000002"
    path = index / name if name == "CURRENT" else next(p for p in newest.iterdir() if p.name.endswith(name))
    flip(path, place)
    assert check(store, index), "the damage was not found"
    served = generations.current(index)
    assert served.warnings
    if name != "CURRENT":
        assert served.manifest.id == "0000001"


def test_damage_that_kept_size_and_time_is_found_by_the_thorough_check(index: Path) -> None:
    path = next((index / "0000002").glob("*.pst"))
    before = path.stat()
    flip(path, 20)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert any("damaged" in problem for problem in generations.problems(index, thorough=True))
    assert generations.current(index, thorough=True).manifest.id == "0000001"


def test_the_next_build_repairs_a_broken_generation(index: Path, store: Store) -> None:
    flip(next((index / "0000002").glob("*.pst")), 20)
    repaired = build(store, index)
    assert repaired is not None
    assert generations.current(index).manifest.id == "0000003"
    assert generations.current(index).warnings == ()
    assert len(repaired.manifest.live) == 2


def test_when_all_generations_are_damaged_it_says_so_and_a_build_repairs_them(index: Path, store: Store) -> None:
    for generation in ("0000001", "0000002"):
        flip(index / generation / "manifest.json", 90)
    with pytest.raises(Corrupt, match="No undamaged generation is left"):
        generations.current(index)
    assert build(store, index) is not None
    assert generations.current(index).manifest.live


def test_a_generation_that_was_never_published_is_not_read(index: Path) -> None:
    shutil.copytree(index / "0000002", index / "0000009")
    assert generations.current(index).manifest.id == "0000002"


def test_a_copy_of_the_library_is_read_although_its_files_have_other_times(index: Path, tmp_path: Path) -> None:
    shutil.copytree(index, tmp_path / "copy", copy_function=shutil.copyfile)
    assert generations.current(tmp_path / "copy").warnings == ()


def test_going_back_makes_an_older_generation_current(index: Path) -> None:
    generations.use(index, "0000001")
    assert generations.current(index).manifest.id == "0000001"
    with pytest.raises(NoIndex, match="0000001, 0000002"):
        generations.use(index, "0000077")


def test_leftovers_of_an_interrupted_build_are_removed_by_the_next_one(
    index: Path, store: Store, add: AddReport
) -> None:
    (index / "building-1").mkdir()
    (index / "building-1" / "half").write_text("x")
    add("third", "Neglect.")
    build(store, index)
    assert not list(index.glob("building-*"))


def test_only_the_last_generations_stay(index: Path, store: Store, add: AddReport) -> None:
    for n in range(4):
        add(f"more-{n}", "Neglect.")
        build(store, index)
    assert [g.manifest.id for g in generations.kept(index)] == ["0000004", "0000005", "0000006"]


def test_damage_is_not_copied_into_the_next_generation(index: Path, store: Store, add: AddReport) -> None:
    path = next((index / "0000002").glob("*.pst"))
    before = path.stat()
    flip(path, 20)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a disk would
    add("third", "Neglect.")
    assert build(store, index) is not None
    assert check(store, index, full=True) == []
    assert len(generations.current(index).manifest.live) == 3


def test_only_the_named_generation_stays_when_all_others_must_go(index: Path) -> None:
    (index / "building-7").mkdir()
    generations.keep_only(index, "0000002")
    assert sorted(path.name for path in index.iterdir()) == ["0000002", "CURRENT"]
    assert generations.current(index).warnings == ()


def test_a_reader_that_looks_while_a_generation_is_published_gets_the_new_one(
    index: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_files = generations._check_files

    def and_then_it_is_taken_away(directory: Path, listed: dict[str, Any], thorough: bool) -> None:
        monkeypatch.setattr(generations, "_check_files", check_files)
        add("third", "Neglect.")
        build(store, index)
        generations.keep_only(index, "0000003")
        check_files(directory, listed, thorough)

    monkeypatch.setattr(generations, "_check_files", and_then_it_is_taken_away)
    found = generations.current(index)
    assert (found.manifest.id, found.warnings) == ("0000003", ())


def same_file(index: Path, one: str, other: str) -> set[str]:
    """Return the postings files that two generations share as one file, not only as equal content."""
    return {
        path.name
        for path in (index / one).glob("*.pst")
        if (index / other / path.name).exists() and path.samefile(index / other / path.name)
    }


@pytest.fixture
def lasting(tmp_path: Path, store: Store, add: AddReport) -> Path:
    """Return an index of two generations, with a segment so large that small ones are not merged into it."""
    for name, times in (("robin", 100), ("wren", 1)):
        add(name, *[f"{name} and neglect."] * times)
        build(store, tmp_path / "index")
    return tmp_path / "index"


def test_every_second_generation_shares_its_files_and_two_in_a_row_share_none(
    lasting: Path, store: Store, add: AddReport
) -> None:
    index = lasting
    add("third", "Neglect.")
    build(store, index)
    assert same_file(index, "0000001", "0000003")
    assert not same_file(index, "0000002", "0000003")
    assert check(store, index, full=True) == []


def test_damage_to_a_file_that_two_generations_share_leaves_the_one_between_to_serve_and_is_repaired(
    lasting: Path, store: Store, add: AddReport
) -> None:
    index = lasting
    add("third", "Neglect.")
    build(store, index)
    flip(index / "0000003" / min(same_file(index, "0000001", "0000003")), 20)
    served = generations.current(index)
    assert served.manifest.id == "0000002"
    assert served.warnings
    build(store, index)
    assert generations.current(index).manifest.id == "0000004"
    assert check(store, index, full=True) == []
    assert sorted(path.name for path in index.glob("0*")) == ["0000002", "0000004"]


def test_a_disk_without_links_gets_copies(
    lasting: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = lasting

    def refused(*_: object) -> None:
        raise OSError("no such thing here")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    add("third", "Neglect.")
    build(store, index)
    assert not same_file(index, "0000001", "0000003")
    assert check(store, index, full=True) == []


@pytest.fixture
def large(lasting: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an index of three generations that is treated as a large one: postings are not hashed to open it."""
    monkeypatch.setattr(generations, "_SMALL", -1)
    add("third", "Neglect.")
    build(store, lasting)
    return lasting


def rot(path: Path) -> None:
    """Flip a bit as a failing disk does: the size and time of the file stay the same."""
    before = path.stat()
    flip(path, 20)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def first_postings(index: Path, generation: str) -> Path:
    """Return the postings that the first generation has written, as another one has them."""
    return index / generation / next((index / "0000001").glob("*.pst")).name


def test_a_damaged_large_index_is_repaired_although_nothing_is_new(large: Path, store: Store) -> None:
    rot(first_postings(large, "0000003"))
    assert generations.current(large).manifest.id == "0000003"
    assert build(store, large) is not None
    assert generations.current(large, thorough=True).manifest.id == "0000004"
    assert check(store, large, full=True) == []


def test_damage_that_a_build_does_not_read_is_found_by_the_next_one(large: Path, store: Store, add: AddReport) -> None:
    rot(first_postings(large, "0000003"))  # the next generation shares the file of the second
    add("fourth", "Neglect.")
    build(store, large)
    current = generations.current(large, thorough=True)
    assert (current.manifest.id, current.warnings) == ("0000004", ())
    assert any("generation 0000003 is damaged" in problem for problem in check(store, large, full=True))
    add("fifth", "Neglect.")
    build(store, large)
    assert not same_file(large, "0000004", "0000005")
    assert check(store, large, full=True) == []
    assert sorted(path.name for path in large.glob("0*")) == ["0000004", "0000005"]


def test_damage_that_a_build_would_share_is_found_and_deleted(large: Path, store: Store, add: AddReport) -> None:
    rot(first_postings(large, "0000002"))
    add("fourth", "Neglect.")
    build(store, large)
    assert generations.current(large, thorough=True).manifest.id == "0000004"
    assert check(store, large, full=True) == []
    assert "0000002" not in {path.name for path in large.glob("0*")}


def test_a_copy_that_cannot_be_read_does_not_stop_a_build(large: Path, store: Store, add: AddReport) -> None:
    copy = first_postings(large, "0000002")
    copy.unlink()
    copy.mkdir()  # the disk refuses to read it as a file
    add("fourth", "Neglect.")
    build(store, large)
    assert generations.current(large, thorough=True).manifest.id == "0000004"
    assert check(store, large, full=True) == []


def test_damage_to_the_only_copy_of_a_file_is_repaired_by_the_next_build(
    large: Path, store: Store, add: AddReport
) -> None:
    (written,) = {path.name for path in (large / "0000003").glob("*.pst")} - {
        path.name for path in (large / "0000002").glob("*.pst")
    }
    rot(large / "0000003" / written)
    add("fourth", "Neglect.")
    built = build(store, large)
    assert built is not None
    assert len(built.manifest.live) == 4
    assert generations.current(large, thorough=True).manifest.id == built.manifest.id
    assert check(store, large, full=True) == []
