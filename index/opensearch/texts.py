"""The text of a report as a document of the cluster keeps it, and what is shown of it."""

from collections.abc import Sequence
from typing import Any

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
    """Everything that was read of a report, as lists that take little room."""
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
    """The text that `as_json` wrote."""
    sections = tuple(Section(ordinal, SectionKind(kind), heading) for ordinal, kind, heading in read["sections"])
    paragraphs = tuple(
        Paragraph(ordinal, page, number, section, text, heading, tuple((at, to) for at, to in turns))
        for ordinal, page, number, section, text, heading, turns in read["paragraphs"]
    )
    return Text(
        id=read["id"],
        pages=tuple(
            Page(number, label, reader, unread, sure, tuple(map(Hidden, withheld)))
            for number, label, reader, unread, sure, withheld in read["pages"]
        ),
        sections=sections,
        paragraphs=paragraphs,
        asides=tuple(Aside(page, before, AsideRole(role), text) for page, before, role, text in read["asides"]),
        found={name: Found(*each) for name, each in read["found"].items()},
        reader=read["reader"],
        items=tuple(_item(row, paragraphs, sections) for row in read["items"]),
    )


def _item(row: Sequence[Any], paragraphs: Sequence[Paragraph], sections: Sequence[Section]) -> Item:
    kind, first, last, addressee = row
    inside = paragraphs[first : last + 1]
    return Item.of(ItemKind(kind), inside, sections[inside[0].section], addressee)
