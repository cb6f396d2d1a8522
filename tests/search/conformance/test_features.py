"""Both engines give the same results for all other features: similar reports, analyses, exports, suggestions."""

from collections.abc import Callable
from itertools import islice

import pytest

from corpus.errors import ReviewsError
from corpus.model import ItemKind
from index.matching.sections import EVERY_KIND
from search.analytics import briefing, concordance, keyness, paragraphs, recommendations, trends
from search.batch.runner import ask
from search.coding.sample import sample
from search.filters import Filters
from search.searcher import Searcher
from search.sheets.query_sheet import Question
from tests.search.conformance.conftest import plain

FINDINGS = Filters(sections=("findings",))
ASKED: dict[str, Callable[[Searcher], object]] = {
    "reports": lambda searcher: [each.to_dict() for each in searcher.reports()],
    "coverage": lambda searcher: searcher.coverage.to_dict(),
    "themed": lambda searcher: {name: sorted(having) for name, having in searcher.themed().items()},
    "read last": lambda searcher: [each.id for each in searcher.read_last()],
    "words": lambda searcher: [searcher.words(), searcher.words(("findings", "recommendations"))],
    "completions": lambda searcher: [
        each.to_dict() for typed in ("neg", "child pr", "vo", "Exam") for each in searcher.completions(typed)
    ],
    "remarks": lambda searcher: [
        searcher.remarks("zzqqy school"),
        searcher.remarks("", Filters(boards=("nobody",))),
    ],
    "concordance": lambda searcher: [
        line.to_dict()
        for order in ("report", "left", "right", "match")
        for line in concordance.concordance(searcher, "neglect NEAR/10 child", order=order)
    ],
    "trends": lambda searcher: [
        point.to_dict()
        for by in ("year", "board", "kind")
        for point in trends.trends(searcher, ["neglect", 'theme:"Neglect"'], by, FINDINGS)
    ],
    "keyness": lambda searcher: [
        [each.to_dict() for each in keyness.terms(searcher, "neglect", unit=unit)] for unit in ("paragraph", "report")
    ],
    "number of recommendations": lambda searcher: [
        recommendations.number_of_recommendations(searcher, "", Filters(years=years), kind=kind)
        for years in (None, (2019, 2021), (1900, 1900))
        for kind in (None, *ItemKind)
    ],
    "recommendations": lambda searcher: [
        *recommendations.recommended(searcher),
        *recommendations.recommended(searcher, "school training", FINDINGS),
    ],
    "paragraphs": lambda searcher: [*islice(paragraphs.paragraphs(searcher, "neglect school"), 300)],
    "briefing": lambda searcher: briefing.briefing(searcher, "Neglect").to_dict(),
    "sample": lambda searcher: sample(searcher, "school", n=20),
}


@pytest.mark.parametrize("asked", ASKED)
def test_the_library_gives_the_same_answer_in_both_engines(here: Searcher, remote: Searcher, asked: str) -> None:
    assert plain(ASKED[asked](remote)) == plain(ASKED[asked](here))


def test_the_same_reports_and_passages_are_similar(here: Searcher, remote: Searcher) -> None:
    for report in here.reports():
        for paragraph in (None, 3, 9):
            told = []
            for searcher in (remote, here):
                try:
                    told.append(plain([each.to_dict() for each in searcher.similar(report.id, paragraph, 5)]))
                except (ReviewsError, ValueError) as error:
                    told.append(type(error).__name__)
            assert told[0] == told[1], report.id


def test_texts_items_and_themes_of_a_report_are_the_same(here: Searcher, remote: Searcher) -> None:
    for report in here.reports():
        assert remote.text(report.id) == here.text(report.id)
        assert remote.items(report.id) == here.items(report.id)
        assert remote.strongest_themes(report.id, 5) == here.strongest_themes(report.id, 5)


@pytest.mark.parametrize("query", ["neglect", '"voice of the child"', "school nurse visit", "child -school"])
def test_a_query_of_a_batch_has_the_same_rows(here: Searcher, remote: Searcher, query: str) -> None:
    told = []
    for searcher in (remote, here):
        answer, hits = ask(searcher, Question("a", query, 1), most=True)
        told.append((answer, [plain(hit.to_dict()) for hit in hits]))
    assert told[0] == told[1]


def test_every_section_is_counted_in_the_same_way(here: Searcher, remote: Searcher) -> None:
    assert here._session.words(EVERY_KIND) == remote._session.words(EVERY_KIND)
