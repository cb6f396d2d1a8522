"""Sections of practice reviews in the forms that boards use.

Below the text of each file is what it contains, listed by hand before the reader saw it: for each item its kind, what
is printed before its words, its first and its last words and its addressee, and for some headings the kinds of section
that are right.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.model import Item, ItemKind, Text
from ingest.worker import pipeline
from tests.ingest.structure.typesetter import HEADINGS, typeset

FOLDER = Path(__file__).parent / "practice_reviews"
KINDS = {"R": ItemKind.RECOMMENDATION, "F": ItemKind.FINDING}
NOT_YET = {
    "81_bold_question_findings": "a numbered heading below findings is not a finding",
    "71_numbered_name_lines": "a name in a numbered heading is not the number of the item below",
    "79_rationale_before_and_after": "a body named in the second sentence is not the addressee",
}
"""The files that are not read right, and why."""


def words(text: str | None) -> list[str]:
    return re.findall(r"\w+", (text or "").lower())


def starts(item: Item, label: str, first: str) -> bool:
    whole = words(f"{item.number or ''} {item.text}")
    return whole[: len(words(f"{label} {first}"))] == words(f"{label} {first}")


def faults(report: Text, right: str) -> Iterator[str]:
    """Yield what a reader of the list of items would miss, or would find wrong."""
    left = list(report.items)
    for line in right.splitlines():
        kind, *row = line.split("|")
        if kind == "S":
            heading, allowed = row
            told = {section.kind.value for section in report.sections if section.heading == heading}
            if not told or not told <= set(allowed.split(",")):
                yield f"section {heading}: {told}"
            continue
        label, first, last, addressee = row
        item = next((item for item in left if item.kind is KINDS[kind] and starts(item, label, first)), None)
        if item is None:
            yield f"missing: {label} {first}"
            continue
        left.remove(item)
        if words(item.text)[-len(words(last)) :] != words(last):
            yield f"{label} {first} ends in: {item.text[-60:]}"
        if words(item.addressee) != words(addressee):
            yield f"{label} {first} is addressed to: {item.addressee}"
    yield from (f"no {item.kind.value}: {item.number} {item.text[:60]}" for item in left)


@pytest.mark.parametrize("look", HEADINGS)
@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.txt")))
def test_the_items_of_a_practice_review_are_found_whole(
    press: Any, request: pytest.FixtureRequest, name: str, look: str
) -> None:
    if name in NOT_YET:
        request.applymarker(pytest.mark.xfail(reason=NOT_YET[name], strict=True))
    source, right = (FOLDER / f"{name}.txt").read_text("utf-8").split("\n----\n")
    report = pipeline.read(typeset(press, source, look), id="f" * 64, name="wren", max_pages=99)
    assert list(faults(report, right)) == []


def test_a_wrong_list_is_noticed(press: Any) -> None:
    report = pipeline.read(
        typeset(press, "# Recommendations\n1.\tSchools should ask.\n2.\tSchools should tell.\n"),
        id="f" * 64,
        name="wren",
        max_pages=99,
    )
    wrong = "R|1|Schools should|tell.|Schools\nR|3|Schools should|ask.|Schools\nS|Recommendations|analysis"
    assert [fault.split()[0] for fault in faults(report, wrong)] == ["1", "missing:", "section", "no"]
