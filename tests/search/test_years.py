"""Years as people type them."""

import pytest

from search import years
from search.years import BadYears, Span

FORMS: list[tuple[str, Span]] = [
    ("2015", (2015, 2015)),
    (" 2015 ", (2015, 2015)),
    ("2015.0", (2015, 2015)),
    ("2015..2020", (2015, 2020)),
    ("2015...2020", (2015, 2020)),
    ("2015…2020", (2015, 2020)),
    ("2015-2020", (2015, 2020)),
    ("2015 - 2020", (2015, 2020)),
    ("2015--2020", (2015, 2020)),
    ("2015–2020", (2015, 2020)),
    ("2015—2020", (2015, 2020)),
    ("2015‑2020", (2015, 2020)),
    ("2015−2020", (2015, 2020)),
    ("2015 to 2020", (2015, 2020)),
    ("2015 TO 2020", (2015, 2020)),
    ("2015..", (2015, None)),
    ("2015-", (2015, None)),
    ("2015–", (2015, None)),
    ("..2020", (None, 2020)),
    ("-2020", (None, 2020)),
    ("–2020", (None, 2020)),
    ("2015-2015", (2015, 2015)),
]

REFUSED = ["", "15", "20155", "0015", "soon", "2015-16", "15-20", "2015 2020", "2015, 2017", "2015/2020",
           "2014-2015-2016", "..", "-", "to", "2015to2020", "٢٠١٥", "2015.5", "year 2015", "2015 on"]  # fmt: skip


@pytest.mark.parametrize(("typed", "span"), FORMS)
def test_a_year_and_a_range_are_read_in_every_form(typed: str, span: Span) -> None:
    assert years.read(typed) == span


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_not_a_year_is_refused_with_what_can_be_typed(typed: str) -> None:
    with pytest.raises(BadYears, match=r"Write 2015, 2015\.\.2020") as refused:
        years.read(typed)
    assert refused.value.turned is None


@pytest.mark.parametrize("typed", ["2020..2015", "2020-2015", "2020 to 2015", "2020–2015"])
def test_a_range_that_runs_backwards_is_refused_and_says_what_it_would_be_turned_round(typed: str) -> None:
    with pytest.raises(BadYears, match="backwards") as refused:
        years.read(typed)
    assert refused.value.turned == (2015, 2020)


@pytest.mark.parametrize("span", {span for _, span in FORMS})
def test_what_is_written_is_read_as_the_same(span: Span) -> None:
    assert years.read(years.written(span)) == span


@pytest.mark.parametrize(
    ("given", "span"),
    [
        (None, None),
        (2015, (2015, 2015)),
        ("2015-2020", (2015, 2020)),
        ((2015, None), (2015, None)),
        ([None, 2020], (None, 2020)),
        ((None, None), None),
    ],
)
def test_a_program_may_give_years_as_values_or_as_a_person_types_them(given: object, span: Span | None) -> None:
    assert years.checked(given) == span


@pytest.mark.parametrize("given", [15, "15", (2020, 2015), (15, None), (2015, 2016, 2017), 3.5, ("soon", None)])
def test_a_program_is_refused_what_a_person_is_refused(given: object) -> None:
    with pytest.raises(BadYears):
        years.checked(given)
