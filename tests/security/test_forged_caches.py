"""`check` detects forged cached counts, whichever file is forged."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

import reviews
from benchmarks.faults.removal import small_pdf
from corpus.settings import load_settings
from corpus.themes import load_themes
from index.matching import phrase_cache
from index.storage.packed_counts import PackedCounts, pack
from reviews.maintenance import soundness
from reviews.maintenance.update import run
from search.answering import theme_index
from tests.forging import library_of

NAMES = [*(theme.name for theme in load_themes().themes), "Nurses"]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library whose themes and phrases have been counted."""
    reports = {"0": "The school nurse was told of the injury.", "1": "The doctor came.", "2": "Nobody came."}
    library = library_of(tmp_path_factory.mktemp("counted") / "library", reports)
    (library / "themes.toml").write_text('[[theme]]\nname = "Nurses"\nqueries = ["\\"school nurse\\"", "doctor"]\n')
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(theme_index, "MANY", 1)
        run(load_settings(library), ())
    assert {path.suffix for path in (library / "cache").iterdir()} == {".counts", ".phrases"}
    return library


@pytest.fixture
def library(counted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(counted, tmp_path / "library"))


def problems(library: Path, *, full: bool = False) -> list[str]:
    with reviews.open(library) as opened:
        return soundness.problems(opened, full=full)


def the(library: Path, suffix: str) -> Path:
    (path,) = (library / "cache").glob(f"*{suffix}")
    return path


def with_counts(library: Path, change: Callable[[dict[int, int], list[int]], None]) -> None:
    """Change the mentions of the theme and the readings that were looked at, with the checksum that fits."""
    path = the(library, ".counts")
    told = PackedCounts(path.read_bytes())
    counts, live = {name: told.counts(name) for name in NAMES}, told.said["live"]
    change(counts["Nurses"], live)
    path.write_bytes(pack(counts, told.said))


def a_report_gains_a_theme(library: Path) -> None:
    with_counts(library, lambda nurses, live: nurses.update(dict.fromkeys(live, 1)))


def a_report_loses_a_theme(library: Path) -> None:
    with_counts(library, lambda nurses, live: nurses.clear())


def a_report_mentions_it_more_often(library: Path) -> None:
    with_counts(library, lambda nurses, live: nurses.update({reading: n + 1 for reading, n in nurses.items()}))


def a_report_is_left_out(library: Path) -> None:
    with_counts(library, lambda nurses, live: live.remove(live[-1]))


def the_file_is_of_an_earlier_generation(library: Path) -> None:
    a_report_gains_a_theme(library)
    for path in (library / "cache").iterdir():
        path.rename(path.with_name(path.name.replace("0000001", "0000000")))


def with_header(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the header of a file of phrases, and its checksum to match."""
    head, data = phrase_cache._HEAD, path.read_bytes()
    length, _ = head.unpack(data[: head.size])
    said = json.loads(data[head.size : head.size + length])
    change(said)
    header = json.dumps(said).encode()
    path.write_bytes(head.pack(len(header), crc32(header)) + header + data[head.size + length :])


def a_phrase_stands_elsewhere(library: Path) -> None:
    def change(said: dict[str, Any]) -> None:
        blocks = sorted(said["phrases"].values(), key=lambda block: block[1])
        said["phrases"] = {
            name: blocks[0] if block == blocks[-1] else blocks[-1] for name, block in said["phrases"].items()
        }

    with_header(the(library, ".phrases"), change)


def its_documents_are_others(library: Path) -> None:
    def change(said: dict[str, Any]) -> None:
        readings = [reading for _, reading in said["documents"]]
        said["documents"] = [
            [document, reading] for (document, _), reading in zip(said["documents"], reversed(readings), strict=True)
        ]

    with_header(the(library, ".phrases"), change)


def it_is_half_there(library: Path) -> None:
    path = the(library, ".phrases")
    path.write_bytes(path.read_bytes()[:20])


FORGERIES = (
    a_report_gains_a_theme,
    a_report_loses_a_theme,
    a_report_mentions_it_more_often,
    a_report_is_left_out,
    the_file_is_of_an_earlier_generation,
    a_phrase_stands_elsewhere,
    its_documents_are_others,
    it_is_half_there,
)


def test_computed_caches_are_sound(library: Path) -> None:
    assert problems(library) == []
    (library / "reports" / "3.pdf").write_bytes(small_pdf("Another school nurse wrote."))
    run(load_settings(library), ())
    assert problems(library, full=True) == [], "what was kept of the generation before is not wrong"
    with reviews.open(library) as opened:
        opened.searcher().themed()
    assert problems(library, full=True) == []


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_count_is_found(library: Path, forge: Callable[[Path], None]) -> None:
    forge(library)
    (problem, *_) = problems(library)
    assert "does not agree with the index" in problem


@pytest.mark.parametrize("name", ["reports/0.pdf", "runs", "tokens.json"])
def test_a_full_check_looks_at_every_other_file(library: Path, name: str) -> None:
    path = library / name
    if path.is_dir():
        path = next(path.glob("*.json"))
    if path.suffix == ".pdf":
        status, data = path.stat(), bytearray(path.read_bytes())
        data[-3] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        path.write_text("{")
    assert [problem for problem in problems(library, full=True) if path.name in problem]
