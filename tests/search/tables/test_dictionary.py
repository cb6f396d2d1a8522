"""Every column that is written has an entry in the data dictionary."""

import re

import pytest

from corpus.report import Report
from search.analytics import concordance, keyness, paragraphs, recommendations, trends
from search.batch import columns, search_log, tidy
from search.results import COLUMNS as PASSAGES
from search.tables.column_types import types_of
from search.tables.dictionary import COLUMNS

TABLES = {
    "mentions": columns.COLUMNS,
    "summary": columns.SUMMARY,
    "most": columns.MOST,
    "matrix": columns.MATRIX,
    "terms": columns.TERMS,
    "by": tidy.BY,
    "pairs": tidy.PAIRS,
    "passages": PASSAGES,
    "log": search_log.COLUMNS,
    "concordance": concordance.COLUMNS,
    "trends": trends.COLUMNS,
    "recommendations": recommendations.COLUMNS,
    "keyness": keyness.COLUMNS,
    "paragraphs": paragraphs.COLUMNS,
    "reports": tuple(name for name in Report("a" * 64, (), "", 1, 0).to_dict() if name != "provenance"),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_in_the_dictionary(table: str) -> None:
    assert [name for name in TABLES[table] if name not in COLUMNS] == []


def test_stata_spss_and_r_take_every_name_as_it_is() -> None:
    """These are names that variables must not have: SPSS's keywords, and the reserved words of Stata and R."""
    spss = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
    stata = {"byte", "double", "float", "if", "in", "int", "long", "strl", "using", "with"}
    r = {"if", "else", "repeat", "while", "function", "for", "next", "break", "in"}
    for name in COLUMNS:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name)
        assert name not in spss | stata | r


def test_ids_are_text_although_they_may_look_like_numbers() -> None:
    assert types_of(["report", "id", "mention", "year", "odds_ratio", "corrected"]) == {
        "report": str,
        "id": str,
        "mention": str,
        "year": int,
        "odds_ratio": float,
        "corrected": bool,
    }
