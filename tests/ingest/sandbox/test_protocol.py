"""What a worker process that was taken over answers is refused or read, and never an error in the parent."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from corpus.model import ATTACHED_APART, AsideRole, Hidden, ItemKind, SectionKind, Text
from corpus.reasons import TAKEN_DOWN
from ingest.sandbox.protocol import Malformed, decode, decode_file, decode_picture

_KIND = next(iter(SectionKind)).value
ANSWER: dict[str, Any] = {
    "pages": [["1", "pdfium", None, None, []], ["2", "ocr", None, 55.5, [next(iter(Hidden)).value]]],
    "sections": [[_KIND, "Summary"]],
    "paragraphs": [[1, "1", 0, "Child Wren was seen.", False, []], [1, None, 0, "At home.", True, [[3, 2]]]],
    "asides": [[1, 0, next(iter(AsideRole)).value, "Page 1"]],
    "scans": [1],
    "items": [[next(iter(ItemKind)).value, 0, 1, "the board"]],
    "found": {"title": ["Child Wren", "pdf", 0.5], "attachments": ["a.pdf", "pdf", 1]},
}
ODD = (
    *("null", "-1", "0", "1e400", "-1e400", "NaN", "Infinity", "1" + 400 * "0", "true", '"x"', '""', '"\\ud800"'),
    *(
        '"\\u0000"',
        "[]",
        "{}",
        "[[]]",
        "[5]",
        '{"a": 5}',
        "9223372036854775808",
        900 * "[" + "]" * 900,
        "1.5",
        "[1, 2]",
    ),
    *(f'"{600 * "x"}"', '["a", "b"]', "[[1, 2, 3]]", '{"failure": "removed"}'),
)


def text(line: bytes) -> object:
    return decode(line, id="a" * 64, reader="r", max_pages=10)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from places(part, (*at, name))


def changed(at: tuple[Any, ...], odd: str) -> bytes:
    whole = [copy.deepcopy(ANSWER)]
    place: Any = whole
    for name in (0, *at)[:-1]:
        place = place[name]
    place[(0, *at)[-1]] = "@"
    return json.dumps(whole[0]).replace('"@"', odd).encode() + b"\n"


def test_no_part_of_an_answer_can_end_in_an_error() -> None:
    """A confidence of 1 and 400 zeros ended the whole run."""
    text(json.dumps(ANSWER).encode())
    refused = 0
    for at in places(ANSWER):
        for odd in ODD:
            try:
                text(changed(at, odd))
            except Malformed:
                refused += 1
    assert refused > 1_000


def test_words_that_control_a_terminal_are_not_stored() -> None:
    """JSON and CSV are printed as they are."""
    line = json.dumps({**ANSWER, "found": {"title": ["Child \x9b31m\u202eniboR\x7f", "pdf", 1]}}).encode()
    read = text(line)
    assert isinstance(read, Text)
    assert read.found["title"].value == "Child 31mniboR"


def test_no_part_of_a_picture_or_a_file_can_end_in_an_error() -> None:
    for name, usual in (("width", "1"), ("height", "1"), ("depth", "3"), ("pixels", '"AAAA"'), ("file", '"AAAA"')):
        whole = {"width": "1", "height": "1", "depth": "3", "pixels": '"AAAA"', "file": '"AAAA"'}
        assert whole[name] == usual
        for odd in ODD:
            line = "{" + ",".join(f'"{each}": {value}' for each, value in {**whole, name: odd}.items()) + "}"
            for read in (lambda line: decode_picture(line), lambda line: decode_file(line, 100)):
                try:
                    read(line.encode())
                except Malformed:
                    continue


@pytest.mark.parametrize("reason", sorted(TAKEN_DOWN))
def test_a_child_cannot_say_that_its_file_was_removed(reason: str) -> None:
    """Coverage would no longer have listed the file as one that was not read."""
    line = json.dumps({"failure": reason, "detail": ""}).encode()
    for read in (text, decode_picture, lambda line: decode_file(line, 100)):
        with pytest.raises(Malformed):
            read(line)


def test_a_child_cannot_name_endless_attached_files() -> None:
    """The parent asks for each of them, one process after the other."""
    names = ATTACHED_APART.join(f"{number}.pdf" for number in range(20_000))
    found = {"attachments": [names, "pdf", 1]}
    with pytest.raises(Malformed):
        text(json.dumps({**ANSWER, "found": found}).encode())
