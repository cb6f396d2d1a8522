"""A page as an image, made in the child process, with the requested marks."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from corpus.reasons import Reason
from ingest.sandbox import protocol
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox
from ingest.structure.page import Pixels
from ingest.worker.render import places
from tests.patience import PATIENCE


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=PATIENCE)) as opened:
        yield opened


@pytest.fixture
def page(press: Any) -> bytes:
    data: bytes = press.pdf(press.lines("Child Wren was not seen. The nurse saw the home.", "The nurse was worried."))
    return data


def yellow(picture: Pixels) -> int:
    """Return how many pixels are highlighted."""
    return sum(picture.data[at : at + 3] == b"\xff\xdd\x00" for at in range(0, len(picture.data), 3))


def drawn(box: Sandbox, data: bytes, *marks: tuple[str, str, str], page: int = 1) -> Pixels:
    picture = box.picture(data, page=page, width=600, marks=marks)
    assert isinstance(picture, Pixels), picture
    return picture


def test_a_page_is_drawn_as_wide_as_asked_and_keeps_its_shape(box: Sandbox, page: bytes) -> None:
    picture = drawn(box, page)
    assert picture.width == 600
    assert 700 < picture.height < 900
    assert len(picture.data) == 3 * picture.width * picture.height
    assert len(set(picture.data)) > 2, "there is something on it"
    assert yellow(picture) == 0


def test_a_mark_is_yellow_and_the_letters_under_it_stay_dark(box: Sandbox, page: bytes) -> None:
    plain, marked = drawn(box, page), drawn(box, page, ("", "Wren", ""))
    assert 50 < yellow(marked) < 3_000
    dark = [sum(byte < 60 for byte in picture.data[0::3]) for picture in (plain, marked)]
    assert dark[0] == dark[1]


def test_the_text_around_a_mark_decides_between_two_similar_places(box: Sandbox, page: bytes) -> None:
    def rows(picture: Pixels) -> set[int]:
        pixels = range(0, len(picture.data), 3)
        return {at // 3 // picture.width for at in pixels if picture.data[at : at + 3] == b"\xff\xdd\x00"}

    first = rows(drawn(box, page, ("seen. The ", "nurse", " saw the home")))
    second = rows(drawn(box, page, ("the home. The ", "nurse", " was worried")))
    assert first
    assert second
    assert min(second) > max(first) - 3
    assert yellow(drawn(box, page, ("", "nurse", ""))) == 0, "a guess would mark what was not found"


def test_only_letters_and_digits_locate_a_mark() -> None:
    letters = list("multi-\r\nagency ﬁle of 2012")
    assert places(letters, [("", "multiagency", "")]) == [(0, 13)]
    assert places(letters, [("agency", "file", "of")]) == [(15, 17)]
    assert places(letters, [("", "absent", ""), ("", "--", ""), ("", "", "")]) == []


def test_a_picture_that_cannot_be_made_has_its_reason_and_the_next_one_is_made(box: Sandbox, page: bytes) -> None:
    refused = [
        box.picture(b"no PDF", page=1, width=600, marks=()),
        box.picture(page, page=99, width=600, marks=()),
    ]
    assert [each.reason for each in refused if isinstance(each, Refusal)] == [Reason.CORRUPT, Reason.EMPTY]
    drawn(box, page)


def test_a_poster_gets_a_smaller_picture(box: Sandbox, press: Any) -> None:
    tall = press.pdf(press.lines("Child Wren")).replace(b"842]", b"14000]")
    assert b"14000]" in tall
    picture = drawn(box, tall)
    assert picture.width * picture.height <= protocol.PIXELS
    assert picture.height > 10 * picture.width


@pytest.mark.parametrize("data", [b"\0" * 12, b"\xff" * 12, b"\0" * 11 + b"\1", bytes(range(12))])
@pytest.mark.parametrize("depth", [1, 3])
def test_every_picture_arrives_as_it_was_sent_and_an_even_one_as_a_single_byte(data: bytes, depth: int) -> None:
    sent = Pixels(2, 6 // depth, data[: 2 * (6 // depth) * depth], depth)
    line = protocol.encode_picture(sent)
    assert protocol.decode_picture(line, depth) == sent
    assert len(base64.b64decode(json.loads(line)["pixels"])) == (1 if len({*sent.data}) == 1 else len(sent.data))


@pytest.mark.parametrize(
    "lie",
    [
        {"width": 2, "height": 2, "depth": 3, "pixels": base64.b64encode(b"\0" * 11).decode()},
        {"width": 2, "height": 2, "depth": 3, "pixels": base64.b64encode(b"\0" * 2).decode()},
        {"width": 2, "height": 2, "depth": 3, "pixels": ""},
        {"width": 2, "height": 2, "depth": 3, "pixels": "%%%%"},
        {"width": -1, "height": -1, "depth": 3, "pixels": base64.b64encode(b"\0" * 3).decode()},
        {"width": 10**9, "height": 10**9, "depth": 3, "pixels": ""},
        {"width": True, "height": 1, "depth": 3, "pixels": base64.b64encode(b"\0" * 3).decode()},
        {"height": 1, "pixels": ""},
        {"width": 1, "height": 1, "depth": 1, "pixels": base64.b64encode(b"\0").decode()},
        [],
    ],
)
def test_a_compromised_child_cannot_send_anything_but_pixels(lie: object) -> None:
    with pytest.raises(protocol.Malformed):
        protocol.decode_picture(json.dumps(lie).encode() + b"\n")
