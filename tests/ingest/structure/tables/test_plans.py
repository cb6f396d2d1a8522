"""Tables of recommendations: their rows, cells and headers, on one page and over several."""

import itertools
import re
from collections.abc import Sequence
from typing import Any

import pytest

from corpus.model import AsideRole, Text
from ingest.worker import pipeline
from tests.ingest.structure.typesetter import typeset

WAYS = ["", "[lines]", "[middle]", "[plain]", "[lines]\n[plain]", "[ruled]"]
HEADER = "|=150|110|100|80\n|!**Recommendation**|**Action**|**Lead**|**By when**\n"
ROWS: list[tuple[str, ...]] = [
    ("Ask each child who is at home and write down the words that the child uses.", "New form", "Early help", "May"),
    ("Keep one list of families who moved.", "Meeting with housing each month", "Housing", "June 2024"),
    ("Tell the nursery before a plan ends.", "Letter", "Head of children’s social care", "July 2024"),
]


def read(press: Any, source: str) -> Text:
    return pipeline.read(typeset(press, source), id="f" * 64, name="wren", max_pages=99)


def table(rows: Sequence[tuple[str, ...]] = ROWS) -> str:
    return HEADER + "".join(f"|{'|'.join(row)}\n" for row in rows)


def words(text: str) -> list[str]:
    return sorted(re.findall(r"\w+", text))


@pytest.mark.parametrize("way", WAYS)
def test_a_row_is_one_recommendation_for_its_owner(press: Any, way: str) -> None:
    report = read(press, f"# Action plan\n{way}\n{table()}# Glossary\nLSCP: the partnership.\n")
    assert [item.text for item in report.items] == [" ".join(row) for row in ROWS]
    assert [item.addressee for item in report.items] == [row[2] for row in ROWS]


@pytest.mark.parametrize("way", WAYS)
def test_no_word_of_a_page_with_a_table_is_lost(press: Any, way: str) -> None:
    source = (
        f"# Action plan\nAll of this is agreed.\n{way}\n{table()}It will be read again in a year.\n# Glossary\nRAG.\n"
    )
    page = " ".join(p.text for p in read(press, source).paragraphs if p.page == 3)
    right = re.sub(r"\|=.*|\[\w+\]|[|!*#]", " ", source)
    assert words(page.replace("Child Safeguarding Practice Review: Child Wren", "")) == words(right)


def test_rows_of_one_line_are_apart_however_few_other_lines_there_are(press: Any) -> None:
    asks = ["The council should ask who is at home at night.", "The police should tell schools on the same day."]
    drawn = "".join(
        f"BT /R 9 Tf 54 {700 - 19 * at} Td ({label}) Tj 50 0 Td ({ask}) Tj ET "
        for at, (label, ask) in enumerate(
            zip(("Ref", "R1", "R2", "R3"), ("Recommendation", *asks, asks[0]), strict=True)
        )
    )
    for y, text, rest in (
        (600, "It will be read in a year by all of", "agree"),
        (560, "It was read by all who knew", "him"),
    ):
        drawn += f"BT /R 9 Tf 54 {y} Td ({text}) Tj 0 -11.5 Td ({rest}) Tj ET "
    head = "BT /B 16 Tf 54 740 Td (Recommendations) Tj ET "
    report = pipeline.read(press.pdf(head + drawn), id="f" * 64, name="wren", max_pages=99)
    assert [p.text for p in report.paragraphs][2:5] == [f"R{n} {ask}" for n, ask in enumerate((*asks, asks[0]), 1)]


def test_the_text_below_a_table_is_not_in_its_last_row(press: Any) -> None:
    report = read(press, f"# Action plan\n{table()}The plan was agreed in the spring by all of the partners.\n")
    assert report.items[-1].text == " ".join(ROWS[-1])


ANIMALS = "wren robin heron otter badger hare stoat adder newt vole shrew owl rook lark finch mole fox swan teal"


def long(number: int) -> list[tuple[str, ...]]:
    """Return so many rows, each with other words."""
    pairs = itertools.product(ANIMALS.split(), repeat=2)
    rows: list[tuple[str, ...]] = [
        (f"Read about {a} and {b} again.", f"Meet {b}", f"Team {a}", f"By {b}") for a, b in pairs
    ]
    return rows[:number]


@pytest.mark.parametrize("before", ["", "[landscape]", "This is the plan.\n[page]"])
def test_the_header_that_is_repeated_on_the_next_pages_is_boilerplate(press: Any, before: str) -> None:
    report = read(press, f"# Action plan\n{before}\n{table(long(100))}# Glossary\nRAG.\n")
    heads = [aside for aside in report.asides if aside.text.startswith("Recommendation")]
    printed = [p for p in report.paragraphs if p.text.startswith("Recommendation")]
    pages = {p.page for p in report.paragraphs if "Meet" in p.text}
    assert {aside.role for aside in heads} == {AsideRole.HEADER}
    assert len(heads) + len(printed) == len(pages) > 3
    assert [item.text for item in report.items] == [" ".join(row) for row in long(100)]
    assert [item.addressee for item in report.items] == [row[2] for row in long(100)]


@pytest.mark.parametrize("rows", range(16, 22))
def test_a_row_that_goes_on_over_the_page_is_one_recommendation(press: Any, rows: int) -> None:
    request = ", ".join(f"ask the {animal} and write down what the {animal} said" for animal in ANIMALS.split())
    broken = (f"Please {request}.", "Letter", "Business manager", "June")
    source = table(long(rows)) + f"|~{'|'.join(broken)}\n"
    report = read(press, f"# Action plan\n{source}# Glossary\nRAG.\n")
    item = report.items[-1]
    paragraph = report.paragraphs[item.first]
    assert (item.first, item.addressee) == (item.last, "Business manager")
    assert [page for _, page in paragraph.turns] == [paragraph.page + 1]
    assert words(item.text) == words(" ".join(broken))


def test_a_recommendation_that_is_merged_over_rows_is_one(press: Any) -> None:
    rows: list[tuple[str, ...]] = [ROWS[0], ("", "Train all teams", "Learning hub", "June"), ROWS[1]]
    report = read(press, f"# Action plan\n{table(rows)}# Glossary\nRAG.\n")
    assert [item.text for item in report.items] == [" ".join(ROWS[0] + rows[1][1:]), " ".join(ROWS[1])]


def test_a_topic_over_the_whole_table_is_no_recommendation(press: Any) -> None:
    source = f"# Action plan\n{HEADER}|**Unseen fathers**|<|<|<\n|{'|'.join(ROWS[0])}\n# Glossary\nRAG.\n"
    assert [item.text for item in read(press, source).items] == [" ".join(ROWS[0])]


def test_a_topic_that_names_a_body_addresses_the_rows_below_it(press: Any) -> None:
    source = "|=300|150\n|**Recommendation**|**When**\n"
    source += "|**Fernshire Police**|<\n|Send the map.|May\n|**Visits**|<\n|Go.|May\n"
    report = read(press, f"# Single agency recommendations\n{source}# Glossary\nRAG.\n")
    assert [item.addressee for item in report.items] == ["Fernshire Police", None]


def test_the_heading_of_a_column_may_address_its_questions(press: Any) -> None:
    source = "|=200|250\n|**Finding**|**Questions for the Board**\n|It was late.|How does the Board know?\n"
    report = read(press, f"# Findings and questions\n{source}# Glossary\nRAG.\n")
    assert [(item.text, item.addressee) for item in report.items] == [("How does the Board know?", "the Board")]


@pytest.mark.parametrize("heading", ["Terms of reference", "Chronology", "Methodology"])
def test_recommendations_of_earlier_reviews_are_not_those_of_this_one(press: Any, heading: str) -> None:
    assert not read(press, f"# {heading}\n{table()}# Glossary\nRAG.\n").items


def test_actions_are_no_recommendations_if_the_report_has_some(press: Any) -> None:
    actions = table().replace("**Recommendation**|**Action**", "**Action**|**Detail**")
    alone = read(press, f"# Recommendations\n{actions}# Glossary\nRAG.\n")
    below = read(press, f"# Recommendations\n1.\tSchools should ask.\n{actions}# Glossary\nRAG.\n")
    assert [item.addressee for item in alone.items] == ["Early help", "Housing", "Head of children’s social care"]
    assert [item.text for item in below.items] == ["Schools should ask."]


def test_a_plan_that_repeats_the_recommendations_adds_none(press: Any) -> None:
    listed = "".join(f"{number}.\t{row[0]}\n" for number, row in enumerate(ROWS, 1))
    report = read(press, f"# Recommendations\n{listed}# Action plan\n{table()}# Glossary\nRAG.\n")
    assert [item.text for item in report.items] == [row[0] for row in ROWS]


def test_prose_above_a_table_of_recommendations_is_none(press: Any) -> None:
    report = read(press, f"# Recommendations\nA promise should have a date.\n{table()}# Glossary\nRAG.\n")
    assert [item.text for item in report.items] == [" ".join(row) for row in ROWS]


def test_rows_without_a_header_are_read_as_before(press: Any) -> None:
    rows = table().split("\n", 2)
    report = read(press, f"# Recommendations\n{rows[0]}\n{rows[2]}# Glossary\nRAG.\n")
    assert " ".join(ROWS[1]) in {paragraph.text for paragraph in report.paragraphs}
