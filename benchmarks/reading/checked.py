"""Printed numbers and headings: `python -m benchmarks.reading.checked DIR` compares them with lists made by eye.

The lists in tests/ingest/checked cover ten inspection reports. They have each printed number with the first two words
of its paragraph, and each heading after the cover with its page and first words. They were made by looking at the
rendered pages. The words come from poppler, not from this program. A report is identified by its hash.
"""

import argparse
import hashlib
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.model import Text
from ingest.worker import pipeline

LISTS = Path(__file__).parent.parent.parent / "tests" / "ingest" / "checked"


@dataclass(slots=True)
class Score:
    """Counts for all checked reports together.

    `missing` and `invented` are what was not found, and what was found wrongly.
    """

    reports: int = 0
    numbers: int = 0
    numbers_found: int = 0
    numbers_invented: int = 0
    headings: int = 0
    headings_found: int = 0
    headings_invented: int = 0
    missing: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts and the shares computed from them."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return told | {
            "share_of_numbers_found": round(self.numbers_found / (self.numbers or 1), 4),
            "share_of_numbers_invented": round(self.numbers_invented / (self.numbers or 1), 4),
            "share_of_headings_found": round(self.headings_found / (self.headings or 1), 4),
        }


def check(folder: Path) -> Score:
    """Read the checked reports at or below a folder, and score them."""
    lists = {each["sha256"]: each for each in (json.loads(path.read_bytes()) for path in sorted(LISTS.glob("*.json")))}
    score = Score()
    for path in sorted(folder.rglob("*.pdf")):
        data = path.read_bytes()
        truth = lists.get(hashlib.sha256(data).hexdigest())
        if truth is not None:
            hold(pipeline.read(data, id="0" * 64, name=path.stem, max_pages=5_000), truth, path.name, score)
    return score


def hold(text: Text, truth: dict[str, Any], name: str, score: Score) -> None:
    """Compare one report with its list, and add the result to the score."""
    score.reports += 1
    printed = {(number, _start(words)) for number, words in truth["numbers"]}
    ours = {(p.number, _start(re.sub(r"^\d+\.?\s*", "", p.text))) for p in text.paragraphs if p.number}
    score.numbers += len(printed)
    score.numbers_found += len(printed & ours)
    score.numbers_invented += len(ours - printed)
    headings = [(p.page, p.text) for p in text.paragraphs if p.heading and p.page > 1]
    score.headings += len(truth["headings"])
    for page, words in truth["headings"]:
        found = next((each for each in headings if each[0] == page and each[1].startswith(words)), None)
        if found is None:
            score.missing.append(f"{name}: heading on page {page}: {words}")
        else:
            headings.remove(found)
            score.headings_found += 1
    score.headings_invented += len(headings)
    score.missing += [f"{name}: {number} {words}" for number, words in sorted(printed - ours)]
    score.invented += [f"{name}: {number} {words}" for number, words in sorted(ours - printed)]
    score.invented += [f"{name}: heading on page {page}: {words[:60]}" for page, words in headings]


def _start(words: str) -> str:
    """Return the first two words for comparison, without footnote marks."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"[⁰¹²³⁴-⁹]", "", words))[:2]).lower()


def main() -> None:
    """Print the score as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reading.checked",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    score = check(parser.parse_args().folder)
    print(json.dumps(score.to_dict(), ensure_ascii=False, indent=1))
    if not score.reports:
        print("None of the checked reports is in this folder.", file=sys.stderr)


if __name__ == "__main__":
    main()
