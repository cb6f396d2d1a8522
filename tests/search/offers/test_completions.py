"""Suggestions while a person types: themes, boards, and words of the reports."""

from collections.abc import Iterator

import pytest

from corpus.report import Report
from search.offers.completions import completions

WORDS = {"neglect": 5, "neglected": 2, "needs": 7, "neo": 9, "thresholds": 3, "ne1": 9}
THEMES = {"Neglect (any)": 7, "Medical neglect / missed health care": 2, "Voice of the child": 4}
REPORTS = [
    Report(str(number), ("a.pdf",), "Title", 1, 0, board=board)
    for number, board in enumerate(("Nether Safeguarding Board", "Nether Safeguarding Board", "Upper Board", None))
]


def vocabulary(prefix: str) -> Iterator[str]:
    return (word for word in sorted(WORDS) if word.startswith(prefix))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (
            "ne",
            ["Neglect (any)", "Medical neglect / missed health care", "Nether Safeguarding Board", "needs", "neglect"],
        ),
        ("NEGL", ["Neglect (any)", "Medical neglect / missed health care", "neglect"]),
        ("neglect med", ["Medical neglect / missed health care"]),
        ("child the", ["Voice of the child"]),
        ("board upp", ["Upper Board"]),
        ("missed thres", ["missed thresholds"]),
        ('"thresh', ['"thresholds']),
        ("n", []),
        ("", []),
        ("=ne", ["Neglect (any)", "Medical neglect / missed health care", "Nether Safeguarding Board"]),
        ("ne " * 50, []),
    ],
)
def test_words_with_the_same_beginning_are_suggested_most_frequent_first(typed: str, found: list[str]) -> None:
    said = completions(typed, THEMES, REPORTS, vocabulary, WORDS.__getitem__)
    assert [each.label for each in said] == found


def test_each_is_a_query_and_says_how_many_reports_it_finds_where_that_is_known() -> None:
    by_kind = {each.kind: each for each in completions("ne", THEMES, REPORTS, vocabulary, WORDS.__getitem__)[::-1]}
    assert (by_kind["theme"].query, by_kind["theme"].reports) == ('theme:"Neglect (any)"', 7)
    assert (by_kind["board"].query, by_kind["board"].reports) == ('board:"Nether Safeguarding Board"', 2)
    assert (by_kind["word"].query, by_kind["word"].reports) == ("needs", None)
