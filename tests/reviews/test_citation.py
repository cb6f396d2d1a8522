"""A reference manager's own parser reads citations with every author, the address and the date of access."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string

from corpus.report import Report
from reviews.citation import bibtex, citation, harvard, place, printed, ris

TODAY = date(2026, 11, 29)
PLAIN = Report(
    id="a1" * 32,
    title="Child Robin: Overview Report",
    board="Fernshire Safeguarding Children Partnership",
    author="Ann van der Lark and Bo Finch; Department for Children, Schools and Families",
    year=2022,
    published="2022-03-14",
    type=None,
    kind="overview report",
    url="https://fernshire.example/reviews/child_robin.pdf?a=1&b=2#page=3",
    accessed="2026-03-14",
    files=(),
    pages=1,
    unread_pages=0,
)


def of_ris(report: Report) -> dict[str, Any]:
    (entry,) = rispy.loads(ris(report, today=TODAY))
    return dict(entry)


def of_bibtex(report: Report) -> dict[str, str]:
    parsed = parse_string(bibtex(report, today=TODAY))
    assert parsed.failed_blocks == []
    (entry,) = parsed.entries
    return {field.key: field.value for field in entry.fields}


def test_each_author_has_a_line_in_ris() -> None:
    assert of_ris(PLAIN)["authors"] == [
        "van der Lark, Ann",
        "Finch, Bo",
        "Department for Children, Schools and Families",
    ]


def test_authors_are_joined_and_bodies_in_braces_in_bibtex() -> None:
    assert of_bibtex(PLAIN)["author"] == (
        "van der Lark, Ann and Finch, Bo and {Department for Children, Schools and Families}"
    )


def test_the_address_and_the_day_of_access_are_those_of_the_catalogue() -> None:
    entry = of_ris(PLAIN)
    assert (entry["urls"], entry["access_date"]) == ([PLAIN.url], "2026/03/14")
    fields = of_bibtex(PLAIN)
    assert (fields["url"], fields["urldate"]) == (PLAIN.url, "2026-03-14")


def test_without_a_day_in_the_catalogue_it_is_the_day_of_the_citation() -> None:
    report = replace(PLAIN, accessed=None)
    assert of_ris(report)["access_date"] == "2026/11/29"
    assert of_bibtex(report)["urldate"] == "2026-11-29"


def test_without_an_address_nothing_was_accessed() -> None:
    report = replace(PLAIN, url=None)
    assert not {"urls", "access_date"} & set(of_ris(report))
    assert not {"url", "urldate"} & set(of_bibtex(report))


@pytest.mark.parametrize("field", ["author", "board", "title", "url", "accessed"])
def test_no_value_can_end_its_field_or_start_another(field: str) -> None:
    hostile = "https://x.example/{a}}, b & c;\\\r\nTY  - BOOK\n@book{y,"
    report = Report.from_dict(PLAIN.to_dict() | {field: hostile})
    assert of_ris(report)["type_of_reference"] == "RPRT"
    assert "institution" in of_bibtex(report)
    assert bibtex(report).count("\n@") == 0
    assert bibtex(report).count("{") == bibtex(report).count("}")


def test_a_record_has_the_publisher_the_whole_hash_and_an_author_in_any_case() -> None:
    entry, fields = of_ris(PLAIN), of_bibtex(PLAIN)
    assert (entry["publisher"], entry["accession_number"]) == (PLAIN.board, PLAIN.id)
    assert (fields["publisher"], fields["note"]) == (PLAIN.board, f"SHA-256 {PLAIN.id}")
    nobody = replace(PLAIN, author=None)
    assert of_ris(nobody)["authors"] == [PLAIN.board]
    assert of_bibtex(nobody)["author"] == f"{{{PLAIN.board}}}"
    assert "authors" not in of_ris(replace(nobody, board=None))


@pytest.mark.parametrize("label", ["3", "12", "i", "iv", "xiv", "XXXIX"])
def test_a_plain_page_number_is_called_printed(label: str) -> None:
    assert place(6, label, "5.1") == f"page 6 (printed {label}), paragraph 5.1"


def test_a_quotation_that_runs_over_pages_names_both() -> None:
    assert place(6, "3", "5.1", 7) == "pages 6 and 7 (printed 3), paragraph 5.1"
    assert place(6, None, None, 9) == "pages 6 to 9"
    assert citation(PLAIN, 6, "3", "5.1", 7).endswith(", pages 6 and 7 (printed 3), paragraph 5.1.")
    assert ", pp. 6–7, para. 5.1." in harvard(PLAIN, "", 6, "5.1", 7)
    assert ", p. 6, para. 5.1." in harvard(PLAIN, "", 6, "5.1", 6)


@pytest.mark.parametrize("label", ["ifcb", "", "A-2", "Cover", "iiii", "Iv", "xl", "c", "3a", "12345", "٣", "6", "006"])
def test_any_other_label_of_a_pdf_is_not_cited_as_a_printed_number(label: str) -> None:
    assert printed(label, 6) == ""
    assert place(6, label, "5.1") == "page 6, paragraph 5.1"
