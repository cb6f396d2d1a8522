"""The recommendations and findings of a report. People go straight to them, so each is an item of its own.

An item starts at a paragraph that is called "Recommendation 6" or "Finding 1", wherever it is; in a part of the
report that is for recommendations or findings, also at a numbered paragraph or a bullet; and where such a part has
neither, at a paragraph that asks for something. An item is everything up to the next one that belongs to it. What
only leads in to a list ("The board should:" above bullets) is part of no item.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from corpus.model import Item, ItemKind, Paragraph, Section, SectionKind, bullet_of, is_footnote, words_of
from ingest.structure.parts.addressee import addressed_by, addressed_to, addressee
from ingest.structure.parts.section_kinds import kind_of

_CALLED = re.compile(r"^(recommendation|finding)\s*:\s+\S", re.IGNORECASE)
_NAMED = re.compile(r"^(recommendation|finding)s?\s+(?:no\.?\s*)?\d", re.IGNORECASE)
_KINDS = {"recommendation": ItemKind.RECOMMENDATION, "finding": ItemKind.FINDING}
_SECTIONS = {SectionKind.RECOMMENDATIONS: ItemKind.RECOMMENDATION, SectionKind.FINDINGS: ItemKind.FINDING}
_PART = re.compile(r"^(?:\(?[a-z]{1,4}[.)]|\(\d{1,2}\)|[a-zß-ÿ])")  # (a), ii., or a sentence that goes on
_ASKS = re.compile(r"\b(?:should|must|needs? to|ought to|shall|recommend(?:s|ed)?|ensure|consider)\b", re.IGNORECASE)
_QUESTIONS = re.compile(r"questions?|considerations?", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:judge?ments?|grades?|ratings?|scores?)\b", re.IGNORECASE)  # a table of these is no finding
_ANSWER_HEADING = re.compile(  # no "The political response", which is what somebody did
    r"^(?:the )?(?:(?:our|their|its|[\w’']+[’']s?|(?-i:[A-Z]{2,})|government|council|board|partnership|agency|ministry"
    r"|department|trust|panel) ){0,2}response:?$",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"^(?:(?:the )?(?:[\w’']+ ){0,3}response\b(?! to\b)"
    r"|[^.]{0,80}?\b(?:accepts?|accepted|agrees?|rejects?|rejected)\b)",
    re.IGNORECASE,
)
_ABOUT_IT = re.compile(r"^[^.]*\b(?:this|these) recommendations?\b", re.IGNORECASE)
_MARKED = re.compile(  # as committees mark them
    r"\((recommendation|conclusion), paragraphs? [\d, and–-]+\)\.?$", re.IGNORECASE
)
_WITH_CONCLUSIONS = re.compile(r"\bconclusions and recommendations\b", re.IGNORECASE)
_ASKS_A_BODY = re.compile(
    r"\b(?:should|must|recommend(?:s|ed)?|urges?|encourages?|calls? (?:up)?on|invites?|needs? to be)\b", re.IGNORECASE
)
_ASKS_FULLY = re.compile(r"\b(?:should|must|needs? to)(?: [^\s:]+){8,}:$")  # more than "should ensure that:"
_DECIDED = re.compile(
    r"^this recommendation (?:is|was|has been) (?:\w+ )?(?:accepted|agreed|rejected|not accepted)\b", re.IGNORECASE
)
_LONGEST_ANSWERED = 4  # paragraphs of a recommendation that its answer stands below
_LEADS_IN = re.compile(
    r"\b(?:the following|these)\b[^.]{0,40}\brecommendations?\b"
    r"|\brecommendations? (?:below|(?:are|is|were) (?:set out|listed|made))",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(
    r"^(?:this|these|it|they|such|that|those|in doing so|in particular|including)\b", re.IGNORECASE
)
_STATES = re.compile(  # a verb that says how things are, in the main clause: "Most assessments are poor."
    r"^(?:(?!that|which|who|whose|when|where|so|if|how|what|whether|as)[^\s.;:]+\s+)+?"
    r"(?:was|were|had|has|have (?:been|not)|is|are)\b",
    re.IGNORECASE,
)
_TITLE_LENGTH = 160  # characters: what only names an item is shorter, and ends without a stop
_FIRST = re.compile(r"(?:^|\D)(?:1|A|a|i)\W*$")
_ANSWER_LENGTH = 100  # characters: "(accepted in full by the council)"
_COUNTED_ELSEWHERE = 5  # numbered paragraphs in other parts: then numbers count paragraphs, not findings
_MOSTLY = 0.5  # share of a part for findings that must be bullets, for each to be one


def find(paragraphs: Sequence[Paragraph], sections: Sequence[Section]) -> tuple[Item, ...]:
    """The items of a report in the order of the text."""
    starts = {start.at: start for start in _listed(paragraphs, sections)}
    for further in (_answered(paragraphs), _marked(paragraphs), _named(paragraphs)):
        starts |= {start.at: start for start in further}
    items = [
        _item(start, paragraphs, sections, _end(start, paragraphs, sections, starts))
        for _, start in sorted(starts.items())
    ]
    return tuple(_once(items))


@dataclass(frozen=True, slots=True)
class _Start:
    """Where an item starts. bullet: it is a bullet. asks: it is prose that asks for something.

    asked: who the words above the list address, such as "The board should:".
    """

    at: int
    kind: ItemKind
    bullet: bool = False
    asks: bool = False
    asked: str | None = None


# ---------------------------------------------------------------- where items start


def _named(paragraphs: Sequence[Paragraph]) -> Iterator[_Start]:
    """Paragraphs that are called "Recommendation 6" or "Finding 1" and are numbered so, or "Recommendation:" alone."""
    for at, paragraph in enumerate(paragraphs):
        name = _NAMED.match(paragraph.number or "") or _CALLED.match(paragraph.text)
        if name is not None:
            yield _Start(at, _KINDS[name.group(1).lower()])


def _marked(paragraphs: Sequence[Paragraph]) -> Iterator[_Start]:
    """Paragraphs that end in "(Recommendation, Paragraph 17)" or "(Conclusion, Paragraph 17)"."""
    numbered = None  # the last numbered paragraph: what is marked may go on from it
    for paragraph in paragraphs:
        if paragraph.heading or paragraph.number:
            numbered = None if paragraph.heading else paragraph
        mark = _MARKED.search(paragraph.text)
        if mark is not None:
            asks = mark.group(1).lower() == "recommendation"
            yield _Start((numbered or paragraph).ordinal, ItemKind.RECOMMENDATION if asks else ItemKind.FINDING)
            numbered = None


def _answered(paragraphs: Sequence[Paragraph]) -> Iterator[_Start]:
    """What is between a heading, or an answer, and "This recommendation is accepted"."""
    above: list[Paragraph] = []
    for paragraph in paragraphs:
        if _DECIDED.match(paragraph.text):
            if 0 < len(above) <= _LONGEST_ANSWERED:
                yield _Start(above[0].ordinal, ItemKind.RECOMMENDATION)
            above = []
        elif paragraph.heading:
            above = []
        elif not is_footnote(paragraph):
            above.append(paragraph)


def _listed(paragraphs: Sequence[Paragraph], sections: Sequence[Section]) -> Iterator[_Start]:
    """The starts of items in the parts that are for recommendations or findings."""
    named = {  # the kinds whose named items have a part of their own: other text there is about them
        _SECTIONS[sections[p.section].kind]
        for p in paragraphs
        if _NAMED.match(p.number or "") and sections[p.section].kind in _SECTIONS
    }
    elsewhere = Counter(
        _shape(p.number) for p in paragraphs if p.number and not p.heading and sections[p.section].kind not in _SECTIONS
    )
    counting = concludes = False
    for place, group in groupby(paragraphs, key=lambda paragraph: paragraph.section):
        section = sections[place]
        kind = _SECTIONS.get(section.kind)
        if kind_of(section.heading) is SectionKind.RECOMMENDATIONS:
            concludes = _WITH_CONCLUSIONS.search(section.heading) is not None
        if kind is None or _ANSWER_HEADING.match(section.heading) or _TABLE.search(section.heading):
            continue
        if kind in named and not _QUESTIONS.search(section.heading):
            continue
        inside = [p for p in group if not p.heading and not is_footnote(p) and words_of(p)]
        if kind is ItemKind.FINDING:
            found = _findings(inside, elsewhere, section, counting)
            counting = any(not start.bullet for start in found)
            yield from found
        elif concludes and _tops(inside):
            yield from _conclusions(inside)
        else:
            yield from _recommendations(inside, section)


def _findings(inside: list[Paragraph], elsewhere: Counter[str], section: Section, counting: bool) -> list[_Start]:
    """Numbered paragraphs, unless their numbers count the paragraphs of the report; bullets, where they are most of it.

    elsewhere: how many paragraphs of other parts have a number of each shape. counting: findings of the part before
    are numbered, so that these may count on.
    """
    tops = _tops(inside)
    if tops and (_starts_list(tops[0], section) or (counting and kind_of(section.heading) is None)):
        found = [p for p in tops if elsewhere[_shape(p.number)] < _COUNTED_ELSEWHERE]
        return [_Start(p.ordinal, ItemKind.FINDING) for p in found]
    bullets = [p for p in inside if bullet_of(p.text)]
    if tops or len(bullets) <= _MOSTLY * len(inside):
        return []
    return [_Start(p.ordinal, ItemKind.FINDING, bullet=True) for p in bullets]


def _conclusions(inside: list[Paragraph]) -> Iterator[_Start]:
    """The numbered paragraphs of "Conclusions and recommendations": those that ask a body for something are
    recommendations, the others findings."""
    tops = {paragraph.ordinal for paragraph in _tops(inside)}
    starts = [place for place, paragraph in enumerate(inside) if paragraph.ordinal in tops]
    for start, end in zip_longest(starts, starts[1:]):
        asks = any(_ASKS_A_BODY.search(paragraph.text) for paragraph in inside[start:end])
        yield _Start(inside[start].ordinal, ItemKind.RECOMMENDATION if asks else ItemKind.FINDING)


def _starts_list(paragraph: Paragraph, section: Section) -> bool:
    """Whether a number is the first of its list, or one below the number of its heading."""
    number = str(paragraph.number)
    heading = re.match(r"[\d.]*\d", section.heading)
    return _FIRST.search(number) is not None or (heading is not None and _below(number, heading.group()))


def _shape(number: str | None) -> str:
    """The form of a number: "1.1" of 7.12, "(1)" of (3)."""
    return re.sub(r"\d+", "1", number or "")


def _recommendations(inside: list[Paragraph], section: Section) -> list[_Start]:
    """Numbered paragraphs and the bullets that are not under one; where there are neither, prose that asks."""
    tops = {p.ordinal for p in _tops(inside)}
    if tops or any(bullet_of(p.text) for p in inside):
        found = list(_from_list(inside, tops))
    else:
        found = [_Start(p.ordinal, ItemKind.RECOMMENDATION, asks=True) for p in inside if _asks(p)]
    if kind_of(section.heading) is SectionKind.RECOMMENDATIONS or addressed_to(section.heading):
        return found
    # The part is one of recommendations by its place alone, and its place may be wrong: its words must ask.
    texts = {p.ordinal: p.text for p in inside}
    asking = [start for start in found if _ASKS.search(texts[start.at])]
    return found if len(asking) > _MOSTLY * len(found) else []


def _from_list(inside: list[Paragraph], tops: set[int]) -> Iterator[_Start]:
    """The numbered paragraphs, the bullets that are not under one, and prose between them that asks a named body."""
    asking = any(_ASKS.search(p.text) for p in inside if p.ordinal in tops)
    under_number = under_prose = False
    asked = None
    sign = ""  # of the bullets of this list that are items; others are set below them
    for p, following in zip_longest(inside, inside[1:]):
        bullet = bullet_of(p.text)
        if p.ordinal in tops:
            under_number = not _is_narrative(p, following, asking, tops)
            sign = ""
            if under_number:
                yield _Start(p.ordinal, ItemKind.RECOMMENDATION)
        elif bullet and not under_number:
            sign = sign or bullet
            if bullet == sign:
                yield _Start(p.ordinal, ItemKind.RECOMMENDATION, bullet=True, asked=asked)
        elif not bullet and not p.number and not _PART.match(p.text):
            under_number = (
                under_number and not under_prose and not (p.text.endswith(":") and not _REFERS_BACK.match(p.text))
            )
            sign, asked = "", addressee(p.text) if p.text.endswith(":") else None
            under_prose = bool(asked and not under_number and _ASKS_FULLY.search(p.text))
            if under_prose:
                under_number = True  # the bullets below are its parts
                yield _Start(p.ordinal, ItemKind.RECOMMENDATION)
            elif not under_number and _asks(p) and addressee(p.text):
                yield _Start(p.ordinal, ItemKind.RECOMMENDATION, asks=True)


def _asks(paragraph: Paragraph) -> bool:
    """Whether prose asks for something, and neither leads in to what does nor answers it."""
    text = paragraph.text
    return bool(_ASKS.search(text)) and not (_LEADS_IN.search(text) or _is_answer(paragraph) or text.endswith(":"))


def _tops(inside: list[Paragraph]) -> list[Paragraph]:
    """The numbered paragraphs that are not a part of another: 7.1, not 7.1.2 below it, nor (a)."""
    numbered = [p for p in inside if p.number and not _PART.match(p.number)]
    numbers = {str(p.number) for p in numbered}
    return [p for p in numbered if not any(_below(p.number, number) for number in numbers)]


def _is_narrative(paragraph: Paragraph, following: Paragraph | None, asking: bool, tops: set[int]) -> bool:
    """Whether a numbered paragraph among recommendations is only narrative, or introduces them.

    asking: other paragraphs ask for something, so one that does not can be distinguished.
    """
    text = words_of(paragraph)
    if text.endswith(":") and following is not None and following.ordinal in tops:
        return True
    if _LEADS_IN.search(text):
        return True
    return asking and not _ASKS.search(text) and _STATES.match(text) is not None


def _is_answer(paragraph: Paragraph) -> bool:
    """Whether a paragraph says what came of a recommendation, as in a government's response."""
    text = paragraph.text
    return bool(_ANSWER.match(text)) or (bool(_ABOUT_IT.match(text)) and not _ASKS.search(text))


# ---------------------------------------------------------------- where items end


def _end(start: _Start, paragraphs: Sequence[Paragraph], sections: Sequence[Section], starts: dict[int, _Start]) -> int:
    """The last paragraph of an item."""
    head = paragraphs[start.at]
    only_named = _only_names(head)
    last = start.at
    for following in paragraphs[start.at + 1 :]:
        if following.heading or following.ordinal in starts:
            break
        if is_footnote(following):
            continue
        if following.section != head.section and not only_named:
            break
        if not _belongs(following, start, head, sections, only_named):
            break
        last = following.ordinal
    return last


def _only_names(head: Paragraph) -> bool:
    """Whether the first paragraph only names an item, so that its words are below it."""
    words = words_of(head)
    return not words or head.heading or (len(words) < _TITLE_LENGTH and words[-1].isalnum() and not _ASKS.search(words))


def _belongs(
    paragraph: Paragraph, start: _Start, head: Paragraph, sections: Sequence[Section], only_named: bool
) -> bool:
    """Whether a paragraph below the first of an item, which starts no item itself, is part of it."""
    if bullet_of(paragraph.text) or _PART.match(paragraph.number or paragraph.text):
        return True
    if paragraph.number:
        return _below(paragraph.number, head.number)
    if _is_answer(paragraph) or _NAMED.match(paragraph.text) or start.bullet or start.asks:
        return False
    at_home = sections[head.section].kind is SectionKind.RECOMMENDATIONS
    if start.kind is ItemKind.FINDING:
        return not words_of(head) or (at_home and head.number is not None)
    return only_named or (at_home and head.number is not None) or bool(_REFERS_BACK.match(paragraph.text))


def _below(number: str | None, other: str | None) -> bool:
    """Whether a number is a part of another: 7.1.2 of 7.1."""
    return bool(number and other and number.startswith((f"{other}.", f"{other}-")))


def _item(start: _Start, paragraphs: Sequence[Paragraph], sections: Sequence[Section], last: int) -> Item:
    inside = paragraphs[start.at : last + 1]
    section = sections[inside[0].section]
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
    return len(text) < _ANSWER_LENGTH and _ANSWER.match(text.lstrip("(")) is not None and not _ASKS.search(text)


def _is_named(item: Item) -> bool:
    return _NAMED.match(item.number or "") is not None


def _worth(item: Item) -> int:
    """Where an item is at home: in the part for it, then anywhere, then in a summary, a plan or an appendix."""
    if item.section.kind in _SECTIONS:
        return 2
    away = (SectionKind.SUMMARY, SectionKind.ACTION_PLAN, SectionKind.APPENDIX, SectionKind.FOREWORD)
    return 0 if item.section.kind in away else 1
