"""Find recommendations in a list that a sentence announces, where no heading does."""

import re
from collections.abc import Sequence
from itertools import takewhile

from corpus.model import ItemKind, Paragraph, Section, SectionKind, bullet_of, is_footnote
from ingest.structure.parts.addressee import addressee
from ingest.structure.parts.start import LETTERED, Start, form

_ANNOUNCES = re.compile(
    r"\b(?:makes?|has made|propose[sd]?|offers?) (?:the following|these)(?: [\w-]+){0,3} recommendations?\b[^.]{0,60}:$"
    r"|\bfollowing(?: [\w-]+){0,2} recommendations? (?:are|is) (?:made|proposed|offered)\b[^.]{0,80}:$"
    r"|^(?:the|its|our) (?:\w+ ){0,2}recommendations(?: of (?:the|this) review)? are(?: as follows)?:$"
    r"|\breview(?:er)? (?:therefore |also )?recommends(?: that| the following)?:$",
    re.IGNORECASE,
)  # in the present tense: those of earlier reports "were made"
_NOT_IN = (SectionKind.TERMS_OF_REFERENCE, SectionKind.ACTION_PLAN, SectionKind.APPENDIX)
_REPEATING = (
    SectionKind.SUMMARY,
    SectionKind.FOREWORD,
    SectionKind.INTRODUCTION,
)  # the recommendations of their section
_FIRST = re.compile(r"(?:^|\D)(?:1|a|i)\W*$", re.IGNORECASE)


def announced(paragraphs: Sequence[Paragraph], sections: Sequence[Section]) -> tuple[set[int], list[Start]]:
    """Return the ordinals of sentences such as "The review makes the following recommendations:", and the starts of the
    items in the lists below them.
    """
    homes = {sections[p.section].kind for p in paragraphs if not p.heading}
    not_in = _NOT_IN + (_REPEATING if SectionKind.RECOMMENDATIONS in homes else ())
    leads: set[int] = set()
    starts: list[Start] = []
    for paragraph in paragraphs:
        if not paragraph.text.endswith(":") or sections[paragraph.section].kind in not_in:
            continue
        at_home = sections[paragraph.section].kind is SectionKind.RECOMMENDATIONS
        if (at_home and not paragraph.number) or not _ANNOUNCES.search(paragraph.text):
            continue  # in their own section, such a sentence counts only where it could itself be taken for an item
        below = takewhile(lambda p: not p.heading, paragraphs[paragraph.ordinal + 1 :])
        found = _list_of([p for p in below if not is_footnote(p)], addressee(paragraph.text))
        if found:
            leads.add(paragraph.ordinal)
            starts += found
    return leads, starts


def _list_of(below: list[Paragraph], asked: str | None) -> list[Start]:
    """Return the items of a list that begins with the first of these paragraphs, up to its end."""
    first = form(below[0]) if below else ""
    label = LETTERED.match(below[0].text) if below else None
    if not first or not (bullet_of(first) or _FIRST.search(label.group() if label else below[0].number or "")):
        return []
    return [
        Start(p.ordinal, ItemKind.RECOMMENDATION, bullet=bool(bullet_of(first)), asked=asked)
        for p in takewhile(form, below)
        if form(p) == first
    ]
