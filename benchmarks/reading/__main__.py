"""Completeness of the text: `python -m benchmarks.reading DIR` compares it with two independent readers.

The words of a page on which PDFium and poppler's `pdftotext` agree count as correct. Recall is the share of these words
that this program has on that page. Precision is the share of this program's words that at least one of the two readers
has on that page. Pages read by OCR are left out of it, because the two do not read images. Hyphens are removed before
comparing, because the three readers join divided words in different ways.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2

from corpus.layout import create_library
from corpus.model import Text
from corpus.storage.store import Store
from ingest.run import ingest

_WORD = re.compile(r"[^\W_]+")
_DIVIDED = re.compile(r"[-\u00ad\u2010\ufffe\x02][ \t]*\r?\n\s*")
_WORST = 10


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one report.

    `missing` are words that this program lacks. `extra` are words that neither of the other readers has.
    """

    file: str
    pages: int
    agreed: int
    recall: float
    precision: float
    missing: Counter[str]
    extra: Counter[str]

    def to_dict(self, *, words: bool) -> dict[str, Any]:
        told: dict[str, Any] = {
            "file": self.file,
            "pages": self.pages,
            "agreed": self.agreed,
            "recall": round(self.recall, 5),
            "precision": round(self.precision, 5),
        }
        if words:
            told |= {"missing": self.missing.most_common(20), "extra": self.extra.most_common(20)}
        return told


def words(text: str) -> Counter[str]:
    """Return the words of a text for comparison, without case, hyphens and line breaks."""
    joined = _DIVIDED.sub("", text)
    plain = unicodedata.normalize("NFKC", joined).casefold()
    return Counter(_WORD.findall(re.sub(r"(?<=\w)[-\u00ad\u2010\u2011](?=\w)", "", plain)))


def by_pdfium(path: Path) -> list[Counter[str]]:
    """Return the words of each page as PDFium reads them."""
    with pypdfium2.PdfDocument(path) as document:
        return [words(page.get_textpage().get_text_range()) for page in document]


def by_poppler(path: Path) -> list[Counter[str]]:
    """Return the words of each page as poppler reads them."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    return [words(page) for page in done.stdout.decode("utf-8", "replace").split("\f")]


def by_us(text: Text) -> list[Counter[str]]:
    """Return the words of each page in the corpus, including boilerplate."""
    pages: list[list[str]] = [[] for _ in text.pages]
    for aside in text.asides:
        pages[aside.page - 1].append(aside.text)
    for paragraph in text.paragraphs:
        edges = [(0, paragraph.page), *paragraph.turns, (len(paragraph.text), 0)]
        for (start, page), (end, _) in pairwise(edges):
            pages[page - 1].append(paragraph.text[start:end])
    return [words("\n\n".join(page)) for page in pages]


def score(path: Path, text: Text) -> Score:
    """Compare this program's words with those of the other readers, page by page."""
    first, second, ours = by_pdfium(path), by_poppler(path), by_us(text)
    agreed = had = known = total = 0
    missing: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    for page, a, b, mine in zip(text.pages, first, second, ours, strict=False):
        both, either = a & b, a | b
        agreed += both.total()
        had += (both & mine).total()
        missing += both - mine
        if page.reader == "ocr":  # the others read no pictures
            continue
        total += mine.total()
        known += (either & mine).total()
        extra += mine - either
    return Score(path.name, len(ours), agreed, had / (agreed or 1), known / (total or 1), missing, extra)


def scores(folder: Path) -> Iterator[Score]:
    """Yield a score for every report at or below a folder, worst first."""
    with tempfile.TemporaryDirectory() as temporary:
        settings = create_library(Path(temporary) / "library")
        with Store.open(settings.database) as store:
            ingest(store, settings, [folder])
            found = [
                score(Path(report.files[0]), store.readings.text(store.readings.current_of(report.id)))
                for report in store.reports()
            ]
    yield from sorted(found, key=lambda s: min(s.recall, s.precision))


def main() -> None:
    """Print the worst reports to stderr and all figures as JSON to stdout."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reading", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--words", action="store_true", help="list the words that differ (they are report text)")
    asked = parser.parse_args()
    found = list(scores(asked.folder))
    for each in found[:_WORST]:
        print(f"recall {each.recall:.4f}  precision {each.precision:.4f}  {each.file}", file=sys.stderr)
    low = [each.file for each in found if min(each.recall, each.precision) < 0.995]
    summary: dict[str, float] = {"reports": len(found), "below_0.995": len(low)}
    summary |= {"lowest_recall": round(min((s.recall for s in found), default=1.0), 5)}
    summary |= {"lowest_precision": round(min((s.precision for s in found), default=1.0), 5)}
    told = [each.to_dict(words=asked.words) for each in found]
    print(json.dumps({"summary": summary, "reports": told}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
