"""Find the recommendations and findings of a report.

Readers go straight to them, so each is a separate item. An item starts at a paragraph named "Recommendation 6" or
"Finding 1", wherever it is. In a section for recommendations or findings, an item also starts at a numbered paragraph
or a bullet or, if the section has neither, at a paragraph that asks for something. The item ends before the next item,
or earlier where the text no longer belongs to it. A paragraph that only introduces a list ("The board should:" above
bullets) is not part of any item. A response often prints the text that it answers in a box, in bold or in italics; in
that case the item ends with the box or the change of type.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from corpus.model import Item, ItemKind, Paragraph, Section, SectionKind, bullet_of, is_footnote, words_of
from ingest.structure.draft import Row, Setting
from ingest.structure.parts.addressee import addressed_by, addressee, is_role, led_by, names_body
from ingest.structure.parts.item_starts import SECTIONS, starts
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
from ingest.structure.parts.section_kinds import kind_of
from ingest.structure.parts.start import Start

_TITLE_LENGTH = 160  # characters: a paragraph that only names an item is shorter, and does not end in a full stop
_ITEMS = 2  # of one paragraph each above the last one of a section, which then has one, too
_SENTENCE_WORDS = 7  # spaces: two items of fewer words may be alike by chance
_NAME_IN_TEXT = re.compile(r"(recommendation \d{1,3}):", re.IGNORECASE)  # after a number: "6.1 Recommendation 1: …"
_ALIKE = 0.7  # share of the words of a row of an action plan that are those of the recommendation that it repeats
_NUMBERED_ALIKE = 0.5  # times that, if both have the same number
_ANSWER_LENGTH = 100  # characters: "(accepted in full by the council)"


def find(
    paragraphs: Sequence[Paragraph],
    sections: Sequence[Section],
    settings: Sequence[Setting] = (),
    *,
    answers: bool = False,
) -> tuple[Item, ...]:
    """Return the items of a report in the order of the text.

    `settings` say how each paragraph is set, if that is known. `answers` means that the report responds to the
    recommendations of another report.
    """
    report = _Report(paragraphs, sections, settings or [Setting()] * len(paragraphs), answers)
    found = starts(paragraphs, sections, report.settings)
    ends = [
        (start, start.at if report.settings[start.at].row else _end(start, report, found))
        for _, start in sorted(found.items())
    ]
    items = [
        (_item(start, report, end), report.settings[start.at].row) for start, end in _without_closing(ends, report)
    ]
    return tuple(_once(_without_repeated_rows(items)))


@dataclass(frozen=True, slots=True)
class _Report:
    paragraphs: Sequence[Paragraph]
    sections: Sequence[Section]
    settings: Sequence[Setting]
    answers: bool

    def same_box(self, one: Paragraph, following: Paragraph) -> bool:
        """Return whether a paragraph is in the box in which the previous one ends.

        A box can continue on the next page.
        """
        box = self.settings[following.ordinal].boxes[0]
        return box != 0 and (one.last_page != following.page or box == self.settings[one.ordinal].boxes[1])

    def plainer(self, one: Paragraph, following: Paragraph) -> bool:
        """Return whether one paragraph is bold or italic and the other, further down, is not."""
        above, below = self.settings[one.ordinal], self.settings[following.ordinal]
        return (above.bold and not below.bold) or (above.italic and not below.italic)


# ---------------------------------------------------------------- the end of an item


def _end(start: Start, report: _Report, begin: dict[int, Start]) -> int:
    """Return the ordinal of the last paragraph of an item."""
    head = report.paragraphs[start.at]
    only_named = _only_names(head)
    boxed = report.settings[head.ordinal].boxes[1] != 0
    above = head
    for following in report.paragraphs[start.at + 1 :]:
        if _ends_items(following, report, begin):
            break
        if is_footnote(following):
            continue
        if _leads_to_next(following, begin, only_named and above is head):
            break
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


def _ends_items(paragraph: Paragraph, report: _Report, begin: dict[int, Start]) -> bool:
    return paragraph.heading or paragraph.ordinal in begin or report.settings[paragraph.ordinal].row is not None


def _leads_to_next(paragraph: Paragraph, begin: dict[int, Start], awaited: bool) -> bool:
    """Return whether a paragraph between two items introduces the second: "The police should:" above a number.

    `awaited` means that the first item has only a title so far.
    """
    following = begin.get(paragraph.ordinal + 1)
    if awaited or following is None or following.bullet or REFERS_BACK.match(paragraph.text):
        return False
    return paragraph.text.endswith(":") and not paragraph.number


def _without_closing(ends: list[tuple[Start, int]], report: _Report) -> Iterator[tuple[Start, int]]:
    """Yield the items without the prose that closes a section below its last item.

    It is no part of that item if all items above it in the section are one paragraph each, with the lists below them.
    """
    for _, group in groupby(ends, key=lambda each: report.paragraphs[each[0].at].section):
        *others, (last, end) = group
        yield from others
        listed = [start for start, _ in others if report.paragraphs[start.at].number]
        if len(listed) == len(others) >= _ITEMS and all(_prose(start, upto, report) is None for start, upto in others):
            prose = _prose(last, end, report)
            end = end if prose is None else prose - 1
        yield last, end


def _prose(start: Start, end: int, report: _Report) -> int | None:
    """Return the first paragraph of an item, if any, that is neither its head nor a list, and asks for nothing."""
    head = report.paragraphs[start.at]
    if _only_names(head) or words_of(head).endswith(":"):
        return None
    for paragraph in report.paragraphs[start.at + 1 : end + 1]:
        text = paragraph.text
        part = bullet_of(text) or PART.match(paragraph.number or text) or is_footnote(paragraph) or paragraph.number
        if not (part or REFERS_BACK.match(text) or ASKS.search(text)):
            return paragraph.ordinal
    return None


def _only_names(head: Paragraph) -> bool:
    """Return whether the first paragraph only names an item, so that its wording is in the paragraphs below."""
    words = words_of(head)
    return not words or head.heading or (len(words) < _TITLE_LENGTH and words[-1].isalnum() and not ASKS.search(words))


def _belongs(paragraph: Paragraph, start: Start, report: _Report, above: Paragraph, only_named: bool) -> bool:
    """Return whether a paragraph below the start of an item, which starts no item itself, is part of the item.

    `above` is the last paragraph of the item so far.
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
    if start.kind is ItemKind.FINDING and only_named and not _says_something(words_of(head)):
        return NAMED.match(paragraph.text) is None
    if is_answer(paragraph) or NAMED.match(paragraph.text) or start.bullet or start.asks:
        return False
    if report.answers and (above is not head or not only_named) and _is_reply(paragraph, above, report):
        return False
    at_home = report.sections[head.section].kind is SectionKind.RECOMMENDATIONS
    if start.kind is ItemKind.FINDING:
        return at_home and head.number is not None
    if _gives_reasons(paragraph, head, report):
        return False
    return only_named or (at_home and head.number is not None) or bool(REFERS_BACK.match(paragraph.text))


def _says_something(title: str) -> bool:
    """Return whether a title is a sentence, and so a whole finding: "The plan was not shared", not "Sharing plans"."""
    return re.search(r"\b(?:is|are|was|were|has|have|had|can|could|did|does|do|may|not|never)\b", title) is not None


def _gives_reasons(paragraph: Paragraph, head: Paragraph, report: _Report) -> bool:
    """Return whether a paragraph explains a recommendation that is set in bold or italics and is complete without
    it.
    """
    complete = ASKS.search(head.text) is not None and head.text.endswith(".")
    return complete and report.plainer(head, paragraph) and not ASKS.search(paragraph.text)


def _is_reply(paragraph: Paragraph, above: Paragraph, report: _Report) -> bool:
    """Return whether a paragraph of a response replies to the recommendation above it: it is set more plainly, or asks
    for nothing.
    """
    if report.plainer(above, paragraph):
        return True
    return not ASKS.search(paragraph.text) and not REFERS_BACK.match(paragraph.text)


def _item(start: Start, report: _Report, last: int) -> Item:
    inside = report.paragraphs[start.at : last + 1]
    section = report.sections[inside[0].section]
    item = Item.of(start.kind, inside, section)
    if start.kind is not ItemKind.RECOMMENDATION:
        return item
    # A title does not name the addressee, who is in the line below it.
    title = addressed_by(f"recommendation {item.text.partition(chr(10))[0]}") if _only_names(inside[0]) else None
    named = map(addressee, item.text.splitlines()[: 2 if _only_names(inside[0]) else 1])
    asked = title or next((name for name in named if name), None) or led_by(item.text) or start.asked
    if asked is None or is_role(asked):
        asked = addressed_by(section.heading) or _named_by(section) or asked
    return Item.of(start.kind, inside, section, asked)


def _named_by(section: Section) -> str | None:
    """Return the body that the heading of a section consists of, as in "Fernshire Constabulary" or "For the police"."""
    if section.kind is not SectionKind.RECOMMENDATIONS or kind_of(section.heading) or not names_body(section.heading):
        return None
    return re.sub(r"^[\d.]+\s*|^for\s+", "", section.heading, flags=re.IGNORECASE).strip(" :")


# ---------------------------------------------------------------- duplicates


def _without_repeated_rows(found: list[tuple[Item, Row | None]]) -> list[Item]:
    """Return the items without rows that repeat a recommendation of its section, as in an action plan."""
    home = [(item, row) for item, row in found if item.section.kind is SectionKind.RECOMMENDATIONS]
    at_home = [(_digits(item.number), _long_words(item.text), row is None) for item, row in home]
    kept = []
    for item, row in found:
        if row is not None:
            away = item.section.kind is not SectionKind.RECOMMENDATIONS
            number, words = _digits(item.number), _long_words(row.request)
            shares = [
                len(words & others) / max(len(words), 1) / (_NUMBERED_ALIKE if number and number == its else 1)
                for its, others, listed in at_home
                if away or listed
            ]
            if max(shares, default=0.0) >= _ALIKE:
                continue
        kept.append(item)
    return kept


def _digits(number: str | None) -> str:
    return "".join(re.findall(r"\d+", number or "")[-1:])


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.lower()))


def _once(found: list[Item]) -> list[Item]:
    """Return the items without repeats. A summary and an action plan repeat the items of the main part, by number or
    word for word.
    """
    best: dict[tuple[ItemKind, str], int] = {}
    for at, item in enumerate(found):
        for key in _keys(item):
            if key not in best or _worth(item) > _worth(found[best[key]]):
                best[key] = at
    homes = {item.kind for item in found if not _is_named(item)}
    kept: list[Item] = []
    for at, item in enumerate(found):
        if not item.text or (_is_named(item) and _says_only_answer(item)):
            continue  # a table of answers
        if any(best[key] != at for key in _keys(item)):
            continue
        if _is_named(item) and item.kind in homes and not _worth(item):
            continue
        kept.append(item)
    return kept


def _keys(item: Item) -> list[tuple[ItemKind, str]]:
    """Return what two items have in common if one repeats the other: the name with its number, or a whole sentence.

    Two bodies may be asked for the same, so a sentence counts only below the heading of all recommendations.
    """
    name = NAMED.match(item.number or "") and item.number
    printed = _NAME_IN_TEXT.match(item.text)
    name = name or (printed and printed.group(1))
    words = " ".join(re.findall(r"\w+", item.text.lower()))
    of_all = kind_of(item.section.heading) is SectionKind.RECOMMENDATIONS
    whole = [f"{words} {item.addressee}"] if of_all and words.count(" ") >= _SENTENCE_WORDS else []
    return [(item.kind, key) for key in [*([name.lower()] if name else []), *whole]]


def _says_only_answer(item: Item) -> bool:
    text = item.text
    return (
        item.kind is ItemKind.RECOMMENDATION
        and len(text) < _ANSWER_LENGTH
        and ANSWER.match(text.lstrip("(")) is not None
        and not ASKS.search(text)
    )


def _is_named(item: Item) -> bool:
    return NAMED.match(item.number or "") is not None


def _worth(item: Item) -> int:
    """Rank where an item was found: best in its own section, then anywhere else, then in a summary, a plan or an
    appendix.
    """
    if item.section.kind in SECTIONS:
        return 2
    away = (SectionKind.SUMMARY, SectionKind.ACTION_PLAN, SectionKind.APPENDIX, SectionKind.FOREWORD)
    return 0 if item.section.kind in away else 1
