"""The recommendations and findings of a report. People go straight to them, so each is an item of its own.

An item starts at a paragraph that is called "Recommendation 6" or "Finding 1", wherever it is; in a part of the
report that is for recommendations or findings, also at a numbered paragraph or a bullet; and where such a part has
neither, at a paragraph that asks for something. An item is everything up to the next one that belongs to it. What
only leads in to a list ("The board should:" above bullets) is part of no item. A response often prints what it answers
in a box, in bold or in italics: then the item ends where that ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.model import Item, ItemKind, Paragraph, Section, SectionKind, bullet_of, is_footnote, words_of
from ingest.structure.draft import Setting
from ingest.structure.parts.addressee import addressed_by, addressee
from ingest.structure.parts.item_starts import SECTIONS, Start, starts
from ingest.structure.parts.item_words import (
    ANSWER,
    ASKS,
    NAMED,
    PART,
    REFERS_BACK,
    goes_on_in_list,
    is_answer,
    is_below,
    is_decision,
)

_TITLE_LENGTH = 160  # characters: what only names an item is shorter, and ends without a stop
_ANSWER_LENGTH = 100  # characters: "(accepted in full by the council)"


def find(
    paragraphs: Sequence[Paragraph],
    sections: Sequence[Section],
    settings: Sequence[Setting] = (),
    *,
    answers: bool = False,
) -> tuple[Item, ...]:
    """The items of a report in the order of the text. settings: how each paragraph is set, where that is known.

    answers: the report answers the recommendations of another.
    """
    report = _Report(paragraphs, sections, settings or [Setting()] * len(paragraphs), answers)
    found = starts(paragraphs, sections, report.settings)
    items = [_item(start, report, _end(start, report, found)) for _, start in sorted(found.items())]
    return tuple(_once(items))


@dataclass(frozen=True, slots=True)
class _Report:
    paragraphs: Sequence[Paragraph]
    sections: Sequence[Section]
    settings: Sequence[Setting]
    answers: bool

    def same_box(self, one: Paragraph, following: Paragraph) -> bool:
        """Whether a paragraph is in the box that the one above it ends in. A box may go on on the next page."""
        box = self.settings[following.ordinal].boxes[0]
        return box != 0 and (one.last_page != following.page or box == self.settings[one.ordinal].boxes[1])

    def plainer(self, one: Paragraph, following: Paragraph) -> bool:
        """Whether one paragraph is bold or italic, and a following one is not."""
        above, below = self.settings[one.ordinal], self.settings[following.ordinal]
        return (above.bold and not below.bold) or (above.italic and not below.italic)


# ---------------------------------------------------------------- where items end


def _end(start: Start, report: _Report, begin: dict[int, Start]) -> int:
    """The last paragraph of an item."""
    head = report.paragraphs[start.at]
    only_named = _only_names(head)
    boxed = report.settings[head.ordinal].boxes[1] != 0
    above = head
    for following in report.paragraphs[start.at + 1 :]:
        if following.heading or following.ordinal in begin:
            break
        if is_footnote(following):
            continue
        inside = report.same_box(above, following)
        if only_named and above is head:
            boxed = inside or report.settings[following.ordinal].boxes[0] != 0
        elif boxed and not inside:
            break
        if boxed and start.called:
            if is_decision(following, boxed=True):
                break
        elif not _belongs(following, start, report, above, only_named):
            break
        above = following
    return above.ordinal


def _only_names(head: Paragraph) -> bool:
    """Whether the first paragraph only names an item, so that its words are below it."""
    words = words_of(head)
    return not words or head.heading or (len(words) < _TITLE_LENGTH and words[-1].isalnum() and not ASKS.search(words))


def _belongs(paragraph: Paragraph, start: Start, report: _Report, above: Paragraph, only_named: bool) -> bool:
    """Whether a paragraph below the first of an item, which starts no item itself, is part of it.

    above: the last paragraph of the item so far.
    """
    head = report.paragraphs[start.at]
    if paragraph.section != head.section and not only_named:
        return False
    if bullet_of(paragraph.text) or PART.match(paragraph.number or paragraph.text):
        return True
    if paragraph.number:
        return is_below(paragraph.number, head.number)
    if start.asks and goes_on_in_list(paragraph):
        return True
    if is_answer(paragraph) or NAMED.match(paragraph.text) or start.bullet or start.asks:
        return False
    if report.answers and (above is not head or not only_named) and _is_reply(paragraph, above, report):
        return False
    at_home = report.sections[head.section].kind is SectionKind.RECOMMENDATIONS
    if start.kind is ItemKind.FINDING:
        return not words_of(head) or (at_home and head.number is not None)
    return only_named or (at_home and head.number is not None) or bool(REFERS_BACK.match(paragraph.text))


def _is_reply(paragraph: Paragraph, above: Paragraph, report: _Report) -> bool:
    """Whether a paragraph of a response replies to the recommendation above it: it is set plainer, or asks nothing."""
    if report.plainer(above, paragraph):
        return True
    return not ASKS.search(paragraph.text) and not REFERS_BACK.match(paragraph.text)


def _item(start: Start, report: _Report, last: int) -> Item:
    inside = report.paragraphs[start.at : last + 1]
    section = report.sections[inside[0].section]
    item = Item.of(start.kind, inside, section)
    if start.kind is not ItemKind.RECOMMENDATION:
        return item
    # A title names nobody; the addressee is in the line below it.
    named = map(addressee, item.text.splitlines()[: 2 if _only_names(inside[0]) else 1])
    asked = next((name for name in named if name), None) or start.asked or addressed_by(section.heading)
    return Item.of(start.kind, inside, section, asked)


# ---------------------------------------------------------------- each once


def _once(found: list[Item]) -> list[Item]:
    """The items without repeats: a summary and an action plan repeat the items of the main part by number."""
    best: dict[tuple[ItemKind, str], int] = {}
    for at, item in enumerate(found):
        key = (item.kind, (item.number or "").lower())
        if _is_named(item) and (key not in best or _worth(item) > _worth(found[best[key]])):
            best[key] = at
    homes = {item.kind for item in found if not _is_named(item)}
    kept: list[Item] = []
    for at, item in enumerate(found):
        if not item.text or (_is_named(item) and _says_only_answer(item.text)):
            continue  # a table of answers
        if _is_named(item):
            repeated = best[item.kind, str(item.number).lower()] != at
            if repeated or (item.kind in homes and not _worth(item)):
                continue
        kept.append(item)
    return kept


def _says_only_answer(text: str) -> bool:
    return len(text) < _ANSWER_LENGTH and ANSWER.match(text.lstrip("(")) is not None and not ASKS.search(text)


def _is_named(item: Item) -> bool:
    return NAMED.match(item.number or "") is not None


def _worth(item: Item) -> int:
    """Where an item is at home: in the part for it, then anywhere, then in a summary, a plan or an appendix."""
    if item.section.kind in SECTIONS:
        return 2
    away = (SectionKind.SUMMARY, SectionKind.ACTION_PLAN, SectionKind.APPENDIX, SectionKind.FOREWORD)
    return 0 if item.section.kind in away else 1
