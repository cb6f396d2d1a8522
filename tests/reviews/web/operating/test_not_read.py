"""The lists of what is not searched count reports, pages and files, not their own lines."""

from dataclasses import dataclass
from typing import cast

from reviews.terminal.coverage import CoverageReport, Withheld
from reviews.web.operating.not_read import lists


@dataclass
class _Held:
    """What the lists need of a library."""

    withheld: tuple[Withheld, ...]
    unread: tuple[()] = ()
    failures: tuple[()] = ()
    attached: tuple[()] = ()
    not_held: tuple[()] = ()
    missing: tuple[()] = ()


def counts(*withheld: Withheld) -> dict[str, str]:
    held = cast("CoverageReport", _Held(withheld))
    return {each.name: each.count for each in lists(held, lambda reason: reason)}


def test_a_report_with_text_hidden_in_two_ways_counts_once_as_does_its_page() -> None:
    robin, wren = ("a1", "Child Robin", "robin.pdf"), ("b2", "Child Wren", "wren.pdf")
    found = counts(
        Withheld(*robin, (3, 36), "box", 4), Withheld(*robin, (36,), "invisible", 2), Withheld(*wren, (3,), "box", 2)
    )
    assert found["hidden"] == "2 reports, 3 pages"
    assert counts(Withheld(*wren, (3,), "box", 2))["hidden"] == "1 report, 1 page"


def test_a_line_says_in_how_many_places_text_is_hidden() -> None:
    held = cast("CoverageReport", _Held((Withheld("a1", "Child Robin", "robin.pdf", (3,), "box", 2),)))
    (line,) = next(each for each in lists(held, str) if each.name == "hidden").lines
    assert line.said == "text under a black box or a picture, in 2 places"


def test_an_empty_list_counts_none() -> None:
    assert counts() == {"pages": "0", "files": "0", "hidden": "0"}
