"""Which paragraphs are recommendations and findings? People go straight to them, so each is an item of its own.

An item is a numbered paragraph, a bullet or, where a part has neither, a paragraph of a part of the report that is for
recommendations or findings; and, wherever it stands, a paragraph that is called "Recommendation 6" or "Finding 1". What
only leads in to a list ("The board should:" with nothing under it but bullets) is part of no item.
"""

import re
from collections.abc import Iterator, Sequence

from corpus.model import Item, ItemKind, Paragraph, Section, SectionKind, words_of

_CALLED = re.compile(r"^(recommendation|finding)\s*:\s+\S", re.IGNORECASE)
_NAMED = re.compile(r"^(recommendation|finding)s?\s+(?:no\.?\s*)?\d", re.IGNORECASE)
_KINDS = {
    "recommendation": ItemKind.RECOMMENDATION,
    "finding": ItemKind.FINDING,
}
_SECTIONS = {
    SectionKind.RECOMMENDATIONS: ItemKind.RECOMMENDATION,
    SectionKind.FINDINGS: ItemKind.FINDING,
}
_BULLET = re.compile(r"^[•◦▪–—*-]\s")
_PART = re.compile(r"^(?:\(?[a-z]{1,4}[.)]|\(\d{1,2}\)|[a-zß-ÿ])")  # (a), ii., or a sentence that goes on
_NOTE = re.compile(r"^[⁰¹²³⁴-⁹]")
_ASKS = re.compile(r"\b(?:should|must|needs? to|ought to|shall|recommend(?:s|ed)?|ensure|consider)\b", re.IGNORECASE)

# "The LSCP should …", after what may introduce it. Names end where the verb begins.
_ADDRESSED = re.compile(
    r"^(?:[^.:;]{0,60}?\b(?:recommend(?:s|ed)?|recommendation is|propose[sd]?)\s+that:?\s+)?"
    r"(?P<name>[A-Z][^.;:!?]{1,160}?)\s+"
    r"(?:should|must|needs? to|ought to|shall|is asked to|are asked to|is recommended to|are recommended to)\s+"
    r"(?P<verb>\w+)(?:\s+\w+ed\b)?"
)
_FOR = re.compile(
    r"^(?:single[- ]agency )?(?:recommendations?|questions?|considerations?) (?:for|to) (?P<name>.{2,120})$",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:(?i:board|partnerships?|partners?|agenc(?:y|ies)|police|constabulary|council|authorit(?:y|ies)|services?|care"
    r"|trusts?|schools?|academ(?:y|ies)|colleges?|education|health|hospitals?|GPs?|commissioning|commissioners?"
    r"|providers?|probation|Cafcass|courts?|judiciary|government|department|ministry|Home Office|Ofsted|inspectorates?"
    r"|panel|committee|directors?|leaders?|managers?|chairs?|chief executives?|Secretary of State|organisations?"
    r"|settings?|practices?|practitioners|professionals|teams?|housing|associations?|union|company|bureau|network|hub"
    r"|strategic|executive|ministers?|nurser(?:y|ies)|meeting|group)|DfE|[A-Z]{2,6}s?)\b"
)
_NO_BODY = re.compile(
    r"^(?:No|There|This|That|These|Those|It|They|What|How|Where|When|If|Whether|In order|Any|Each child|Parents|"
    r"Families|We\b|Children\b(?![’'])|Every child|The child\b|A child\b|The review)\b"
)


_VERB = re.compile(r"\b(?:is|are|was|were|be|been|will|would|has|have|had|did|does|do|can|could|may|might|we)\b")
_ANSWER = re.compile(r"^(?:the )?(?:[\w’']+ ){0,2}response:?$", re.IGNORECASE)  # to a recommendation: it is none itself


def find(paragraphs: Sequence[Paragraph], sections: Sequence[Section]) -> tuple[Item, ...]:
    """The items of a report in the order in which they stand."""
    found = [*_named(paragraphs, sections), *_listed(paragraphs, sections)]
    return tuple(_once(sorted(found, key=lambda item: (item.first, -item.last))))


def _named(paragraphs: Sequence[Paragraph], sections: Sequence[Section]) -> Iterator[Item]:
    """Paragraphs that are called "Recommendation 6" or "Finding 1" and are numbered so, or "Recommendation:" alone."""
    for at, paragraph in enumerate(paragraphs):
        name = _NAMED.match(paragraph.number or "") or _CALLED.match(paragraph.text)
        if name is None:
            continue
        kind = _KINDS[name.group(1).lower()]
        yield _item(kind, paragraphs, sections, at, _end_of_named(paragraphs, at))


def _end_of_named(paragraphs: Sequence[Paragraph], at: int) -> int:
    """The last paragraph of an item: a heading that only names it has its words below it."""
    paragraph = paragraphs[at]
    if words_of(paragraph):
        return _end(paragraphs, at)
    last = at
    for following in paragraphs[at + 1 :]:
        if following.heading or (following.number and not _PART.match(following.number)):
            break
        last = following.ordinal
    return last


def _listed(paragraphs: Sequence[Paragraph], sections: Sequence[Section]) -> Iterator[Item]:
    """The items of the parts that are for recommendations or findings."""
    own = {  # the kinds whose named items stand in a part for them: what else stands there is about them
        _SECTIONS[sections[p.section].kind]
        for p in paragraphs
        if _NAMED.match(p.number or "") and sections[p.section].kind in _SECTIONS
    }
    by_section: dict[int, list[int]] = {}
    for paragraph in paragraphs:
        if sections[paragraph.section].kind in _SECTIONS and not paragraph.heading and not _NOTE.match(paragraph.text):
            by_section.setdefault(paragraph.section, []).append(paragraph.ordinal)
    for place, ordinals in by_section.items():
        kind = _SECTIONS[sections[place].kind]
        questions = re.search(r"questions?|considerations?", sections[place].heading, re.IGNORECASE)
        if (kind in own and not questions) or _ANSWER.match(sections[place].heading):
            continue
        inside = [paragraphs[ordinal] for ordinal in ordinals]
        numbered = [p for p in inside if p.number and not _PART.match(p.number)]
        bullets = [p for p in inside if _BULLET.match(p.text)]
        if numbered:
            taken = [p for p in numbered if not any(_below(p.number, other.number) for other in numbered)]
        elif bullets:
            taken = bullets
        elif kind is ItemKind.FINDING:
            taken = inside
        else:
            taken = [p for p in inside if _ASKS.search(p.text)]
        for p in taken:
            last = p.ordinal if p in bullets and not numbered else min(_end(paragraphs, p.ordinal), ordinals[-1])
            yield _item(kind, paragraphs, sections, p.ordinal, last)


def _below(number: str | None, other: str | None) -> bool:
    """Whether a number is a part of another: 7.1.2 of 7.1."""
    return bool(number and other and number.startswith((f"{other}.", f"{other}-")))


def _end(paragraphs: Sequence[Paragraph], at: int) -> int:
    """The last paragraph of the item that begins at a paragraph: its bullets and lettered parts belong to it."""
    last = at
    for following in paragraphs[at + 1 :]:
        part = bool(_BULLET.match(following.text) or _PART.match(following.number or following.text))
        deeper = _below(following.number, paragraphs[at].number)
        if following.heading or following.section != paragraphs[at].section or not (part or deeper):
            break
        last = following.ordinal
    return last


def _item(kind: ItemKind, paragraphs: Sequence[Paragraph], sections: Sequence[Section], first: int, last: int) -> Item:
    section = sections[paragraphs[first].section]
    item = Item.of(kind, paragraphs[first : last + 1], section)
    if kind is not ItemKind.RECOMMENDATION:
        return item
    return Item.of(kind, paragraphs[first : last + 1], section, addressee(item.text) or _addressed_by(section.heading))


def addressee(text: str) -> str | None:
    """Who is asked, where the words say so beyond doubt: "The LSCP should …"."""
    found = _ADDRESSED.match(re.sub(r"^recommendation:\s+", "", _BULLET.sub("", text), flags=re.IGNORECASE))
    if found is None:
        return None
    name = found.group("name")
    if _NO_BODY.match(name) or _VERB.search(name) or not _BODY.search(name):
        return None
    passive = re.search(r"\b(?:should|must|to)\s+be\s+\w+(?:ed|en)\b", found.group())
    return None if passive else name.strip(" ,")


def _addressed_by(heading: str) -> str | None:
    """Who is asked in every item under a heading: "Recommendations for the police"."""
    found = _FOR.match(re.sub(r"^[\d.]+\s*", "", heading).strip(" :"))
    return found.group("name") if found and _BODY.search(found.group("name")) else None


def _once(found: list[Item]) -> list[Item]:
    """Each item once: a summary and an action plan repeat what the part for it says under the same number."""
    best: dict[tuple[ItemKind, str], int] = {}
    for at, item in enumerate(found):
        key = (item.kind, (item.number or "").lower())
        named = item.number and _NAMED.match(item.number)
        if named and (key not in best or _worth(item) > _worth(found[best[key]])):
            best[key] = at
    homes = {item.kind for item in found if not _NAMED.match(item.number or "")}
    kept: list[Item] = []
    for at, item in enumerate(found):
        named = item.number and _NAMED.match(item.number)
        if named and best[(item.kind, str(item.number).lower())] != at:
            continue
        if named and item.kind in homes and not _worth(item):
            continue
        if kept and kept[-1].kind is item.kind and item.first <= kept[-1].last:
            continue
        kept.append(item)
    return kept


def _worth(item: Item) -> int:
    """Where an item is at home: in the part for it, then anywhere, then in a summary, a plan or an appendix."""
    if item.section.kind in _SECTIONS:
        return 2
    away = (SectionKind.SUMMARY, SectionKind.ACTION_PLAN, SectionKind.APPENDIX, SectionKind.FOREWORD)
    return 0 if item.section.kind in away else 1
