"""An example sheet of queries, to be filled in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

from corpus.catalogue.text_table import unguarded
from corpus.errors import UsageError

TEMPLATE = (
    ("id", "query", "year", "section", "note"),
    ("N1", "neglect", "", "", "the word and its forms"),
    ("N2", '"voice of the child"', "2015..2020", "", "a phrase, in the reports of some years"),
    ("N3", "neglect* NEAR/10 adolescent*", "", "findings; recommendations", "near each other, in one of two sections"),
    ("N4", '"professional curiosity" OR "respectful uncertainty"', "", "", "either phrase"),
    ("N5", "'=DNA", "", "", "DNA in capitals only; the apostrophe stops Excel from reading it as a formula"),
    ("N6", 'theme:"voice of the child"', "", "", "a theme: see the list of themes"),
)
"""The example sheet. Columns of your own, such as `note`, are copied to the output."""


def template(form: str) -> bytes:
    """Return the example sheet as csv, tsv, xlsx or jsonl. Raises UsageError for any other format."""
    writers: dict[str, Callable[[], bytes]] = {
        "csv": lambda: _template_text(","),
        "tsv": lambda: _template_text("\t"),
        "xlsx": _template_workbook,
        "jsonl": _template_objects,
    }
    if form not in writers:
        raise UsageError(f"The template can be .csv, .tsv, .xlsx or .jsonl, not .{form}.")
    return writers[form]()


def _template_text(delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(TEMPLATE)
    return ("\ufeff" + text.getvalue()).encode()


def _template_objects() -> bytes:
    header, *rows = TEMPLATE
    objects = ({n: unguarded(c) for n, c in zip(header, row, strict=True) if c} for row in rows)
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in objects).encode()


def _template_workbook() -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Queries")
        bold = book.add_format({"bold": True, "bottom": 1})
        typed = book.add_format({"quote_prefix": True})
        for y, row in enumerate(TEMPLATE):
            for x, cell in enumerate(row):
                sheet.write_string(y, x, unguarded(cell), bold if y == 0 else typed)
        for x, wide in enumerate((8, 56, 14, 28, 60)):
            sheet.set_column(x, x, wide)
        sheet.freeze_panes(1, 0)
    return file.getvalue()
