"""Boilerplate in passages: `python -m benchmarks.reading.passages DIR` runs a hundred queries and checks for it.

Running lines and contents lines are taken from poppler's text, not from this program's. A running line is among the
first or last lines of at least three pages and two thirds of all pages, ignoring digits. A contents line has dots and
ends in a number. None of them may be in a passage from the pages on which it is printed.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.searching.queries import TYPICAL
from corpus.layout import create_library
from corpus.report import Report
from reviews.library import Library
from reviews.maintenance.update import run

_EDGE = 3  # lines at the top and bottom of a page that may be running lines
_CONTENTS = re.compile(r"(?:\.\s?){5,}\s*\d{1,3}$")
_MORE = """children; school; police; risk; parents; health; care; plan; review; assessment; family; support; education;
practice; leaders; management; delay; missing; exploitation; foster; adoption; court; safe; abuse; concerns; agencies;
evidence; page; report; inspection; contents; appendix; recommendation; finding; partnership; council; authority; board;
"social workers"; "care leavers"; "local authority"; "child protection"; serious; quality; number; result; government;
public; chapter; introduction; summary"""


@dataclass(slots=True)
class Verdict:
    """The verdict.

    `lines` are running and contents lines in the files. `seen` are those that a passage shows, with the place.
    """

    queries: int = 0
    passages: int = 0
    lines: int = 0
    seen: list[str] = field(default_factory=list)


def questions() -> list[str]:
    """Return a hundred queries."""
    return list(dict.fromkeys([*TYPICAL, *(each.strip() for each in _MORE.split(";"))]))[:100]


def no_text(path: Path) -> dict[int, set[str]]:
    """Return the running lines and the contents lines of each page, as poppler reads them."""
    done = subprocess.run(["pdftotext", "-layout", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    pages = [
        [" ".join(line.split()) for line in page.split("\n") if line.strip()]
        for page in done.stdout.decode("utf-8", "replace").split("\f")[:-1]
    ]
    places: dict[str, list[tuple[int, str]]] = defaultdict(list)
    found: dict[int, set[str]] = defaultdict(set)
    for number, lines in enumerate(pages, 1):
        for line in {*lines[:_EDGE], *lines[-_EDGE:]}:
            places[re.sub(r"\d+", "#", line)].append((number, line))
        found[number] |= {line for line in lines if _CONTENTS.search(line)}
    for key, at in places.items():
        if len({number for number, _ in at}) >= max(3, 2 * len(pages) / 3) and len(re.findall(r"[^\W\d_]", key)) > 8:
            for number, line in at:
                found[number].add(line)
    return found


def check(library: Library) -> Verdict:
    """Run every query and check every passage."""
    verdict = Verdict()
    lines: dict[str, dict[int, set[str]]] = {}
    for report in library.reports():
        lines[report.id] = no_text(_file(library, report))
    verdict.lines = sum(len(each) for pages in lines.values() for each in pages.values())
    for question in questions():
        verdict.queries += 1
        for hit in library.search(question, limit=None, per_report=None):
            pages = lines[hit.report.id]
            for passage in hit.passages:
                verdict.passages += 1
                for page in range(passage.page, passage.page_end + 1):
                    for line in pages.get(page, ()):
                        if line in passage.text:
                            verdict.seen.append(f"{hit.report.file}, page {page}: {line}")
    verdict.seen = sorted(set(verdict.seen))
    return verdict


def _file(library: Library, report: Report) -> Path:
    return library.settings.library / report.files[0]


def main() -> None:
    """Print the verdict as JSON. Exits with 1 if a passage shows boilerplate."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reading.passages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        settings = create_library(Path(temporary) / "library")
        run(settings, [folder])
        with Library(settings.library, ocr=False) as library:
            verdict = check(library)
    print(json.dumps(asdict(verdict), ensure_ascii=False, indent=1))
    sys.exit(1 if verdict.seen else 0)


if __name__ == "__main__":
    main()
