"""Collections of saved passages, as values and as the file in which they are exported."""

import json
from dataclasses import replace
from typing import Any

import pytest

from corpus.errors import NotFound, UsageError
from reviews.collecting import json_format
from reviews.collecting.collection import (
    LONGEST_NOTE,
    MOST_COLLECTIONS,
    MOST_PASSAGES,
    Collected,
    Saved,
)

REPORT, OTHER = "ab" * 32, "cd" * 32
ONE = Saved(REPORT, 4, 4, 2, "4.1", "0000001", "2026-11-29", "0123456789abcdef", "")
TWO, THREE = replace(ONE, first=9, last=11), replace(ONE, report=OTHER)


def held() -> Collected:
    return Collected().saving(ONE).saving(TWO).saving(THREE)


def test_the_first_passage_makes_the_first_collection() -> None:
    (only,) = Collected().saving(ONE).collections
    assert (only.key, only.name, only.passages) == ("1", "My collection", (ONE,))


def test_a_passage_is_saved_once() -> None:
    again = held().saving(replace(ONE, report=REPORT[:16], note="again"))
    assert again == held()


def test_passages_can_be_annotated_moved_and_removed() -> None:
    changed = held().noted("1", REPORT, 9, " For Monday.\r\nAsk Jo.\x00 ").moved("1", OTHER, 4, -1)
    assert [each.first for each in changed.open.passages] == [4, 4, 9]
    assert changed.open.passages[1] == THREE
    assert changed.open.passages[2].note == "For Monday.\nAsk Jo."
    assert changed.moved("1", REPORT, 4, -1) == changed  # the first cannot go further up
    assert changed.moved("1", REPORT, 9, 1) == changed
    assert changed.without("1", REPORT, 4).open.passages == (THREE, changed.open.passages[2])


def test_new_passages_go_to_the_collection_that_is_open() -> None:
    begun = held().begun("  Training \n day ")
    assert [(each.key, each.name) for each in begun.collections] == [("1", "My collection"), ("2", "Training day")]
    assert begun.saving(ONE).of("2").passages == (ONE,)
    assert begun.opening("1").saving(replace(ONE, first=30, last=30)).of("2").passages == ()
    left = begun.deleted("2")
    assert left.open.name == "My collection"
    assert left.renamed("1", "Neglect").open.name == "Neglect"


@pytest.mark.parametrize("name", ["", " \n", "x" * 81, "\x00"])
def test_a_collection_needs_a_short_name(name: str) -> None:
    with pytest.raises(UsageError):
        held().begun(name)
    with pytest.raises(UsageError):
        held().renamed("1", name)


def test_there_are_limits() -> None:
    with pytest.raises(UsageError, match="Shorten it"):
        held().noted("1", REPORT, 4, "x" * (LONGEST_NOTE + 1))
    many = Collected()
    for number in range(MOST_COLLECTIONS):
        many = many.begun(f"Number {number}")
    with pytest.raises(UsageError, match="Delete one first"):
        many.begun("One more")
    full = Collected(
        (replace(held().open, passages=tuple(replace(ONE, first=n, last=n) for n in range(MOST_PASSAGES))),)
    )
    with pytest.raises(UsageError, match="the maximum"):
        full.saving(THREE)
    with pytest.raises(NotFound):
        held().of("2")


def test_a_removed_report_leaves_a_bare_reference() -> None:
    noted = held().noted("1", REPORT, 4, "He was called Zelkova.")
    kept = noted.forgetting(lambda report: report == REPORT).open.passages
    assert kept[0] == Saved(REPORT, 4, 4, 2, None, "0000001", "2026-11-29", "", "")
    assert kept[2] == THREE


def test_an_exported_collection_is_imported_unchanged() -> None:
    before = held().noted("1", REPORT, 9, "“For Monday” & <b>Jo</b>").begun("Training")
    assert json_format.from_dict(json.loads(json.dumps(json_format.to_dict(before)))) == before


def whole(**changes: Any) -> dict[str, Any]:
    value = json_format.to_dict(held())
    value["collections"][0]["passages"][0] |= changes
    return value


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "collections",
        {},
        {"format": json_format.FORMAT},
        {**whole(), "version": 2},
        {**whole(), "collections": "ab"},
        {**whole(), "collections": [1]},
        {**whole(), "collections": [{"key": "../../etc", "name": "x", "passages": []}]},
        {**whole(), "collections": [{"key": "1", "name": "x", "passages": "abc"}]},
        {**whole(), "collections": whole()["collections"] * 2},
        {**whole(), "collections": [{"key": str(n), "name": "x", "passages": []} for n in range(1, 30)]},
        whole(report="../corpus.db"),
        whole(report="ab"),
        whole(report=7),
        whole(first=-1),
        whole(first=True),
        whole(first="4"),
        whole(last=3),
        whole(last=10**6),
        whole(page=10**9),
        whole(page=2.5),
    ],
)
def test_a_foreign_file_is_refused(value: Any) -> None:
    with pytest.raises(UsageError):
        json_format.from_dict(value)


def test_unknown_values_beside_the_reference_are_left_out() -> None:
    value = whole(note=["x"], paragraph={"a": 1}, generation="0001\n<script>", saved="yesterday", digest="x" * 99)
    value["collections"][0]["name"] = "\x1b[31mred\n" + "x" * 200
    read = json_format.from_dict(value).collections[0]
    assert read.passages[0] == Saved(REPORT, 4, 4, 2)
    assert read.name == "[31mred " + "x" * 72
    assert len(json_format.from_dict(whole(note="n" * 9_999)).collections[0].passages[0].note) == LONGEST_NOTE
