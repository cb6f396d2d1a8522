"""Numbers are found as printed, years and abbreviations in every printed form, and a paragraph by its number."""

import re
from collections.abc import Iterator
from hashlib import sha256

import pytest

from corpus.files import FileRecord
from corpus.layout import create_library
from corpus.model import Page, Paragraph, Section, SectionKind, Text
from corpus.storage.store import Store
from corpus.themes import Themes
from index import build
from search.searcher import Searcher

SENTENCES = {
    "decimal": "It took 2.5 hours to reach 50% of them.",
    "whole": "He was seen 25 times.",
    "one to one": "One worker met the girl 1:1 every week.",
    "eleven": "There were 11 visits.",
    "always": "Help was offered 24/7 on 247 days.",
    "money": "They were given £1,000 and then £1,250,000.",
    "plain money": "They were given 1000 and then 1250000.",
    "list": "Of those aged 12,345 were seen, and 2014,2015 were bad years.",
    "year": "In 2018-19 the plan was closed.",
    "dash": "In 2018–19 the plan was agreed.",
    "slash": "In 2018/19 the plan was read.",
    "broken line": "In 2018– 19 the plan was late.",
    "spaces": "In 2018 - 19 the plan was new.",
    "whole years": "From 2018-2019 the plan was old.",
    "four years": "The plan for 2018–21 was short.",
    "century": "In 1999-00 there was no plan.",
    "days": "They came on 4 July 2018–19 July 2018.",
    "act": "The Act is 2018/21 and the page 2018/19/21.",
    "age": "Of those aged 18 or 19, 21 had left.",
    "date": "It ended on 2018-12-21.",
    "number": "The reference is 201819.",
    "time": "At 10.30am on 12.03.2014 a 7-minute briefing began (see 3.1).",
    "virus": "Covid-19 was common.",
    "glued virus": "covid19 was common.",
    "or": "The mother and/or the father came.",
    "andor": "The word andor stands alone.",
    "s47": "An S47 enquiry began.",
    "s.47": "A s.47 enquiry began.",
    "s 47": "A s 47 enquiry began.",
    "section 47": "A Section 47 enquiry began.",
    "section 4.7": "See section 4.7 of this report.",
    "section 4": "Under section 4 nothing was done.",
    "cse": "The risk of CSE was high.",
    "c.s.e.": "The risk of C.S.E. was high.",
    "c s e": "The risk of C S E was high.",
    "c. s. e.": "The risk of C. S. E. was high.",
    "letters": "Children C, S, E and Child D. A plan was made for each.",
    "sentences": "There was abuse.The plan e.g. was late, and Mother’s 47 calls were not answered.",
    "overlap": "A social worker visited. The social worker wrote. No no no, said the worker visited twice.",
    "possessive": "This was Child C’s 17 calls, and C.S’s plan.",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    settings = create_library(tmp_path_factory.mktemp("figures") / "library")
    with Store.open(settings.database) as store:
        for name, sentence in SENTENCES.items():
            put(store, name, [(None, sentence)])
        build.build(store, settings.index)
    with Searcher(settings.database, settings.index, Themes((), ())) as searcher:
        yield searcher


def put(store: Store, name: str, paragraphs: list[tuple[str | None, str]]) -> None:
    text = Text(
        id=sha256(name.encode()).hexdigest(),
        pages=(Page(1, "1"),),
        sections=(Section(0, SectionKind.BODY, ""),),
        paragraphs=tuple(Paragraph(n, 1, number, 0, said) for n, (number, said) in enumerate(paragraphs)),
    )
    store.put(text, FileRecord(f"{name}.pdf", 1, 1, text.id))


def marked(searcher: Searcher, query: str) -> dict[str, list[str]]:
    """Return what is highlighted in each matching report, by file name."""
    return {
        hit.report.files[0].rpartition("/")[2].removesuffix(".pdf"): [
            passage.text[start:end] for passage in hit.passages for start, end in passage.highlights
        ]
        for hit in searcher.search(query, limit=None, per_report=None)
    }


ENQUIRIES = {"s47": ["S47"], "s.47": ["s.47"], "s 47": ["s 47"], "section 47": ["Section 47"]}
RISKS = {"cse": ["CSE"], "c.s.e.": ["C.S.E"], "c s e": ["C S E"], "c. s. e.": ["C. S. E"]}
IN_A_PHRASE = {name: [f"risk of {mark}{'.' * name.endswith('.')} was"] for name, (mark,) in RISKS.items()}

YEARS = {
    "year": ["2018-19"],
    "dash": ["2018–19"],
    "slash": ["2018/19"],
    "broken line": ["2018– 19"],
    "spaces": ["2018 - 19"],
    "whole years": ["2018-2019"],
}
YEARS_APART = {name: re.split("[-–/ ]+", mark) for name, (mark,) in YEARS.items()}

FOUND: list[tuple[str, dict[str, list[str]]]] = [
    ("2.5", {"decimal": ["2.5"]}),
    ('"2.5"', {"decimal": ["2.5"]}),
    ('"2.5 hours"', {"decimal": ["2.5 hours"]}),
    ("=2.5", {"decimal": ["2.5"]}),
    ("25", {"whole": ["25"]}),
    ("1:1", {"one to one": ["1:1"]}),
    ('"1:1"', {"one to one": ["1:1"]}),
    ("11", {"eleven": ["11"]}),
    ("24/7", {"always": ["24/7"]}),
    ("247", {"always": ["247"]}),
    ("50%", {"decimal": ["50"]}),
    ("1,000", {"money": ["1,000"], "plain money": ["1000"]}),
    ("1000", {"money": ["1,000"], "plain money": ["1000"]}),
    ("£1,250,000", {"money": ["1,250,000"], "plain money": ["1250000"]}),
    ('"given £1,000 and"', {"money": ["given £1,000 and"], "plain money": ["given 1000 and"]}),
    ("=1000", {"money": ["1,000"], "plain money": ["1000"]}),
    ("000", {}),
    ("2015", {"list": ["2015"]}),
    ("20142015", {}),
    *((query, YEARS) for query in (
        "2018-19", "2018–19", "2018/19", "2018 - 19", "2018 – 19", "2018– 19", "2018 / 19", "2018-2019", "2018/2019",
        '"2018-19"', '"2018 – 19"', '"2018 2019"', "=2018-19", "(2018 - 19)")),
    ("2018 to 2019", YEARS_APART),
    ("2019", {name: [mark[5:].lstrip(" -–")] for name, (mark,) in YEARS.items()}),
    ("19", {"days": ["19"], "act": ["19"], "age": ["19"], "virus": ["19"]}),
    ("19 -2018 -covid", {"age": ["19"]}),
    ("2018 -19", {name: ["2018"] for name in ("year", *YEARS, "four years", "date") if name != "age"}),
    ("2018-21", {"four years": ["2018–21"]}),
    ("2021", {"four years": ["21"]}),
    ("21", {"act": ["21", "21"], "age": ["21"], "date": ["21"]}),
    ("2018/21", {"act": ["2018/21"]}),
    ("2000", {"century": ["00"]}),
    ("1999/2000", {"century": ["1999-00"]}),
    *((f'"{query}"', {"days": [query]}) for query in ("4 July 2018–19 July", "19 July 2018")),
    ("aged 14 or 15", {}),
    ("201819", {"number": ["201819"]}),
    ("10.30am", {"time": ["10.30am"]}),
    ("12.03.2014", {"time": ["12.03.2014"]}),
    ("12032014", {}),
    ("7-minute", {"time": ["7-minute"]}),
    ("7minute", {"time": ["7-minute"]}),
    ("3.1", {"time": ["3.1"]}),
    ("covid19", {"virus": ["Covid-19"], "glued virus": ["covid19"]}),
    ("covid-19", {"virus": ["Covid-19"], "glued virus": ["covid19"]}),
    ("and/or", {"or": ["and/or"]}),
    ('"and/or"', {"or": ["and/or"]}),
    ("and/or*", {"or": ["and/or"]}),
    ("andor", {"andor": ["andor"]}),
    ("mother/came", {}),
    *((query, ENQUIRIES) for query in ("s47", "S47", "s.47", "S. 47", "s-47")),
    *((f'"{query}"', ENQUIRIES) for query in ("s47", "s.47", "s 47", "section 47")),
    *((f'"{query} enquiry"', {name: [f"{mark} enquiry"] for name, (mark,) in ENQUIRIES.items()})
      for query in ("s47", "s.47", "s 47", "section 47", "sec. 47")),
    ("=s47", {"s47": ["S47"]}),
    ("s4", {"section 4": ["section 4"]}),
    ('"section 4"', {"section 4": ["section 4"], "section 4.7": ["section 4"]}),
    ("s17", {}),
    *((query, RISKS) for query in ("CSE", "cse", '"CSE"')),
    *((query, {**RISKS, "letters": ["C, S, E"]}) for query in ("C.S.E.", "c.s.e", "C-S-E", '"C.S.E."', '"C S E"')),
    *((f'"risk of {query} was"', IN_A_PHRASE) for query in ("CSE", "C.S.E.", "C S E", "C. S. E.", "c s e")),
    ('"abusethe"', {}),
    ("abusethe", {}),
    ("abuse.the", {"sentences": ["abuse.The"]}),
    ("eg", {"sentences": ["e.g"]}),
    ("e.g.", {"sentences": ["e.g"]}),
    ("da", {}),
    ("cs", {}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), FOUND, ids=[query for query, _ in FOUND])
def test_what_is_marked_is_what_is_printed(library: Searcher, query: str, expected: dict[str, list[str]]) -> None:
    assert marked(library, query) == expected


@pytest.mark.parametrize("query", ["C S E", "c s e", "enquiry section 47", "section 47", "s 47 began"])
def test_the_parts_of_an_abbreviation_as_words_find_the_abbreviation_too(library: Searcher, query: str) -> None:
    expected = ENQUIRIES if "47" in query else RISKS
    found = marked(library, query)
    assert set(expected) <= set(found)
    for name, (mark,) in expected.items():
        assert mark in found[name], "the whole is one mention"


def test_the_words_of_an_abbreviation_are_shown_as_people_write_them(library: Searcher) -> None:
    terms = [term for expansion in library.search("s47 CSE OR s47").expansions for term in expansion.terms]
    assert {"s47", "section 47", "cse", "c s e"} <= set(terms)


def test_a_pattern_finds_words_and_not_the_signs_beside_them(library: Searcher) -> None:
    assert marked(library, "?.?.?") == {}
    assert set(marked(library, "c?e")) == {"cse"}


NUMBERED = [
    (None, "A plan was made at 47 homes. Section 1.1 says so."),
    ("1.1", "1.1 Neglect was seen."),
    ("47.", "47. The child had moved."),
    ("2.10", "2.10 In 2.10 of the plan 47 is a number."),
    ("Recommendation 3", "Recommendation 3 The board should meet."),
    ("15", "15 June 2023"),
    ("16", "16 Neighbours came."),
    ("iv", "iv) Another."),
    ("(7)", "(7) Bracketed."),
]


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    settings = create_library(tmp_path_factory.mktemp("numbered") / "library")
    with Store.open(settings.database) as store:
        put(store, "wren", NUMBERED)
        put(store, "robin", [("1.1", "1.1 Neglect was not seen."), ("R3", "R3 Ask the school.")])
        build.build(store, settings.index)
    with Searcher(settings.database, settings.index, Themes((), ())) as searcher:
        yield searcher


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("47", {"wren": ["47", "47"]}),
        ("1.1", {"wren": ["1.1"]}),
        ('"1.1 neglect"', {}),
        ("2.10", {"wren": ["2.10"]}),
        ("recommendation", {"wren": ["Recommendation"]}),
        ('"recommendation 3"', {"wren": ["Recommendation 3"]}),
        ('"15 June 2023"', {"wren": ["15 June 2023"]}),
        ("16", {}),
        ("iv", {}),
        ("7", {}),
        ("r3", {}),
        ("neglect", {"wren": ["Neglect"], "robin": ["Neglect"]}),
        ('"in 2.10 of the plan"', {"wren": ["In 2.10 of the plan"]}),
    ],
)
def test_the_printed_number_of_a_paragraph_is_not_a_mention(
    numbered: Searcher, query: str, expected: dict[str, list[str]]
) -> None:
    assert marked(numbered, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("paragraph:1.1", {"wren": "1.1 Neglect was seen.", "robin": "1.1 Neglect was not seen."}),
        ("paragraph:47", {"wren": "47. The child had moved."}),
        ("paragraph:47.", {"wren": "47. The child had moved."}),
        ("paragraph:2.10", {"wren": NUMBERED[3][1]}),
        ("paragraph:2.1", {}),
        ('paragraph:"Recommendation 3"', {"wren": "Recommendation 3 The board should meet."}),
        ("paragraph:IV", {"wren": "iv) Another."}),
        ("paragraph:7", {"wren": "(7) Bracketed."}),
        ("paragraph:r3", {"robin": "R3 Ask the school."}),
        ("paragraph:1.1 school", {"robin": "1.1 Neglect was not seen."}),
        ("in:body paragraph:1.1 school", {"robin": "1.1 Neglect was not seen."}),
    ],
)
def test_a_paragraph_is_found_by_its_printed_number_and_shown_first(
    numbered: Searcher, query: str, expected: dict[str, str]
) -> None:
    shown = {hit.report.files[0].removesuffix(".pdf"): hit.passages[0] for hit in numbered.search(query)}
    assert {name: passage.text for name, passage in shown.items()} == expected
    assert all(passage.paragraph and not passage.highlights for passage in shown.values())
    whole = numbered.search(query, per_report=None)
    assert {hit.report.files[0].removesuffix(".pdf") for hit in whole} == set(expected)
    assert all(sum(len(p.highlights) for p in hit.passages) == hit.mentions for hit in whole)


def test_a_number_that_must_not_be_there_leaves_the_report_out(numbered: Searcher) -> None:
    assert set(marked(numbered, "neglect -paragraph:47")) == {"robin"}
    assert numbered.search("paragraph:1.1 NOT paragraph:47").total == 1


def test_a_report_that_is_found_by_a_number_mentions_nothing(numbered: Searcher) -> None:
    hits = numbered.search("paragraph:1.1", sort="mentions").hits
    assert [hit.mentions for hit in hits] == [0, 0]


def test_matches_that_overlap_are_one_place_and_each_phrase_keeps_its_own_count(library: Searcher) -> None:
    query = '"social worker" OR "worker visited"'
    assert marked(library, query) == {"overlap": ["social worker visited", "social worker", "worker visited"]}
    found = library.search(query, limit=None, per_report=None)
    assert [hit.mentions for hit in found] == [3]
    assert {each.text: each.mentions for each in found.expansions} == {'"social worker"': 2, '"worker visited"': 2}
    assert library.search(query).expansions[0].mentions is None, "not counted where a page of hits is enough"


def test_a_phrase_that_overlaps_itself_is_one_place(library: Searcher) -> None:
    assert marked(library, '"no no"') == {"overlap": ["No no no"]}
    (hit,) = library.search('"no no"', sort="mentions").hits
    assert hit.mentions == 1
