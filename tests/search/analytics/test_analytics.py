"""Concordance, trends, recommendations, terms and exports agree with the counts of a search, and say what they leave
out.
"""

import csv
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
import rispy
from bibtexparser.entrypoint import parse_file, parse_string
from click.testing import CliRunner
from PIL import Image

from corpus.errors import QueryRefused, UsageError
from corpus.model import ItemKind
from corpus.report import Report
from index import analyser
from reviews.cli.main import main
from reviews.library import Library
from search.analytics.charts import chart, png, svg
from search.analytics.concordance import concordance, number_of_mentions
from search.analytics.keyness import Unit, compare, likelihood, terms
from search.analytics.paragraphs import COLUMNS, paragraphs
from search.analytics.recommendations import number_of_recommendations, recommended
from search.analytics.trends import trends
from search.batch.tally import SMALL
from search.filters import Filters
from search.request import SearchRequest
from search.searcher import Searcher
from search.tables.writers import frame

ROOT = Path(__file__).parents[3]


@pytest.fixture
def searcher(demo: Library) -> Searcher:
    return demo.searcher()


def told(library: Library, *words: str) -> str:
    result = CliRunner().invoke(main, ["--library", str(library.settings.library), *words])
    assert result.exit_code == 0, result.output
    return result.stdout


# --- concordance


def test_each_mention_has_a_line_of_its_own(demo: Library) -> None:
    lines = concordance(demo.searcher(), "neglect")
    answer = demo.search("neglect", limit=None, per_report=None)
    assert len(lines) == sum(hit.mentions for hit in answer)
    assert Counter(line.report.id for line in lines) == {hit.report.id: hit.mentions for hit in answer}
    for line in lines:
        assert line.match.casefold().startswith("neglect")
        squeezed = " ".join(line.passage.text.split())
        assert f"{line.left} {line.match}".strip() in squeezed
        assert line.right in squeezed


def test_the_left_context_is_sorted_from_the_match_outwards(searcher: Searcher) -> None:
    def words(text: str) -> list[str]:
        return [term for term, _ in analyser.terms(text)]

    lefts = [words(line.left)[::-1] for line in concordance(searcher, "neglect", order="left")]
    assert lefts == sorted(lefts)
    rights = [words(line.right) for line in concordance(searcher, "neglect", order="right")]
    assert rights == sorted(rights) != [words(line.right) for line in concordance(searcher, "neglect")]


def test_matches_are_aligned_on_the_screen(demo: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    lines = told(demo, "concordance", '"the child"', "--sort", "right").splitlines()[:-3]
    assert len(lines) > 5
    at = {line.casefold().index("the child", 30) for line in lines}
    assert len(at) == 1


@pytest.mark.parametrize("kind", [ItemKind.RECOMMENDATION, ItemKind.FINDING, None])
@pytest.mark.parametrize("filters", [Filters(), Filters(years=(2022, 2022)), Filters(years=(1900, 1900))])
def test_recommendations_are_counted_without_reading_them(
    demo: Library, kind: ItemKind | None, filters: Filters
) -> None:
    counted = number_of_recommendations(demo.searcher(), "", filters, kind=kind)
    assert counted == len(list(recommended(demo.searcher(), "", filters, kind=kind)))


def test_recommendations_that_would_have_to_be_read_are_not_counted(demo: Library) -> None:
    assert number_of_recommendations(demo.searcher(), "neglect") is None
    assert number_of_recommendations(demo.searcher(), "", Filters(sections=("findings",))) is None


@pytest.mark.parametrize("query", ["neglect", '"the child"', "neglect OR school", "theme:neglect", "nosuchword"])
@pytest.mark.parametrize("filters", [Filters(), Filters(sections=("recommendations",))])
def test_mentions_can_be_counted_without_a_list_of_them(demo: Library, query: str, filters: Filters) -> None:
    counted = number_of_mentions(demo.searcher(), query, filters)
    assert counted == len(concordance(demo.searcher(), query, filters))
    assert (counted > 0) == (query != "nosuchword")


def test_a_concordance_can_be_written_to_a_file(demo: Library, tmp_path: Path) -> None:
    told(demo, "concordance", "neglect", "--out", str(tmp_path / "kwic.csv"))
    with (tmp_path / "kwic.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(concordance(demo.searcher(), "neglect"))
    assert json.loads(told(demo, "concordance", "neglect", "--json"))["lines"][0]["page"] >= 1


# --- trends


def test_the_share_is_of_the_reports_held_for_that_year(demo: Library) -> None:
    points = trends(demo.searcher(), ["neglect", "school"])
    readable = [report for report in demo.reports() if report.searchable]
    assert sum(point.words for point in points if point.query == "neglect") == sum(demo.searcher().words().values())
    for point in points:
        rate = point.to_dict()["rate"]
        assert rate == pytest.approx(10_000 * (point.mentions or 0) / point.words, abs=5e-5)
        of = [report for report in readable if report.year == point.value]
        year = f"year:{point.value}" if point.value else "-year:1900..2100"
        answer = demo.search(f"{point.query} {year}", limit=None)
        assert (point.reports, point.of) == (answer.total, len(of))
        assert point.mentions == sum(hit.mentions for hit in answer)
        row = point.to_dict()
        assert 0 <= row["low"] <= row["share"] <= row["high"] <= 1
    years = [point.value for point in points if point.query == "neglect" and point.value]
    assert years == sorted(years)


def test_filters_narrow_both_the_n_and_the_n_of(searcher: Searcher) -> None:
    every, some = (
        {point.value: point for point in trends(searcher, ["neglect"], "kind", filters)}
        for filters in (Filters(), Filters(years=(2000, 2015)))
    )
    narrower = set(some) < set(every)
    for kind, one in some.items():
        other = every[kind]
        assert one.of is not None
        assert other.of is not None
        assert one.reports is not None
        assert other.reports is not None
        assert one.of <= other.of
        assert one.reports <= other.reports
        narrower |= one.of < other.of
    assert narrower


def test_small_numbers_are_marked_and_hidden_on_request(searcher: Searcher) -> None:
    open_, closed = (trends(searcher, ["neglect"], "year", suppress_small=hide) for hide in (False, True))
    small = [point for point in open_ if point.reports is not None and 0 < point.reports < SMALL]
    assert small
    assert all(point.small for point in small)
    assert any("*" in line for line in chart(open_))
    for point in closed:
        if point.small:
            assert (point.reports, point.mentions, point.share, point.interval) == (None, None, None, None)
    for shown, hidden in zip(open_, closed, strict=True):
        assert hidden.of == (None if (shown.of or 0) < SMALL else shown.of)
    assert any(point.of is None for point in closed), "“fewer than 5 of 1” would hide nothing"
    assert any(f"<{SMALL} of <{SMALL}" in line for line in chart(closed))
    said = [*chart(closed), svg(closed)]
    assert not any("*" in line for line in said)
    assert any(f"<{SMALL} of" in line for line in chart(closed))


def test_the_svg_is_well_formed_and_shows_its_numbers(demo: Library, tmp_path: Path) -> None:
    told(demo, "trends", "neglect", '"a & b" OR school', "--by", "board", "--out", str(tmp_path / "chart.svg"))
    picture = ElementTree.parse(tmp_path / "chart.svg")
    texts = " ".join(text for text in picture.getroot().itertext())
    for point in trends(demo.searcher(), ["neglect"], "board"):
        assert f"of {point.of}" in texts
    assert '"a & b" OR school' in texts


def test_the_png_shows_the_same_bars(demo: Library, tmp_path: Path) -> None:
    told(demo, "trends", "neglect", "school", "--by", "year", "--out", str(tmp_path / "chart.png"))
    points = trends(demo.searcher(), ["neglect", "school"])
    drawn = ElementTree.fromstring(svg(points))
    with Image.open(tmp_path / "chart.png") as picture:
        assert picture.size == (2 * int(drawn.attrib["width"]), 2 * int(drawn.attrib["height"]))
        for bar in drawn.findall("{http://www.w3.org/2000/svg}rect")[1:]:
            x, y, width = (2 * float(bar.attrib[name]) for name in ("x", "y", "width"))
            colours = [picture.getpixel((int(x + across), int(y + 10))) for across in (1, width - 2)]
            blue = (0x1D, 0x70, 0xB8)
            assert colours == [blue, blue] or width == 0
            assert picture.getpixel((int(x + width + 5), int(y + 10))) == (255, 255, 255)
        blank = picture.crop((0, 0, 20, picture.height))
        assert len(picture.getcolors(1_000_000) or ()) > len(blank.getcolors(1_000_000) or ()) > 0, (
            "its words are there"
        )


def test_without_pillow_it_says_what_to_do(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(UsageError, match="pip install pillow"):
        png(trends(searcher, ["neglect"]))


def test_an_empty_query_has_no_trend(searcher: Searcher) -> None:
    with pytest.raises(QueryRefused):
        trends(searcher, [""])


# --- recommendations


def test_every_recommendation_and_finding_is_a_row(demo: Library) -> None:
    rows = list(recommended(demo.searcher()))
    assert Counter((row["report"], row["number"]) for row in rows) == Counter(
        (report.id, item.number) for report, item in demo.items()
    )
    assert any(row["kind"] == "finding" for row in rows)


def test_with_a_query_only_items_that_mention_it_are_listed(demo: Library) -> None:
    every = list(recommended(demo.searcher(), kind=ItemKind.RECOMMENDATION))
    some = list(recommended(demo.searcher(), "neglect", kind=ItemKind.RECOMMENDATION))
    assert 0 < len(some) < len(every)
    wanted = [row for row in every if any(t.startswith("neglect") for t, _ in analyser.terms(row["text"]))]
    assert sorted(map(str, some)) == sorted(map(str, wanted))
    assert "Recommendation" in told(demo, "recommendations", "neglect")


# --- terms


def test_log_likelihood_agrees_with_the_published_figures() -> None:
    # Rayson and Garside (2000): a word 10 times in 1,000 words against 5 times in 2,000.
    assert likelihood(10, 5, 1000, 2000) == pytest.approx(2 * (10 * 0.6931471805599453 + 5 * -0.6931471805599453))
    assert likelihood(10, 20, 1000, 2000) == pytest.approx(0)


def test_terms_counts_each_word_once_on_either_side(searcher: Searcher) -> None:
    found = terms(searcher, "neglect", limit=None)
    every: Counter[str] = Counter()
    for report in searcher.reports():
        for paragraph in searcher.text(report.id).paragraphs:
            every.update(term for term, _ in analyser.terms(paragraph.text))
    for telling in found:
        assert telling.here + telling.elsewhere == every[telling.term]
        assert telling.rates[0] > telling.rates[1]
    assert [t.score for t in found] == sorted((t.score for t in found), reverse=True)
    assert "neglect" not in {t.term for t in found}, "the word that was asked for tells nothing"


def test_compare_finds_the_words_of_each_side(searcher: Searcher) -> None:
    found = compare(searcher, "year:..2016", "year:2017..")
    assert found.left
    assert found.right
    assert not {t.term for t in found.left} & {t.term for t in found.right}
    again = compare(searcher, "year:2017..", "year:..2016")
    assert (again.right, again.left) == (found.left, found.right)


def test_compare_counts_the_reports_on_each_side_and_those_on_both(searcher: Searcher) -> None:
    one, other = (
        {hit.report.id for hit in searcher.search(SearchRequest(query, limit=None)).hits}
        for query in ("neglect", "school")
    )
    found = compare(searcher, "neglect", "school")
    assert found.reports == (len(one - other), len(other - one))
    assert found.both == len(one & other) > 0
    assert found.is_small
    assert not replace(found, reports=(5, 5)).is_small


def test_with_nothing_to_compare_it_says_so(searcher: Searcher) -> None:
    for unit in get_args(Unit):
        with pytest.raises(UsageError, match=r"^“nosuchwordatall” was not found .* nothing to compare"):
            terms(searcher, "nosuchwordatall", unit=unit)
    with pytest.raises(UsageError, match=r"^“NOT nosuchwordatall” is not mentioned"):
        terms(searcher, "NOT nosuchwordatall")
    with pytest.raises(UsageError, match=r"^All \d+ reports have “year:1900\.\.”, so there are no others"):
        terms(searcher, "year:1900..", unit="report")
    with pytest.raises(UsageError, match=r"^No report matches “nosuchwordatall”, so there is nothing to compare"):
        compare(searcher, "neglect", "nosuchwordatall")
    with pytest.raises(UsageError, match=r"^Every report that matches “neglect” also matches “neglect”"):
        compare(searcher, "neglect", "neglect")


# --- export


def test_every_paragraph_is_exported_as_it_is_stored(demo: Library, tmp_path: Path) -> None:
    told(demo, "export", "--out", str(tmp_path / "text.jsonl"))
    rows = [json.loads(line) for line in (tmp_path / "text.jsonl").read_text("utf-8").splitlines()]
    assert tuple(rows[0]) == COLUMNS
    stored = [
        (report.id, p.ordinal, p.page, p.number, p.text)
        for report in demo.searcher().reports()
        for p in demo.searcher().text(report.id).paragraphs
    ]
    assert [(r["report"], r["ordinal"], r["page"], r["paragraph"], r["text"]) for r in rows] == stored


def test_with_a_query_only_matching_reports_are_exported(demo: Library) -> None:
    answering = {hit.report.id for hit in demo.search("neglect", limit=None)}
    assert {row["report"] for row in paragraphs(demo.searcher(), "neglect")} == answering


def test_ris_citations_can_be_read_back(demo: Library, tmp_path: Path) -> None:
    told(demo, "export", "--out", str(tmp_path / "reports.ris"))
    with (tmp_path / "reports.ris").open(encoding="utf-8") as file:
        entries = rispy.load(file)
    held = demo.searcher().reports()
    assert [(e["type_of_reference"], e["title"], e.get("publisher"), e.get("year")) for e in entries] == [
        ("RPRT", r.title, r.board, str(r.year) if r.year else None) for r in held
    ]


def test_bibtex_citations_can_be_read_back(demo: Library, tmp_path: Path) -> None:
    told(demo, "export", "--out", str(tmp_path / "reports.bib"))
    parsed = parse_file(str(tmp_path / "reports.bib"))
    assert parsed.failed_blocks == []
    held = {f"sha{r.id[:12]}": r for r in demo.searcher().reports()}
    assert {entry.key for entry in parsed.entries} == set(held)
    for entry in parsed.entries:
        report = held[entry.key]
        fields = {field.key: field.value.replace("\\", "") for field in entry.fields}
        assert fields["title"] == report.title
        assert fields.get("institution") == report.board
        assert fields.get("year") == (str(report.year) if report.year else None)


def test_a_title_cannot_end_its_field_in_bibtex() -> None:
    from reviews.citation import bibtex

    report = Report("a" * 64, (), "Child {A}} & 50% of \\ #1_2\n@book{x,", pages=1, unread_pages=0)
    (entry,) = parse_string(bibtex(report)).entries
    assert entry.key == "shaaaaaaaaaaaaa"
    assert "@book(x," in entry.fields_dict["title"].value


def test_rows_become_a_frame(demo: Library) -> None:
    searcher = demo.searcher()
    points = trends(searcher, ["neglect"])
    table = frame(point.to_dict() for point in points)
    assert list(table["reports"]) == [point.reports for point in points]
    assert table["mentions"].sum() == sum(hit.mentions for hit in demo.search("neglect", limit=None))
    assert list(frame([], COLUMNS).columns) == list(COLUMNS), "a frame without rows has its columns still"
    every = frame(paragraphs(searcher), COLUMNS)
    held = {report.id: len(searcher.text(report.id).paragraphs) for report in searcher.reports()}
    assert min(held.values()) == 0, "a scan that nobody has read is held too, and has no row"
    assert every.groupby("report")["text"].count().to_dict() == {
        report: count for report, count in held.items() if count
    }


def test_without_pandas_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="pip install pandas"):
        frame([])


def test_the_catalogue_is_exported_with_a_row_for_each_report(demo: Library, tmp_path: Path) -> None:
    told(demo, "export", "--catalogue", "--out", str(tmp_path / "reports.csv"))
    with (tmp_path / "reports.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [report.id for report in demo.searcher().reports()]
