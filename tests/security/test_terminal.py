"""What a catalogue, a title or an error contains cannot move the cursor of a terminal or reverse what is read."""

import json

import pytest

from corpus.catalogue.rows import parse
from reviews.cli.console import print_json, print_lines, say

_HOSTILE = "Child\x1b]0;title\x07 \x9b31m\u202eniboR \x08\x7f\u2066x"
_HARMLESS = "Child]0;title 31mniboR x"


def test_cells_of_a_catalogue_have_no_control_characters() -> None:
    (row,) = parse(f'file,title,notes\n1.pdf,{_HOSTILE},"two\nlines"\n'.encode()).rows
    assert (row.get("title"), row.get("notes")) == (_HARMLESS, "two\nlines")


def test_nothing_that_is_printed_controls_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines([_HOSTILE, "two\nlines\tand a tab"])
    say(_HOSTILE)
    printed = capsys.readouterr()
    assert printed.out == f"{_HARMLESS}\ntwo\nlines\tand a tab\n"
    assert printed.err == f"{_HARMLESS}\n"


def test_json_says_the_same_without_controls(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": _HOSTILE})
    printed = capsys.readouterr().out
    assert printed.replace("\n", "").isprintable()
    assert json.loads(printed) == {"title": _HOSTILE}


def test_our_own_colours_are_kept(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_lines(["\x1b[1mneglect\x1b[0m \x1b[2J"])
    assert capsys.readouterr().out == "\x1b[1mneglect\x1b[0m [2J\n"
