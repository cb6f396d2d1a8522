"""A briefing on a theme: its counts are those of the search, and its text is quoted from the reports."""

import pytest

from corpus.errors import NotFound
from reviews.library import Library
from search.analytics.briefing import briefing
from search.filters import Filters


def test_the_counts_are_those_of_the_search(demo: Library) -> None:
    searcher = demo.searcher()
    for filters in (
        Filters(),
        Filters.read({"year": "2022"}),
        Filters.read({"board": "Fernshire Safeguarding Children Partnership"}),
    ):
        brief = briefing(searcher, "neglect", filters)
        found = demo.search(brief.query, filters, limit=None)
        assert (brief.reports, brief.cases) == (found.total, found.cases)
        assert brief.of == len([report for report in searcher.reports(filters) if report.searchable])
        assert sum(point.reports or 0 for point in brief.years) == found.total
        assert sum(point.reports or 0 for point in brief.boards) == found.total


def test_every_quotation_is_in_its_report_and_mentions_the_theme(demo: Library) -> None:
    brief = briefing(demo.searcher(), "Neglect (any)")
    assert len(brief.passages) >= 3
    for listed in brief.passages:
        _, text = demo.report(listed.report.id)
        assert listed.passage.text in text.paragraphs[listed.passage.ordinal].text
        assert listed.passage.section_kind.value in ("findings", "learning", "conclusions")
        assert listed.passage.highlights
    wanted = demo.search("theme:neglect", limit=None, per_report=None)
    mentioned = {(hit.report.id, passage.ordinal) for hit in wanted for passage in hit.passages if passage.mentions}
    assert brief.recommendations
    for each in brief.recommendations:
        assert mentioned & {(each.report.id, n) for n in range(each.item.first, each.item.last + 1)}
        assert each.marks


def test_another_kind_of_section_can_be_quoted(demo: Library) -> None:
    brief = briefing(demo.searcher(), "neglect", Filters.read({"section": "chronology"}))
    assert {listed.passage.section_kind.value for listed in brief.passages} <= {"chronology"}


def test_related_themes_are_counted_by_hand(demo: Library) -> None:
    searcher = demo.searcher()
    brief = briefing(searcher, "neglect")
    having = {hit.report.id for hit in demo.search("theme:neglect", limit=None)}
    held = {report.id for report in searcher.reports() if report.searchable}
    assert brief.related
    for each in brief.related:
        also = {hit.report.id for hit in demo.search(f'theme:"{each.name}"', limit=None)} & held
        assert (each.here, each.elsewhere, each.others) == (len(also & having), len(also - having), len(held - having))
        assert each.here / len(having) > (each.elsewhere / each.others if each.others else 0)


def test_small_counts_are_held_back_on_request(demo: Library) -> None:
    told = briefing(demo.searcher(), "neglect", suppress_small=True)
    value = told.to_dict()
    assert told.count(3) == "1 to 4"
    assert (told.count(0), told.count(5)) == ("0", "5")
    assert value["cases"] is None  # four of five
    assert value["reports"] == 7
    assert any(point["reports"] is None for point in value["by_year"])
    assert {point["of"] for point in value["by_year"]} == {None}, "a year of fewer than five reports reveals them"
    assert (told.held(4), told.held(5), told.held(0)) == ("fewer than 5", "5", "0")
    assert {each["others"] for each in value["related"]} == {None}
    assert all(each["here"] is None or each["here"] >= 5 for each in value["related"])


def test_an_unknown_theme_is_refused_with_a_similar_one(demo: Library) -> None:
    with pytest.raises(NotFound, match="Did you mean “Neglect"):
        briefing(demo.searcher(), "Neglekt any")
