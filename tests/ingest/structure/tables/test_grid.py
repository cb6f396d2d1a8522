"""The cells of a page, and the columns of a table that they are in."""

from ingest.structure.page import Line, RawPage
from ingest.structure.tables.cells import Cell, cells_of, whole
from ingest.structure.tables.grid import in_columns

LEFTS = [69.0, 112.0, 326.0, 569.0]
"""Where a number, a recommendation, an action and a lead start."""


def line(text: str, x0: float, x1: float, y: float = 100.0) -> Line:
    return Line(text, x0, x1, y, 9.5)


def placed(*lines: Line) -> list[tuple[int, str]]:
    cells = in_columns([Cell(each, each) for each in lines], LEFTS, asking=1)
    assert whole(cells)
    return [(cell.column, cell.line.text) for cell in cells]


BESIDE = line("Body-worn video reviewed in one incident in fifty; letter", 326, 555)
BELOW = line("earshot of the alleged perpetrator; callers are", 112, 301, 112)


def test_a_gap_that_the_reader_did_not_see_is_found_by_the_width_of_the_words() -> None:
    joined = line("7-4 The risk checklist is not completed within", 69, 283)
    assert placed(joined, BESIDE, BELOW)[:2] == [(0, "7-4"), (1, "The risk checklist is not completed within")]


def test_a_line_that_cannot_be_divided_is_in_the_column_of_the_recommendations() -> None:
    joined = line("Extraordinary", 69, 283)
    assert placed(joined, BESIDE)[0] == (1, "Extraordinary")


def test_a_line_with_nothing_beside_it_extends_over_the_table() -> None:
    assert placed(line("All of this was agreed by the partners in the spring of that year", 69, 350)) == [
        (-1, "All of this was agreed by the partners in the spring of that year")
    ]


def test_a_page_with_more_cells_than_any_printed_one_is_not_looked_at() -> None:
    page = RawPage(1, "1", 595, 842, [line("Action", 72, 99, at / 4) for at in range(2_000)])
    assert len(cells_of(page, None)) == 2_000
    page.lines.append(line("Action", 72, 99, 800))
    assert cells_of(page, None) == []
