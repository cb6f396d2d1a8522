"""What an answer contains besides its hits: counts, cases, offers, reasons; and passages cut where a person would
cut.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import reviews
from corpus.errors import QueryRefused, UsageError
from corpus.settings import load_settings
from index.deadline import Deadline
from index.matching.matches import Match
from reviews.library import Library
from reviews.maintenance.update import run
from search.answering.facets import FACETS
from search.answering.ranking import Ranking
from search.filters import Filters
from search.request import Group, SearchRequest, Sort
from search.results import Results
from search.searcher import Searcher
from tests.demonstration import demonstration

DEMO = Path(__file__).parents[2] / "corpus" / "demo"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    settings = load_settings(demonstration(tmp_path_factory, "answer"))
    rows = (DEMO / "catalogue.csv").read_text("utf-8")
    assert rows.count("Review: Child W,") == 1
    settings.catalogue.write_text(rows.replace("Review: Child W,", "Review: Quillfeather,"), "utf-8")
    run(settings, [DEMO])
    with reviews.open(settings.library) as opened:
        yield opened


@pytest.fixture
def demo(library: Library) -> Searcher:
    return library.searcher()


def counts(results: Results, facet: str) -> dict[str | int | None, int]:
    return {value.value: value.count for value in results.facets[facet]}


def titles(results: Results) -> set[str]:
    return {hit.report.title for hit in results}


# Facets and filters

QUERIES = [
    "neglect",
    "neglect school",
    '"missed appointment*" OR neglect',
    "neglect -school",
    "theme:Neglect",
    "year:2022",
]
FILTERED = {
    "year": lambda value: Filters(years=(value, value)),
    "board": lambda value: Filters(boards=(value,)),
    "area": lambda value: Filters(areas=(value,)),
    "type": lambda value: Filters(types=(value,)),
    "kind": lambda value: Filters(kinds=(value,)),
    "section": lambda value: Filters(sections=(value,)),
    "theme": lambda value: Filters(themes=(value,)),
}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("facet", FACETS)
def test_a_facet_counts_what_its_filter_finds(demo: Searcher, query: str, facet: str) -> None:
    whole = demo.search(query, limit=None, per_report=1)
    assert set(whole.facets) == set(FACETS)
    for value, count in counts(whole, facet).items():
        if value is not None:
            filtered = demo.search(query, FILTERED[facet](value), limit=None, per_report=1)
            assert filtered.total == count, f"{facet} {value}"
            assert titles(filtered) <= titles(whole)
            assert counts(filtered, facet) == counts(whole, facet), "a facet forgets its own filter"


def test_filters_hold_together_and_values_of_one_filter_either_way(demo: Searcher) -> None:
    either = demo.search("neglect", Filters(kinds=("overview report", "response")), limit=None)
    assert either.total == 4
    both = demo.search("neglect", Filters(kinds=("overview report", "response"), areas=("Fernshire",)), limit=None)
    assert {hit.report.kind for hit in both} == {"overview report", "response"}
    assert both.total == 2
    assert counts(both, "kind")["7-minute briefing"] == 1, "of the area, whatever the kind"
    assert counts(both, "area")["Wendlemere"] == 1, "of the kinds, whatever the area"


def test_a_section_filter_counts_only_the_mentions_there(demo: Searcher) -> None:
    for section in counts(demo.search("neglect"), "section"):
        hits = demo.search("neglect", Filters(sections=(str(section),)), limit=None, per_report=None)
        for hit in hits:
            assert hit.mentions == sum(len(p.highlights) for p in hit.passages)
            assert {p.section_kind.value for p in hit.passages} == {section}


def test_a_value_that_no_report_has_is_reported(demo: Searcher) -> None:
    results = demo.search("neglect", Filters(boards=("Nowhere",)))
    assert results.total == 0
    assert "No report has the board “Nowhere”." in results.warnings
    assert any("Without the filters there are 7 results" in warning for warning in results.warnings)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(boards=("Fernshir",)), "“Fernshir”. Did you mean “Fernshire Safeguarding Children Partnership”?"),
        (Filters(children=("Child Robn",)), "“Child Robn”. Did you mean “Child Robin”?"),
        (Filters(kinds=("overveiw",)), "“overveiw”. Did you mean “overview report”?"),
        (Filters(children=("Child Z",)), "“Child Z”."),
        (Filters(boards=("…",)), "“…”."),
    ],
)
def test_a_misspelt_value_of_a_filter_names_those_that_are_near(demo: Searcher, filters: Filters, said: str) -> None:
    (note,) = [each for each in demo.search("neglect", filters).warnings if each.startswith("No report has the")]
    assert note.endswith(said)


def test_a_filter_by_an_unknown_theme_names_those_that_are_near(demo: Searcher) -> None:
    with pytest.raises(UsageError, match="Did you mean “Neglect"):
        demo.search("neglect", Filters(themes=("Negelct (any)",)))


def test_a_theme_as_a_filter_adds_no_mentions(demo: Searcher) -> None:
    plain = {hit.report.id: hit.mentions for hit in demo.search("school", limit=None)}
    filtered = demo.search("school", Filters(themes=("Voice of the child",)), limit=None)
    assert filtered.total
    assert all(plain[hit.report.id] == hit.mentions for hit in filtered)


def test_which_reports_have_a_theme_is_kept_and_made_again_when_it_is_damaged(library: Library) -> None:
    first = library.searcher().themed()
    (kept,) = (library.settings.library / "cache").iterdir()
    before = kept.read_bytes()
    for damage in (b"", b"{}", b"[1]", b"\xff"):
        kept.write_bytes(damage)
        library.close()
        assert library.searcher().themed() == first
        assert kept.read_bytes() == before
    for name, documents in first.items():
        assert len(documents) == library.search(f'theme:"{name}"').total, name


# Cases


def test_the_reports_on_one_case_are_shown_together_and_count_once(demo: Searcher) -> None:
    results = demo.search("neglect", limit=None)
    assert (results.total, results.cases) == (7, 4)
    cases = [hit.report.case or hit.report.id for hit in results]
    assert len([a for a, b in pairwise(cases) if a != b]) == results.cases - 1


def test_without_grouping_the_order_is_that_of_the_score(demo: Searcher) -> None:
    grouped, loose = (demo.search("neglect", limit=None, group=group) for group in ("case", "none"))
    scores = [hit.score for hit in loose]
    assert scores == sorted(scores, reverse=True)
    assert [hit.score for hit in grouped] != scores
    assert titles(grouped) == titles(loose)
    assert loose.cases == grouped.cases == 4


# Offers and reasons


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("neglct", "neglect"),
        ('"voce of the child"', '"voice of the child"'),
        ("domesticabuse", '"domestic abuse"'),
        ("in:findings neglct", "in:findings neglect"),
        ("neglect NEAR/50 schol", "neglect NEAR/50 school"),
        ('"adolescents neglect"', "adolescents NEAR/5 neglect"),
        ('"child neglect voice"', "child neglect voice"),
        ('in:findings "child neglect voice" year:2000..', "(in:findings (child AND neglect AND voice)) year:2000.."),
        ("neglect", None),
        ("qqqqqqqq", None),
        ("burns", None),  # spelled well, and "born" is another word
        ("harlem", None),  # not "harm"
        ("neglect agianst school", "neglect against school"),
        ("neglct becuase of the school", "neglect because of the school"),
        ("neglct becuase", "neglect because"),
        ("voice of the chld", "voice of the child"),
        ("domesticabuse of the child", '"domestic abuse" child'),
        ("becuase", "because"),
        ("dad school", None),  # not "day" or "did"
        ("dog school", None),  # not "do", which every report has
        ("info school", None),  # not "into"
        ("teh schol", "the school"),
        ("neglct giraffe", None),
        ("scholl", "school"),
        ("SCHOLL", "school"),
        ("schol", "school"),
        ("SCHOL", None),  # an abbreviation
        ("SCHOLs", None),
        ("SCHol", "school"),
        ("SCHOL NEGLECT", "school NEGLECT"),
    ],
)
def test_a_word_that_occurs_nowhere_is_offered_as_one_that_does(
    demo: Searcher, typed: str, offered: str | None
) -> None:
    results = demo.search(typed)
    assert results.suggestion == offered
    if offered:
        assert results.total == 0, "an offer is not applied"
        assert demo.search(offered).total > 0


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("neglect giraffe", "`giraffe` was not found in any of the reports searched."),
        (
            '"neglect giraffe"',
            '`"neglect giraffe"` was not found: none of the reports searched contains `giraffe`.',
        ),
        ('"adolescents neglect"', '`"adolescents neglect"` was not found as a phrase. '),
        ('"toothbrushes dental"', "All its words occur, but never in the same report."),
        ("giraffe OR zebra", "matches none of the reports searched."),
        ("neglect NEAR/0 school", "`neglect` and `school` never occur that close together."),
        ("board:nowhere neglect", "`board:nowhere` matches none"),
    ],
)
def test_an_answer_without_hits_says_why(demo: Searcher, query: str, said: str) -> None:
    results = demo.search(query)
    assert results.total == 0
    assert any(said in warning for warning in results.warnings), results.warnings


def test_words_that_occur_but_never_together_are_named(demo: Searcher) -> None:
    alone = {word: titles(demo.search(word, limit=None)) for word in ("toothbrushes", "dental")}
    assert all(alone.values())
    assert not set.intersection(*alone.values())
    results = demo.search("neglect toothbrushes dental")
    assert "`toothbrushes` and `dental` both occur, but never in the same report." in results.warnings


def test_a_search_without_hits_says_what_the_other_words_would_find(demo: Searcher) -> None:
    rest = demo.search("neglect school").total
    said = f"{rest:,} reports match the rest of the query: search for `neglect school`."
    assert rest > 1
    assert said in demo.search("neglect school zzyzx").warnings
    results = demo.search("toothbrushes dental neglect")
    assert results.total == 0
    assert any(
        warning.endswith("match the rest of the query: search for `dental neglect`.") for warning in results.warnings
    )
    assert not any("the rest" in warning for warning in demo.search("neglect zzyzx").warnings)


def test_a_report_that_has_the_words_only_in_its_title_is_reported(demo: Searcher) -> None:
    results = demo.search("quillfeather")
    said = "1 report has it only in the title and is not counted here. To find it, search for `title:quillfeather`."
    assert (results.total, results.suggestion) == (0, "title:quillfeather")
    assert said in results.warnings
    assert demo.search("title:quillfeather").total == 1
    assert demo.search("quillfeather neglect").suggestion == "title:quillfeather neglect"


def test_the_explanation_adds_up_to_the_score(demo: Searcher) -> None:
    for hit in demo.search("neglect school OR title", explain=True, limit=None):
        assert hit.explanation
        assert sum(each.points for each in hit.explanation) == pytest.approx(hit.score)
    assert all(hit.explanation is None for hit in demo.search("neglect"))


def test_a_word_in_the_title_is_in_the_explanation(demo: Searcher) -> None:
    found = {hit.report.title: hit.explanation for hit in demo.search("family", explain=True, limit=None)}
    explanation = found["Serious Case Review: Family M, using the Learning Together model"]
    assert explanation is not None
    assert explanation[0].in_title


def test_parts_of_the_query_in_one_paragraph_count_more(demo: Searcher) -> None:
    best = demo.search("neglect school", explain=True, limit=1).hits[0]
    assert best.explanation is not None
    assert all(each.together for each in best.explanation)
    alone = demo.search("neglect", explain=True, limit=1).hits[0]
    assert alone.explanation is not None
    assert not alone.explanation[0].together


# Passages


def test_the_best_passages_are_cut_and_every_mention_is_whole(
    demo: Searcher, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.answering.passages.MAX_PASSAGE", 150)
    cut = 0
    with library.store() as store:
        for hit in demo.search("child", limit=None):
            reading = store.readings.current_of(hit.report.id)
            for p in hit.passages:
                (paragraph,) = store.readings.paragraphs(reading, [p.ordinal])
                end = p.offset + len(p.text)
                assert len(p.text) <= 150
                assert paragraph.text[p.offset : end] == p.text
                assert (p.more_before, p.more_after) == (p.offset > 0, end < len(paragraph.text))
                assert p.highlights
                cut += p.more_before or p.more_after
    assert cut
    for hit in demo.search("child", limit=None, per_report=None):
        places = [(p.ordinal, p.offset) for p in hit.passages]
        assert places == sorted(places)
        assert sum(len(p.highlights) for p in hit.passages) == hit.mentions


def test_passages_show_different_parts_of_the_query(demo: Searcher) -> None:
    for hit in demo.search("school health", limit=None, per_report=3):
        shown = {passage.text[a:b].lower()[:6] for passage in hit.passages for a, b in passage.highlights}
        assert {"school", "health"} <= shown


# Limits


@pytest.mark.parametrize(
    "query",
    ["neglect", "child*", "chidl~", '"voice of the child"', "child NEAR school", "in:findings child", "theme:neglect"],
)
@pytest.mark.parametrize("sort", ["relevance", "mentions"])
def test_every_form_of_query_checks_its_deadline(demo: Searcher, query: str, sort: Sort) -> None:
    with pytest.raises(QueryRefused, match="took longer"):
        demo.stream(SearchRequest.everything(query, sort=sort), seconds=-1)


def test_the_deadline_is_checked_for_each_part_that_is_scored(demo: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    scored: list[Match] = []
    points = Ranking.points

    def slow(self: Ranking, match: Match, documents: set[int]) -> dict[int, float]:
        scored.append(match)
        return points(self, match, documents)

    def check(self: Deadline) -> None:
        if scored:
            raise QueryRefused("took longer")

    monkeypatch.setattr(Ranking, "points", slow)
    monkeypatch.setattr(Deadline, "check", check)
    with pytest.raises(QueryRefused):
        demo.search("neglect OR child OR school")
    assert len(scored) == 1


# Orders


@pytest.mark.parametrize(
    "query",
    [
        "NOT abuse",
        "year:2014",
        "board:fernshire",
        "title:child",
        "neglect OR year:2014..",
        "-neglect -school",
        "neglect",
    ],
)
@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "mentions"])
@pytest.mark.parametrize("group", ["case", "none"])
def test_every_order_lists_every_report_also_those_that_mention_nothing(
    demo: Searcher, query: str, sort: Sort, group: Group
) -> None:
    whole = demo.search(query, limit=None, group=group)
    ordered = demo.search(query, sort=sort, limit=None, group=group)
    assert ordered.total == whole.total > 0
    assert {hit.report.id: hit.mentions for hit in ordered} == {hit.report.id: hit.mentions for hit in whole}
    pages = [demo.search(query, sort=sort, limit=2, offset=at, group=group).hits for at in range(0, whole.total, 2)]
    assert [hit.report.id for page in pages for hit in page] == [hit.report.id for hit in ordered]
    if sort == "mentions" and group == "none":
        mentioned = [hit.mentions for hit in ordered]
        assert mentioned == sorted(mentioned, reverse=True)
