"""Convert the text of a report to and from the form in which the cluster stores it."""

import json
import struct
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

from corpus.errors import Corrupt
from corpus.model import (
    Aside,
    AsideRole,
    Found,
    Hidden,
    Item,
    ItemKind,
    Page,
    Paragraph,
    Section,
    SectionKind,
    Text,
)

_ROWS = 32  # paragraphs that are compressed together
_HEAD = struct.Struct("<I")


def pack(text: Text) -> bytes:
    """Pack everything that was read of a report, so that a few of its paragraphs can be read alone.

    Little-endian: the length of the head, as u32; the head; and the paragraphs, 32 in each part. The head and the parts
    are JSON, each compressed with zlib. The head has the lengths of the parts in bytes.
    """
    rows = [[p.ordinal, p.page, p.number, p.section, p.text, p.heading, p.turns] for p in text.paragraphs]
    parts = [_packed(rows[at : at + _ROWS]) for at in range(0, len(rows), _ROWS)]
    head = {
        "id": text.id,
        "reader": text.reader,
        "pages": [[p.number, p.label, p.reader, p.unread, p.confidence, [*p.withheld]] for p in text.pages],
        "sections": [[s.ordinal, s.kind, s.heading] for s in text.sections],
        "asides": [[a.page, a.before, a.role, a.text] for a in text.asides],
        "found": {name: [each.value, each.source, each.confidence] for name, each in text.found.items()},
        "items": [[i.kind, i.first, i.last, i.addressee] for i in text.items],
        "paragraphs": len(rows),
        "parts": [*map(len, parts)],
    }
    first = _packed(head)
    return b"".join((_HEAD.pack(len(first)), first, *parts))


def _packed(value: object) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False).encode())


class PackedText:
    """A packed text. Its paragraphs are unpacked when they are needed. Raises Corrupt if it is damaged."""

    def __init__(self, data: bytes) -> None:
        with _damage():
            (size,) = _HEAD.unpack_from(data)
            self.head: dict[str, Any] = json.loads(zlib.decompress(data[_HEAD.size : _HEAD.size + size]))
        self._data = data
        self._ends = [*accumulate(self.head["parts"], initial=_HEAD.size + size)]
        self._parts: dict[int, Sequence[Sequence[Any]]] = {}

    def __len__(self) -> int:
        return int(self.head["paragraphs"])

    def paragraph(self, ordinal: int) -> Paragraph:
        """Return one paragraph."""
        part, row = divmod(ordinal, _ROWS)
        if part not in self._parts:
            with _damage():
                self._parts[part] = json.loads(zlib.decompress(self._data[self._ends[part] : self._ends[part + 1]]))
        return _paragraph(self._parts[part][row])

    def paragraphs(self) -> list[Paragraph]:
        """Return all paragraphs."""
        return [self.paragraph(ordinal) for ordinal in range(len(self))]

    def item(self, row: Sequence[Any]) -> Item:
        """Return the recommendation or finding of a row of the head."""
        kind, first, last, addressee = row
        inside = [self.paragraph(ordinal) for ordinal in range(first, last + 1)]
        return Item.of(ItemKind(kind), inside, _section(self.head["sections"][inside[0].section]), addressee)

    def text(self) -> Text:
        """Return the whole text."""
        head = self.head
        return Text(
            id=head["id"],
            pages=tuple(map(_page, head["pages"])),
            sections=tuple(map(_section, head["sections"])),
            paragraphs=tuple(self.paragraphs()),
            asides=tuple(Aside(page, before, AsideRole(role), text) for page, before, role, text in head["asides"]),
            found={name: Found(*each) for name, each in head["found"].items()},
            reader=head["reader"],
            items=tuple(map(self.item, head["items"])),
        )


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except (zlib.error, struct.error, ValueError) as error:
        raise Corrupt(
            "The cluster returned a report with a damaged text. Run `reviews index --rebuild` on the machine that "
            "publishes."
        ) from error


class ClusterTexts:
    """The texts of a generation, as `corpus.texts.Texts`.

    `fetch` returns the text with a key, and `items` the number of its recommendations and findings by kind.
    """

    def __init__(self, fetch: Callable[[int], PackedText], items: Callable[[int], Mapping[str, int]]) -> None:
        self._fetch = fetch
        self._items = items

    def text(self, reading: int) -> Text:
        return self._fetch(reading).text()

    def paragraphs(self, reading: int, ordinals: Collection[int]) -> list[Paragraph]:
        packed = self._fetch(reading)
        if max(ordinals, default=0) >= len(packed):
            raise Corrupt(
                "The index refers to paragraphs that its report does not have. Run `reviews index --rebuild` on the "
                "machine that publishes."
            )
        return [packed.paragraph(ordinal) for ordinal in sorted(set(ordinals))]

    def pages(self, reading: int, numbers: Collection[int] | None = None) -> list[Page]:
        rows = self._fetch(reading).head["pages"]
        return [_page(row) for row in rows if numbers is None or row[0] in numbers]

    def sections(self, reading: int, ordinals: Collection[int] | None = None) -> list[Section]:
        rows = self._fetch(reading).head["sections"]
        return [_section(row) for row in rows if ordinals is None or row[0] in ordinals]

    def items(self, reading: int, kind: ItemKind | None = None) -> list[Item]:
        packed = self._fetch(reading)
        return [packed.item(row) for row in packed.head["items"] if kind is None or row[0] == kind.value]

    def number_of_items(self, readings: Collection[int], kind: ItemKind | None = None) -> int:
        counted = map(self._items, readings)
        return sum(some for of_kind in counted for name, some in of_kind.items() if kind is None or name == kind.value)

    def indexable(self, reading: int) -> list[tuple[str, str, bool]]:
        packed = self._fetch(reading)
        kinds = {ordinal: kind for ordinal, kind, _ in packed.head["sections"]}
        return [(each.searched, kinds[each.section], each.heading) for each in packed.paragraphs()]


def _page(row: Sequence[Any]) -> Page:
    number, label, reader, unread, confidence, withheld = row
    return Page(number, label, reader, unread, confidence, tuple(map(Hidden, withheld)))


def _section(row: Sequence[Any]) -> Section:
    ordinal, kind, heading = row
    return Section(ordinal, SectionKind(kind), heading)


def _paragraph(row: Sequence[Any]) -> Paragraph:
    ordinal, page, number, section, text, heading, turns = row
    return Paragraph(ordinal, page, number, section, text, heading, tuple((at, to) for at, to in turns))
