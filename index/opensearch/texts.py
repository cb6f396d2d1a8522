"""Convert the text of a report to and from the form in which the cluster stores it."""

from collections.abc import Callable, Collection, Sequence
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


def as_json(text: Text) -> dict[str, Any]:
    """Return everything that was read of a report, as compact lists."""
    return {
        "id": text.id,
        "reader": text.reader,
        "pages": [[p.number, p.label, p.reader, p.unread, p.confidence, [*p.withheld]] for p in text.pages],
        "sections": [[s.ordinal, s.kind, s.heading] for s in text.sections],
        "paragraphs": [[p.ordinal, p.page, p.number, p.section, p.text, p.heading, p.turns] for p in text.paragraphs],
        "asides": [[a.page, a.before, a.role, a.text] for a in text.asides],
        "found": {name: [each.value, each.source, each.confidence] for name, each in text.found.items()},
        "items": [[i.kind, i.first, i.last, i.addressee] for i in text.items],
    }


def from_json(read: dict[str, Any]) -> Text:
    """Return the text that `as_json` encoded."""
    return Text(
        id=read["id"],
        pages=tuple(map(_page, read["pages"])),
        sections=tuple(map(_section, read["sections"])),
        paragraphs=tuple(map(_paragraph, read["paragraphs"])),
        asides=tuple(Aside(page, before, AsideRole(role), text) for page, before, role, text in read["asides"]),
        found={name: Found(*each) for name, each in read["found"].items()},
        reader=read["reader"],
        items=tuple(_item(row, read["paragraphs"], read["sections"]) for row in read["items"]),
    )


class ClusterTexts:
    """The texts of a generation, as `corpus.texts.Texts`.

    `fetch` returns, for a key, what `as_json` made of the text.
    """

    def __init__(self, fetch: Callable[[int], dict[str, Any]]) -> None:
        self._fetch = fetch

    def text(self, reading: int) -> Text:
        return from_json(self._fetch(reading))

    def paragraphs(self, reading: int, ordinals: Collection[int]) -> list[Paragraph]:
        rows = self._fetch(reading)["paragraphs"]
        if max(ordinals, default=0) >= len(rows):
            raise Corrupt(
                "The index refers to paragraphs that its report does not have. Run `reviews index --rebuild` on the "
                "machine that publishes."
            )
        return [_paragraph(rows[ordinal]) for ordinal in sorted(set(ordinals))]

    def pages(self, reading: int, numbers: Collection[int] | None = None) -> list[Page]:
        rows = self._fetch(reading)["pages"]
        return [_page(row) for row in rows if numbers is None or row[0] in numbers]

    def sections(self, reading: int, ordinals: Collection[int] | None = None) -> list[Section]:
        rows = self._fetch(reading)["sections"]
        return [_section(row) for row in rows if ordinals is None or row[0] in ordinals]

    def items(self, reading: int, kind: ItemKind | None = None) -> list[Item]:
        read = self._fetch(reading)
        rows = [row for row in read["items"] if kind is None or row[0] == kind.value]
        return [_item(row, read["paragraphs"], read["sections"]) for row in rows]

    def number_of_items(self, readings: Collection[int], kind: ItemKind | None = None) -> None:
        """Return None: it is only known for a text that was fetched."""

    def indexable(self, reading: int) -> list[tuple[str, str, bool]]:
        read = self._fetch(reading)
        kinds = {ordinal: kind for ordinal, kind, _ in read["sections"]}
        paragraphs = map(_paragraph, read["paragraphs"])
        return [(each.searched, kinds[each.section], each.heading) for each in paragraphs]


def _page(row: Sequence[Any]) -> Page:
    number, label, reader, unread, confidence, withheld = row
    return Page(number, label, reader, unread, confidence, tuple(map(Hidden, withheld)))


def _section(row: Sequence[Any]) -> Section:
    ordinal, kind, heading = row
    return Section(ordinal, SectionKind(kind), heading)


def _paragraph(row: Sequence[Any]) -> Paragraph:
    ordinal, page, number, section, text, heading, turns = row
    return Paragraph(ordinal, page, number, section, text, heading, tuple((at, to) for at, to in turns))


def _item(row: Sequence[Any], paragraphs: Sequence[Sequence[Any]], sections: Sequence[Sequence[Any]]) -> Item:
    kind, first, last, addressee = row
    inside = [_paragraph(each) for each in paragraphs[first : last + 1]]
    return Item.of(ItemKind(kind), inside, _section(sections[inside[0].section]), addressee)
