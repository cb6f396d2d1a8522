"""Tables that are a form for each recommendation, with a label beside each text."""

import re
from typing import Any

import pytest

from ingest.worker import pipeline
from tests.ingest.structure.typesetter import typeset

FORM = """|=120|330
|**Recommendation**|Ask each child who is at home, and write down the words that the child uses for all of them.
|**Action**|New form
|**Lead**|Early help
|**Recommendation**|Keep one list of families who moved.
|**Responsible agency**|Housing
|**Timescale**|June 2024
"""


@pytest.mark.parametrize("way", ["", "[lines]", "[plain]"])
def test_a_form_is_a_recommendation_for_who_leads(press: Any, way: str) -> None:
    source = typeset(press, f"# Action plan\n{way}\n{FORM}# Glossary\nRAG.\n")
    report = pipeline.read(source, id="f" * 64, name="wren", max_pages=99)
    first, second = re.findall(r"\*\*Recommendation\*\*\|(.*)", FORM)
    assert [(item.text, item.addressee) for item in report.items] == [(first, "Early help"), (second, "Housing")]


def test_the_number_in_a_label_is_that_of_the_recommendation(press: Any) -> None:
    source = FORM.replace("**Recommendation**", "**Recommendation 1**", 1).replace(
        "**Recommendation**", "**Recommendation 2**"
    )
    report = pipeline.read(
        typeset(press, f"# Action plan\n{source}# Glossary\nRAG.\n"), id="f" * 64, name="wren", max_pages=99
    )
    assert [item.number for item in report.items] == ["Recommendation 1", "Recommendation 2"]
    assert [item.addressee for item in report.items] == ["Early help", "Housing"]


def test_a_bold_word_before_a_text_is_no_form(press: Any) -> None:
    source = "# Learning\n|=120|330\n|**Recommendation**|Ask each child.\n|Kitchen|Nobody saw it.\n"
    report = pipeline.read(typeset(press, source), id="f" * 64, name="wren", max_pages=99)
    assert not report.items
