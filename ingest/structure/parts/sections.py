"""Divide a report into sections by its headings, and determine the kind of each section."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from corpus.model import Section, SectionKind, bullet_of
from ingest.structure.draft import Draft
from ingest.structure.parts import headings
from ingest.structure.parts.addressee import addressed_to, names_body
from ingest.structure.parts.item_words import ASKS
from ingest.structure.parts.section_kinds import kind_of

_TITLE_SIZE = 1.2  # times the size of the body: the title of a report is larger
_TITLE_WORDS = 3  # "Recommendations" alone is a heading, even where no title is above it
_SAME_RANK = 0.1  # ranks that differ by less are set alike: the depth of a number makes a small difference
_SENTENCE = 12  # words: what is below that many, not in a heading, is no title


def divide(
    drafts: list[Draft], numbers: list[str | None], listed: Collection[str], size: float
) -> tuple[list[Section], list[int], list[bool]]:
    """Return the sections, the section index of each draft, and whether each draft is a heading.

    `listed` are the headings in the contents list or the bookmarks, normalised by `plain`. `size` is the letter size of
    the body.
    """
    found = headings.mark(drafts, numbers, listed, size)
    ranks = [
        _rank(draft, number) if heading else 0.0 for draft, number, heading in zip(drafts, numbers, found, strict=True)
    ]
    levels = Counter(round(rank, 1) for rank in ranks if rank)
    sections = [Section(0, SectionKind.BODY, "")]
    places: list[int] = []
    largest = max((draft.size for draft in drafts if draft.page == 1), default=0.0)
    enclosing: list[_Enclosing] = []
    above = 0.0  # the rank of the last heading that is not only the name of a body
    named = directly = False  # the last heading is only such a name; no recommendation is below it yet
    cover = True  # until the text begins
    counted: _Counted | None = None
    for draft, number, heading, rank in zip(drafts, numbers, found, ranks, strict=True):
        cover &= draft.page == 1 and (heading or len(draft.text.split()) < _SENTENCE)
        if heading:
            named = (named or directly) and _names_addressee(draft, number, rank - above, sections[-1])
        starts = directly
        directly = heading or (
            directly
            and sections[-1].kind is SectionKind.RECOMMENDATIONS
            and not (bullet_of(draft.text) or ASKS.search(draft.text))
        )
        if heading and named:
            sections.append(Section(len(sections), SectionKind.RECOMMENDATIONS, draft.text))
        elif heading:
            above = rank
            own = kind_of(draft.text)
            counted = _counted(counted, enclosing if starts else [], rank, number) if own is None else None
            if counted is not None:
                del enclosing[counted.depth :]
            while counted is None and enclosing and not _encloses(enclosing[-1], rank, number):
                enclosing.pop()
            # The title of a report says what the report is, not what one of its sections is.
            title = cover and draft.size >= max(largest, _TITLE_SIZE * size) and number is None
            if title and not (own is SectionKind.RECOMMENDATIONS and len(draft.text.split()) <= _TITLE_WORDS):
                own = None
            kind = own or (_inherited(enclosing[-1], number, draft.text) if enclosing else SectionKind.BODY)
            level = number is not None or levels[round(rank, 1)] > 1
            asks = own is SectionKind.RECOMMENDATIONS
            enclosing.append(_Enclosing(rank, number, kind if level else SectionKind.BODY, asks))
            sections.append(Section(len(sections), kind, draft.text))
        places.append(len(sections) - 1)
    if len(drafts) and 0 not in places:
        # Section 0 is the text before the first heading; if there is none, there is no section 0.
        sections = [Section(section.ordinal - 1, section.kind, section.heading) for section in sections[1:]]
        places = [place - 1 for place in places]
    return sections, places, found


def _names_addressee(draft: Draft, number: str | None, higher: float, section: Section) -> bool:
    """Return whether a heading only names the body that the next recommendations are for.

    It may be set like the heading of all recommendations. `higher` is by how much it ranks above that.
    """
    if section.kind is not SectionKind.RECOMMENDATIONS or number is not None or higher > _SAME_RANK:
        return False
    return kind_of(draft.text) is None and names_body(draft.text)


@dataclass(frozen=True, slots=True)
class _Enclosing:
    """A heading that encloses others, and the kind that they inherit from it.

    The type size alone is weak evidence: an introduction set larger than all other headings does not enclose them. So a
    heading passes on its kind only if it has a number, or another heading is set like it. `asks` means that its own
    words say that it is for recommendations.
    """

    rank: float
    number: str | None
    kind: SectionKind
    asks: bool = False


@dataclass(frozen=True, slots=True)
class _Counted:
    """The last of the numbered headings that divide the recommendations, though they are set like the heading of all.

    `depth` is how many headings enclose it.
    """

    depth: int
    rank: float
    number: int


def _counted(last: _Counted | None, enclosing: list[_Enclosing], rank: float, number: str | None) -> _Counted | None:
    """Return a numbered heading as one that divides the recommendations, or None.

    It follows the last one, or it is the first and nothing is between it and the heading of all, which is the last of
    the `enclosing` ones.
    """
    here = int(number) if number is not None and number.isdecimal() else 0
    if last is not None and here == last.number + 1 and abs(rank - last.rank) < _SAME_RANK:
        return _Counted(last.depth, rank, here)
    if here == 1 and enclosing and enclosing[-1].asks and rank - enclosing[-1].rank < _SAME_RANK:
        return _Counted(len(enclosing), rank, here)
    return None


def _inherited(outer: _Enclosing, number: str | None, heading: str) -> SectionKind:
    """Return the kind of a heading that has none of its own. "For the police" is always part of recommendations."""
    return SectionKind.RECOMMENDATIONS if outer.asks and not number and addressed_to(heading) else outer.kind


def _encloses(outer: _Enclosing, rank: float, number: str | None) -> bool:
    """Return whether a heading ranks below another, by its number or otherwise by its type size."""
    if outer.number and number and outer.number[0].isdigit() and number[0].isdigit():
        return number.startswith((f"{outer.number}.", f"{outer.number}-"))
    return outer.rank > rank


def _rank(draft: Draft, number: str | None) -> float:
    """Return the rank of a heading: size first, then bold, then the depth of its number.

    A higher rank encloses a lower one.
    """
    depth = len(re.findall(r"\d+", number)) if number and number[0].isdigit() else 1
    letters = [letter for letter in draft.text if letter.isalpha()]
    capitals = 0.25 if letters and all(letter.isupper() for letter in letters) else 0.0
    return round(draft.size * 2) / 2 + (0.3 if draft.bold else 0.0) + capitals - 0.05 * depth
