"""Find where recommendations and findings start."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, zip_longest

from corpus.model import ItemKind, Paragraph, Section, SectionKind, bullet_of, is_footnote, words_of
from ingest.structure.draft import Setting
from ingest.structure.numbers import at_start
from ingest.structure.parts.addressee import addressed_by, addressed_to, addressee, names_body
from ingest.structure.parts.announced import announced
from ingest.structure.parts.item_words import (
    ASKS,
    LEADS_IN,
    PART,
    REFERS_BACK,
    REQUESTS,
    asks,
    goes_on_in_list,
    is_below,
    is_decision,
    named_kind,
)
from ingest.structure.parts.section_kinds import kind_of
from ingest.structure.parts.start import LETTERED, Start, is_lower_level, shape

SECTIONS = {SectionKind.RECOMMENDATIONS: ItemKind.RECOMMENDATION, SectionKind.FINDINGS: ItemKind.FINDING}
"""The kinds of section that contain items, with the kind of item."""

_NO_ROWS_IN = (
    SectionKind.TERMS_OF_REFERENCE,
    SectionKind.METHODOLOGY,
    SectionKind.CHRONOLOGY,
    SectionKind.SUMMARY,
    SectionKind.FOREWORD,
)
"""The sections in which a table shows earlier recommendations, or those of another section."""

_CALLED = re.compile(
    r"^(?:(?P<asks>recommendation)|finding|(?:key )?(?:learning|practice) point)\s*:\s+\S", re.IGNORECASE
)
_LESSONS = re.compile(  # what a list under such a heading consists of
    r"\b(?:(?:key|practice) (?:practice )?learning|(?:learning|practice) points?|lessons? (?:learn(?:ed|t)|identified)"
    r"|(?:learning|lessons|(?:key )?messages) for (?:practice|practitioners|professionals)|key messages)\b",
    re.IGNORECASE,
)
_QUESTIONS = re.compile(r"questions?|considerations?", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:judge?ments?|grades?|ratings?|scores?)\b", re.IGNORECASE)  # a table of these is no finding
_ANSWER_HEADING = re.compile(  # but not "The political response", which is what somebody did
    r"^(?:the )?(?:(?:our|their|its|[\w’']+[’']s?|(?-i:[A-Z]{2,})|government|council|board|partnership|agency|ministry"
    r"|department|trust|panel) ){0,2}response:?$",
    re.IGNORECASE,
)
_MARKED = re.compile(  # the way in which committees mark them
    r"\((recommendation|conclusion), paragraphs? [\d, and–-]+\)\.?$", re.IGNORECASE
)
_WITH_CONCLUSIONS = re.compile(r"\bconclusions and recommendations\b", re.IGNORECASE)
_ASKS_A_BODY = re.compile(
    r"\b(?:should|must|recommend(?:s|ed)?|urges?|encourages?|calls? (?:up)?on|invites?|needs? to be)\b", re.IGNORECASE
)
_ASKS_FULLY = re.compile(r"\b(?:should|must|needs? to)(?: [^\s:]+){8,}:$")  # more than "should ensure that:"
_LABEL = re.compile(r"^\d{1,2}\s?[a-z]?[.)]{1,2}\s?(?:[ivx]{1,4}[.)]\s?)?\S")  # 2a., 4a) ii.
_BARE = re.compile(r"\b(?:should|must|shall):$|^(?:(?!should|must).)*\bto:$")  # says who should act, but not what to do
_LONGEST_ANSWERED = 4  # paragraphs of a recommendation above its answer
_STATES = re.compile(  # a verb that says how things are, in the main clause: "Most assessments are poor."
    r"^(?:(?!that|which|who|whose|when|where|so|if|how|what|whether|as)[^\s.;:]+\s+)+?"
    r"(?:was|were|had|has|have (?:been|not)|is|are)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"(?:^|\D)(?:1|A|a|i)\W*$")
_COUNTED_ELSEWHERE = 5  # numbered paragraphs elsewhere: from here on, numbers count paragraphs, not findings
_MOSTLY = 0.5  # share of a section for findings that must be bullets, for each of them to be a finding
_ONE_SETTING = 0.8  # share of those that ask, and of the others, that must be set alike for the setting to decide
_FEW = 3  # conclusions or recommendations: fewer do not show how they are set


def starts(
    paragraphs: Sequence[Paragraph], sections: Sequence[Section], settings: Sequence[Setting]
) -> dict[int, Start]:
    """Return the starts of all items, by the ordinal of their first paragraph.

    `settings` say how each paragraph is set.
    """
    leads, below = announced(paragraphs, sections)
    found = {start.at: start for start in _listed(paragraphs, sections, settings) if start.at not in leads}
    names = list(map(_name, paragraphs))
    for further in (_answered(paragraphs, settings, names), _marked(paragraphs), below, _named(names)):
        found |= {start.at: start for start in further}
    return found | {start.at: start for start in _rows(paragraphs, sections, settings, found)}


def _rows(
    paragraphs: Sequence[Paragraph],
    sections: Sequence[Section],
    settings: Sequence[Setting],
    found: Mapping[int, Start],
) -> Iterator[Start]:
    """Yield the rows of tables of recommendations.

    Rows of actions count only in a section for recommendations, if the report has no others. `found` are the other
    items.
    """
    others = any(start.kind is ItemKind.RECOMMENDATION for start in found.values())
    for at, paragraph in enumerate(paragraphs):
        row = settings[at].row
        if row is None or not row.request:
            continue
        kind = sections[paragraph.section].kind
        owner = row.owner or next(filter(None, map(_asked_above, row.above)), None)
        if at in found:
            yield replace(found[at], asked=found[at].asked or owner)
        elif kind not in _NO_ROWS_IN and (not row.action or (kind is SectionKind.RECOMMENDATIONS and not others)):
            yield Start(at, ItemKind.RECOMMENDATION, asked=owner)


def _asked_above(heading: str) -> str | None:
    """Return who a heading within a table addresses: "Questions for the board", "Fernshire Police"."""
    return addressed_by(heading) or (heading if names_body(heading) else None)


def _named(names: Sequence[ItemKind | None]) -> Iterator[Start]:
    """Yield paragraphs named and numbered like "Recommendation 6" or "Finding 1", or named just "Recommendation:"."""
    for at, kind in enumerate(names):
        if kind is not None:
            yield Start(at, kind, called=True)


def _name(paragraph: Paragraph) -> ItemKind | None:
    called = _CALLED.match(paragraph.text)
    if called is None:
        number = paragraph.number or ""
        below = at_start(words_of(paragraph)) if number[:1].isdigit() and not paragraph.heading else None
        return named_kind(below.printed if below else number)  # "6.1 Learning point 1: …"
    return ItemKind.RECOMMENDATION if called.group("asks") else ItemKind.FINDING


def _marked(paragraphs: Sequence[Paragraph]) -> Iterator[Start]:
    """Yield paragraphs that end in "(Recommendation, Paragraph 17)" or "(Conclusion, Paragraph 17)"."""
    numbered = None  # the last numbered paragraph, which marked text may continue
    for paragraph in paragraphs:
        if paragraph.heading or paragraph.number:
            numbered = None if paragraph.heading else paragraph
        mark = _MARKED.search(paragraph.text)
        if mark is not None:
            asked = mark.group(1).lower() == "recommendation"
            yield Start((numbered or paragraph).ordinal, ItemKind.RECOMMENDATION if asked else ItemKind.FINDING)
            numbered = None


def _answered(
    paragraphs: Sequence[Paragraph], settings: Sequence[Setting], names: Sequence[ItemKind | None]
) -> Iterator[Start]:
    """Yield the items above "This recommendation is accepted".

    Such an item is the text in the same box or, without a box, the text above up to a heading or another answer. If the
    text has labels (2a., 2b.), each label starts an item. `names` are the kinds of item that the paragraphs name.
    """
    above: list[Paragraph] = []
    named = False  # what is answered has a name, and is an item in any case
    for paragraph, name in zip(paragraphs, names, strict=True):
        box = settings[paragraph.ordinal].boxes[0]
        if is_decision(paragraph, boxed=box != 0):
            if box:
                above = [p for p in above if p.last_page == paragraph.page and settings[p.ordinal].boxes[1] == box]
            labelled = [p for p in above if _LABEL.match(p.text)]
            if labelled and (box or len(above) == len(labelled)):
                yield from (Start(p.ordinal, ItemKind.RECOMMENDATION, called=True) for p in labelled)
            elif not named and 0 < len(above) <= _LONGEST_ANSWERED:
                yield Start(above[0].ordinal, ItemKind.RECOMMENDATION, called=True)
            above, named = [], False
        elif paragraph.heading or name:
            above, named = [], name is not None
        elif not is_footnote(paragraph):
            above.append(paragraph)


def _listed(
    paragraphs: Sequence[Paragraph], sections: Sequence[Section], settings: Sequence[Setting]
) -> Iterator[Start]:
    """Yield the starts of items in the sections for recommendations or findings."""
    named = {  # the kinds whose named items have their own section: other text there is about them
        kind for p in paragraphs if (kind := SECTIONS.get(sections[p.section].kind)) and named_kind(p.number) is kind
    }
    elsewhere = Counter(
        shape(p.number) for p in paragraphs if p.number and not p.heading and sections[p.section].kind not in SECTIONS
    )
    counting = concludes = False
    concluded: list[list[Paragraph]] = []
    for place, group in groupby(paragraphs, key=lambda paragraph: paragraph.section):
        section = sections[place]
        kind = SECTIONS.get(section.kind)
        if kind_of(section.heading) is SectionKind.RECOMMENDATIONS:
            concludes = _WITH_CONCLUSIONS.search(section.heading) is not None
        lessons = section.kind is SectionKind.LEARNING and _LESSONS.search(section.heading)
        if kind is None and not (lessons and named_kind(section.heading) is None):
            continue
        if _ANSWER_HEADING.match(section.heading) or _TABLE.search(section.heading):
            continue
        if kind in named and not _QUESTIONS.search(section.heading):
            continue
        whole = [p for p in group if not p.heading and not is_footnote(p) and words_of(p)]
        inside = [p for p in whole if settings[p.ordinal].row is None]
        if kind is None:
            yield from _findings(inside, elsewhere, section, counting=False)
        elif kind is ItemKind.FINDING:
            found = _findings(inside, elsewhere, section, counting)
            counting = any(not start.bullet for start in found)
            yield from found
        elif concludes and _tops(inside):
            concluded += _by_top(inside)
        else:
            # Above a table of recommendations, prose that asks nobody by name only introduces it.
            rows = (settings[p.ordinal].row for p in whole)
            table = any(row is not None and row.request and not row.action for row in rows)
            prose = {p.ordinal for p in inside if not _asks_somebody(p)} if table else set[int]()
            yield from (start for start in _recommendations(inside, section) if not (start.asks and start.at in prose))
    yield from _conclusions(concluded, settings)


def _findings(inside: list[Paragraph], elsewhere: Counter[str], section: Section, counting: bool) -> list[Start]:
    """Return numbered paragraphs, unless the numbers count the paragraphs of the report, and bullets if most of the
    section is bullets.

    `elsewhere` counts the paragraphs of other sections by the form of their number. `counting` means that the findings
    of the previous section are numbered, so that these may continue the sequence.
    """
    tops = _tops(inside)
    if tops and (_starts_list(tops[0], section) or (counting and kind_of(section.heading) is None)):
        found = [p for p in tops if elsewhere[shape(p.number)] < _COUNTED_ELSEWHERE]
        return [Start(p.ordinal, ItemKind.FINDING) for p in found]
    bullets = [p for p in inside if bullet_of(p.text)]
    if tops or len(bullets) <= _MOSTLY * len(inside):
        return []
    return [Start(p.ordinal, ItemKind.FINDING, bullet=True) for p in bullets]


def _by_top(inside: list[Paragraph]) -> Iterator[list[Paragraph]]:
    """Yield each numbered paragraph with the paragraphs below it."""
    tops = {paragraph.ordinal for paragraph in _tops(inside)}
    places = [place for place, paragraph in enumerate(inside) if paragraph.ordinal in tops]
    for start, end in zip_longest(places, places[1:]):
        yield inside[start:end]


def _conclusions(groups: list[list[Paragraph]], settings: Sequence[Setting]) -> Iterator[Start]:
    """Classify the numbered paragraphs of "Conclusions and recommendations".

    Those that ask a body for something are recommendations, the others are findings. If the two are set differently,
    the setting decides.
    """
    asking = [any(_ASKS_A_BODY.search(paragraph.text) for paragraph in group) for group in groups]
    heads = [settings[group[0].ordinal] for group in groups]
    for look in ([head.italic for head in heads], [head.bold for head in heads]):
        decided = _told_by(look, asking)
        if decided is not None:
            asking = decided
            break
    for group, asked in zip(groups, asking, strict=True):
        yield Start(group[0].ordinal, ItemKind.RECOMMENDATION if asked else ItemKind.FINDING)


def _told_by(look: list[bool], asking: list[bool]) -> list[bool] | None:
    """Return which paragraphs are recommendations, judged by how they are set.

    Returns None unless nearly all that ask for something are set in one way and nearly all others in another.
    """
    for way in (look, [not each for each in look]):
        asked = [each for each, wanted in zip(way, asking, strict=True) if wanted]
        others = [each for each, wanted in zip(way, asking, strict=True) if not wanted]
        few = min(len(asked), len(others)) < _FEW
        if few or sum(asked) < _ONE_SETTING * len(asked) or sum(others) > (1 - _ONE_SETTING) * len(others):
            continue
        return way
    return None


def _starts_list(paragraph: Paragraph, section: Section) -> bool:
    """Return whether a number is the first of its list, or belongs under the number of its heading."""
    number = str(paragraph.number)
    heading = re.match(r"[\d.]*\d", section.heading)
    return _FIRST.search(number) is not None or (heading is not None and is_below(number, heading.group()))


def _recommendations(inside: list[Paragraph], section: Section) -> list[Start]:
    """Return numbered paragraphs and bullets that do not belong to one.

    If there are none, return prose that asks for something.
    """
    tops = {p.ordinal for p in _tops(inside)}
    found = [] if tops else list(_from_prose(inside))
    first = next((p for p in inside if bullet_of(p.text)), None)
    # Bullets below the letters of a list are parts of its items.
    lettered = next((start for start in found if not start.asks), None)
    if tops or (first is not None and (lettered is None or first.ordinal < lettered.at)):
        found = list(_from_list(inside, tops))
    if not found and names_body(section.heading):
        found = [Start(p.ordinal, ItemKind.RECOMMENDATION, asks=True) for p in inside if REQUESTS.match(p.text)]
    if kind_of(section.heading) is SectionKind.RECOMMENDATIONS or addressed_to(section.heading):
        return found
    # The section is for recommendations only because of its position, which may be wrong, so its text must clearly ask.
    texts = {p.ordinal: re.split(r"[.;] ", words_of(p), maxsplit=1)[0] for p in inside}
    asking = [start for start in found if ASKS.search(texts[start.at])]
    return found if len(asking) > _MOSTLY * len(found) else []


def _from_list(inside: list[Paragraph], tops: set[int]) -> Iterator[Start]:
    """Yield numbered paragraphs, bullets that do not belong to one, and prose between them that asks a named body for
    something.
    """
    asking = any(ASKS.search(p.text) for p in inside if p.ordinal in tops)
    of_prose = not tops and sum(_asks_somebody(p) for p in inside) > 1  # sentences, some with bullets below them
    under_number = under_prose = False
    asked = to_numbers = None
    sign = ""  # the bullet character of the items in this list; others are at a lower level
    for p, following in zip_longest(inside, inside[1:]):
        bullet = bullet_of(p.text)
        if p.ordinal in tops:
            under_number = not _is_narrative(p, following, asking, tops)
            sign = ""
            if under_number:
                yield Start(p.ordinal, ItemKind.RECOMMENDATION, asked=to_numbers)
        elif bullet and not under_number:
            sign = sign or bullet
            if bullet == sign:
                yield Start(p.ordinal, ItemKind.RECOMMENDATION, bullet=True, asked=asked)
        elif not bullet and not p.number and not PART.match(p.text):
            under_number = (
                under_number and not under_prose and not (p.text.endswith(":") and not REFERS_BACK.match(p.text))
            )
            sign, asked = "", addressee(p.text) if p.text.endswith(":") else None
            to_numbers = asked if following is not None and following.ordinal in tops else None
            # Bullets below a sentence that says what to do are parts of it, also in a list of sentences.
            says_what = (of_prose and not _BARE.search(p.text)) or _ASKS_FULLY.search(p.text)
            leads = bool(asked and not under_number and says_what)
            under_prose = leads or (of_prose and goes_on_in_list(p))
            under_number = under_number or under_prose
            if leads:
                yield Start(p.ordinal, ItemKind.RECOMMENDATION)
            elif not under_number and _asks_somebody(p) and not p.text.endswith(":"):
                yield Start(p.ordinal, ItemKind.RECOMMENDATION, asks=True)


def _from_prose(inside: list[Paragraph]) -> Iterator[Start]:
    """Yield prose that asks for something, and a lettered list that the heading or the words above it introduce."""
    leads, asked = True, None
    marks: list[str] = []
    for p in inside:
        mark = LETTERED.match(p.text)
        lettered = mark is not None
        if mark is not None:
            marks.append(mark.group().strip("(). "))
            if is_lower_level(marks):
                marks.pop()
                continue
        if asks(p) or (lettered and leads):
            yield Start(p.ordinal, ItemKind.RECOMMENDATION, asks=not lettered, asked=asked)
        if not (lettered or bullet_of(p.text)):
            marks = []
            leads = p.text.endswith(":") and not _ASKS_FULLY.search(p.text)
            asked = addressee(p.text) if leads else None


def _asks_somebody(paragraph: Paragraph) -> bool:
    """Return whether a paragraph is prose that asks a named body for something."""
    text = paragraph.text
    fully = asks(paragraph) or _ASKS_FULLY.search(text) is not None
    return not bullet_of(text) and fully and addressee(text) is not None


def _tops(inside: list[Paragraph]) -> list[Paragraph]:
    """Return the numbered paragraphs that are not part of another: 7.1, but not 7.1.2 below it or (a)."""
    numbered = [p for p in inside if p.number and not PART.match(p.number)]
    numbers = {str(p.number) for p in numbered}
    return [p for p in numbered if not any(is_below(p.number, number) for number in numbers)]


def _is_narrative(paragraph: Paragraph, following: Paragraph | None, asking: bool, tops: set[int]) -> bool:
    """Return whether a numbered paragraph among recommendations is only narrative, or introduces them.

    `asking` means that other paragraphs ask for something, so that one that does not stands out.
    """
    text = words_of(paragraph)
    if text.endswith(":") and following is not None and following.ordinal in tops:
        return True
    if LEADS_IN.search(text):
        return True
    return asking and not ASKS.search(text) and _STATES.match(text) is not None
