"""Conditions that a hit must meet in addition to the query."""

import pytest

from corpus.errors import UsageError
from index import analyser
from index.query import In
from reviews.library import Library
from search.analytics.keyness import compare, terms
from search.analytics.paragraphs import paragraphs
from search.analytics.recommendations import recommended
from search.filters import EVERYTHING, FILTERS, Filters, of_cells
from search.parsing.parser import parse
from search.parsing.section_names import section_kind
from search.searcher import Searcher


def test_filters_are_read_by_their_names_as_a_person_types_them() -> None:
    read = Filters.read({"year": "2015-2020", "board": ["Skellmoor", " Wendlemere ", ""], "section": "Action-Plan"})
    assert read == Filters(years=(2015, 2020), boards=("Skellmoor", "Wendlemere"), sections=("action plan",))
    assert Filters.read(read.typed()) == read
    assert of_cells({"year": "2015 to 2020", "board": "Skellmoor; Wendlemere;", "section": "action plan"}) == read
    assert Filters.read({"board": " ", "year": ""}) == Filters() == EVERYTHING


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"year": "15"}, "2015..2020"),
        ({"year": "2020-2015"}, "backwards"),
        ({"year": ["2014", "2016"]}, "only once"),
        ({"section": "nosuch"}, "recommendations"),
        ({"colour": "red"}, "year, board, area"),
    ],
)
def test_what_cannot_be_a_filter_is_refused_with_what_can(typed: dict[str, str | list[str]], says: str) -> None:
    with pytest.raises(UsageError, match=says.replace(".", r"\.")):
        Filters.read(typed)


def test_a_program_may_give_one_value_alone_and_is_refused_what_a_person_is_refused() -> None:
    assert Filters(boards="Skellmoor").boards == ("Skellmoor",)  # type: ignore[arg-type]
    assert Filters(years="2015-").years == (2015, None)  # type: ignore[arg-type]
    for wrong in ({"years": (2020, 2015)}, {"years": (15, None)}, {"sections": ("nosuch",)}):
        with pytest.raises(UsageError):
            Filters(**wrong)


def test_one_value_of_a_filter_can_be_taken_away() -> None:
    both = Filters(boards=("A", "B"), themes=("C",), reports=("ab12",))
    assert both.without("board", "A") == Filters(boards=("B",), themes=("C",), reports=("ab12",))


@pytest.mark.parametrize("written", ["action plan", "Action Plans", "action-plan", "action_plan", "ACTION PLAN"])
def test_a_kind_of_section_is_the_same_in_a_filter_and_in_a_query(written: str) -> None:
    assert section_kind(written) == "action plan"
    tree = parse(f'in:"{written}" neglect').tree
    assert isinstance(tree, In)
    assert tree.kind == "action plan"


def test_every_filter_is_a_field_of_its_own_name_and_says_what_it_keeps() -> None:
    assert len({each.name for each in FILTERS} | {other for each in FILTERS for other in each.also}) == sum(
        1 + len(each.also) for each in FILTERS
    )
    for each in FILTERS:
        assert each.help.startswith("Only ")
        assert each.help.endswith(".")
        assert each.label
        assert hasattr(EVERYTHING, each.attribute)


@pytest.fixture
def asked(demo: Library) -> Searcher:
    return demo.searcher()


def test_a_filter_by_section_holds_for_the_recommendations_and_paragraphs_themselves(asked: Searcher) -> None:
    only = Filters(sections=("action plan",))
    every, some = list(recommended(asked)), list(recommended(asked, "", only))
    assert 0 <= len(some) < len(every)
    for query in ("", "neglect"):
        kinds = {row["section"] for row in paragraphs(asked, query, Filters(sections=("recommendations",)))}
        assert kinds == {"recommendations"}


def test_a_filter_by_section_compares_only_text_in_such_sections(asked: Searcher) -> None:
    only = Filters(sections=("findings",))
    compared = compare(asked, "neglect", "NOT neglect", only, limit=None)
    words = {term for row in paragraphs(asked, "", only) for term, _ in analyser.terms(row["text"])}
    for found in (
        terms(asked, "neglect", only, limit=None),
        terms(asked, "neglect", only, unit="report", limit=None),
        compared.left,
        compared.right,
    ):
        assert {telling.term for telling in found} <= words
    assert terms(asked, "neglect", limit=None) != terms(asked, "neglect", only, limit=None) != []


def test_only_reports_that_pass_the_filters_are_compared(asked: Searcher) -> None:
    assert compare(asked, "year:..2016", "year:2017..").left
    with pytest.raises(UsageError, match="nothing to compare"):
        compare(asked, "year:..2016", "year:2017..", Filters(years=(2017, None)))
