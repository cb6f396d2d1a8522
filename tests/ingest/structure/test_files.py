"""Small files that reproduce public bug reports, each with the correct result in files/expect.json."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from corpus.model import Text
from ingest.worker import pipeline

FILES = Path(__file__).parent / "files"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FILES / "expect.json").read_text(encoding="utf-8"))


def faults(report: Text, right: dict[str, Any]) -> list[str]:
    """Return what is missing from a report, and what should not be in it."""
    texts = [paragraph.text for paragraph in report.paragraphs]
    text = " ¶ ".join(texts)
    headings = {section.heading for section in report.sections}
    found = [f"lacks {words!r}" for words in right.get("text_has", []) if words not in text]
    found += [f"has {words!r}" for words in right.get("text_lacks", []) if words in text]
    found += [f"no paragraph {words!r}" for words in right.get("paragraphs", []) if words not in texts]
    found += [f"text: {words!r}" for words in right.get("asides", []) if any(t.startswith(words) for t in texts)]
    found += [f"heading {words!r}" for words in right.get("no_heading", []) if words in headings]
    for pattern, number in right.get("count", []):
        if sum(bool(re.match(pattern, each)) for each in texts) != number:
            found.append(f"not {number} paragraphs begin {pattern!r}")
    if "items" in right and [item.number for item in report.items] != right["items"]:
        found.append(f"recommendations {[item.number for item in report.items]}")
    return found


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_file_is_read_as_a_person_reads_it(name: str) -> None:
    report = pipeline.read((FILES / name).read_bytes(), id="f" * 64, name=name, max_pages=9)
    assert faults(report, EXPECTED[name]) == []
