"""Find the metadata in a file. Each value has a source; doubtful values are left unknown.

The sources are, in this order: the cover sheet of an archive, the cover, the running header, the file name and the
properties of the PDF. There is always a title: if nothing better is found, it is the file name.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.model import AsideRole, Found, SectionKind
from ingest.structure.draft import Draft
from ingest.structure.identity import bodies, title
from ingest.structure.normalise import fold_spaces, repair
from ingest.structure.page import RawPage

_NAME = r"[A-Z][\w’'-]*"
_LABEL = r"(?:[A-Z]{1,2}\d{0,3}|[A-Z][a-z]+)"
_CHILD = re.compile(
    r"\b(?:Child(?:ren)?|Baby|Babies|Family|Nursery|Young Person|Sibling(?: Group)?)s?\s+"
    rf"[‘'“]?{_LABEL}[’'”]?(?:(?:, (?:and )?| and | ?& ?)[‘'“]?{_LABEL}[’'”]?)*(?![\w’'-])"
)
_NO_CHILD = frozenset(
    fold_spaces(
        """safeguarding practice protection sexual death services service board boards partnership looked act social in
        and need care centre support help minds abuse exploitation learning review reviews report serious case overview
        executive final young first health group hub court life line law law’s action plan the with who at of for on to
        from aged by was were is are response local adoption early welfare mental criminal poverty trafficking missing
        members home"""
    ).split()
)


def _compiled(*names: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in names)


# The first that matches names the type; acronyms as boards write them in titles and file names.
_TYPES = _compiled(
    ("local child safeguarding practice review", r"local (?:child )?safeguarding practice review|\bL(?:C)?SPR\b"),
    ("national child safeguarding practice review", r"national child safeguarding practice review"),
    ("child safeguarding practice review", r"child safeguarding practice review|\bCSPR\b"),
    ("extended child practice review", r"extended child practice review"),
    ("concise child practice review", r"concise child practice review"),
    ("child practice review", r"child practice review"),
    ("single unified safeguarding review", r"single unified safeguarding review"),
    ("serious case review", r"serious case review|\bSCR\b"),
    ("significant case review", r"significant case review"),
    ("case management review", r"case management review"),
    ("domestic homicide review", r"domestic homicide review|\bDHR\b"),
    ("safeguarding adults review", r"safeguarding adults? review|\bSAR\b"),
    ("multi-agency learning review", r"multi[- ]agency learning review"),
    ("rapid review", r"rapid review"),
    ("thematic review", r"thematic review"),
    ("learning review", r"learning review"),
)
RESPONSE = "response"
"""The kind of a report that answers a review, an inquiry or a report."""

_RESPONSE = re.compile(r"\bresponses?\b(?! (?:times?|teams?|plans?|services?)\b)", re.IGNORECASE)
_WHAT_OTHERS_DID = re.compile(
    r"\b(?:inspection|effectiveness|quality) of\b.*|\b(?:multi-?\s?agency|joint|police|emergency|local) responses?\b",
    re.IGNORECASE,
)
_RESPONSE_TO = re.compile(r"\bresponses? to\b", re.IGNORECASE)
_ANSWERED = re.compile(
    r"\b(?:review|inquiry|report|SCR|L?CSPR|recommendations?|findings|consultation|baby|(?:child|family) (?-i:[A-Z]))",
    re.IGNORECASE,
)
_KINDS = _compiled(
    ("media statement", r"(?:media|press) (?:statement|release)"),
    ("newsletter", r"newsletter"),
    ("7-minute briefing", r"(?:7|seven)[- ]minute"),
    (RESPONSE, "(?!)"),  # see _is_response
    ("improvement report", r"improvement report"),
    ("executive summary", r"executive summary"),
    ("learning brief", r"(?:learning|practitioner|practice) brief(?:ing)?"),
    ("action plan", r"action plan"),
    ("overview report", r"overview report"),
)
_PARTS_OF_A_REVIEW = {SectionKind.FINDINGS, SectionKind.RECOMMENDATIONS, SectionKind.ANALYSIS, SectionKind.LEARNING}

_MONTHS = fold_spaces("january february march april may june july august september october november december").split()
_DATE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(" + "|".join(_MONTHS) + r"),?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_MONTH = re.compile(r"(?:^|[–—,-] )(?:" + "|".join(_MONTHS) + r")\s+((?:19|20)\d\d)$", re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)\b")
_WEEKDAY = re.compile(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+", re.IGNORECASE)
_PUBLISHED = re.compile(r"\b(?:published|publication date|date of publication)\b[: ]*(?:on |in )?", re.IGNORECASE)
_YEAR = re.compile(r"(?<![A-Za-z\d])(?<!\bthe )(?:19[89]\d|20[0-4]\d)(?!\d)")
_NOT_OF_REPORT = re.compile(  # the year of an Act or of guidance; the days of a visit
    r"\b(?:Acts?|Regulations|Order|Rules|Code(?: of Practice)?|guidance|Working Together(?: to Safeguard Children)?)"
    r"(?:,? (?:\(?England\)?|of))?,? \(?(?:19|20)\d\d\)?"
    r"|\bSession (?:19|20)\d\d\b"
    r"|^.*\b(?:inspection|visit|fieldwork|review period|previous inspection)\b[^:]{0,20}\bdates?\b.*$"
    r"|^(?:dates?|period)\b[^:]{0,40}:.*$|^(?:inspection|visit) dates?\b.*$",
    re.IGNORECASE,
)
_NO_NAME = "|".join(_MONTHS) + "|date|dated|published|publication|version|draft|final|report|independent|chair|lead"
_PERSON = rf"{_NAME}[ .]+{_NAME}(?:[ .]+(?!(?i:{_NO_NAME})\b){_NAME}){{0,2}}"
_AUTHOR = re.compile(
    r"^(?i:(?:(?:independent|lead|overview|report)\s+){0,3}(?:authors?|reviewers?|writers?|written by|inspector)"
    rf"\s*(?::|–|-|\bby\b))\s*(?P<name>{_PERSON}(?: (?:and|&) {_PERSON})?)"
)
_HONOURS = re.compile(r"(?: (?:HMI|[KQ]C|[COM]BE|QPM|JP))+$")
_OTHER = re.compile(rf"{_DATE.pattern}|{_AUTHOR.pattern}", re.IGNORECASE)
_ENGLISH, _WELSH = ({"the", "of", "and", "to", "was"}, {"yr", "yn", "ac", "wedi", "gan", "mae", "o", "y"})
_LONGEST = 250  # characters of a value


@dataclass(frozen=True, slots=True)
class _Source:
    """A source of metadata in a file. `lines` is its text, and `sure` is the confidence in it."""

    name: str
    lines: tuple[str, ...]
    sure: float


def find(
    pages: Sequence[RawPage],
    drafts: Sequence[Draft],
    kinds: set[SectionKind],
    properties: dict[str, str],
    stem: str,
    size: float,
) -> dict[str, Found]:
    """Return the fields that were found.

    `kinds` are the kinds of the report's sections, `properties` the properties of the PDF, `stem` its file name without
    the extension, and `size` its usual letter size.
    """
    stem = repair(re.sub(r"%20|_", " ", stem)) or "untitled"
    cover = _cover(drafts)
    sheet = tuple(line.text for page in pages[:1] for line in page.lines if line.role is AsideRole.COVER_SHEET)
    header = tuple(
        dict.fromkeys(line.text for page in pages[:6] for line in page.lines if line.role is AsideRole.HEADER)
    )
    prominent = tuple(draft.text for draft in cover if draft.size > 1.12 * size or draft.bold)
    sources = (
        _Source("cover sheet", sheet, 0.95),
        _Source("cover", tuple(draft.text for draft in cover), 0.85),
        _Source("running header", header, 0.75),
        _Source("file name", (stem,), 0.6),
    )
    # Only the title decides the kind of text. "The response to an earlier executive summary" below it does not.
    titles = (sources[0], _Source("cover", prominent, 0.85), *sources[2:])

    first_page = [draft.text for draft in drafts if draft.page == drafts[0].page]
    by_ocr = pages[0].reader == "ocr"
    upper = title.above_text(cover, drafts, size)
    called = title.find(upper, [*first_page, *header], _OTHER, size, properties, by_ocr=by_ocr)
    found: dict[str, Found | None] = {"title": _title(sheet, called, stem)}
    found["board"] = _first(sources[:3], bodies.boards)
    if found["board"]:
        area = bodies.area_of(found["board"].value)
        found["area"] = Found(area, found["board"].source, found["board"].confidence)
    found["child"] = _first(titles, _child)
    found["type"] = _first(titles, _type) or _first(sources[1:2], _type)
    found["kind"] = _first(titles[:2] + titles[3:], _kind) or _first(sources[1:2], lambda lines: _kind(lines[:6]))
    if found["kind"] is None and found["type"] is not None and len(pages) >= 4 and len(kinds & _PARTS_OF_A_REVIEW) >= 2:
        found["kind"] = Found("overview report", "sections", 0.6)
    found["published"] = _first(sources[:2], _published)
    if found["published"]:
        found["year"] = Found(found["published"].value[:4], found["published"].source, found["published"].confidence)
    else:
        found["year"] = _first(sources[1:2], _month) or _first((titles[1], sources[3]), _year)
    apart = _Source("cover", tuple(line.text for draft in cover for line in draft.lines), 0.85)
    found["author"] = _first((sources[0], apart, sources[1]), _author)
    found["language"] = _language(drafts)
    return {
        name: Found(fold_spaces(value.value)[:_LONGEST], value.source, value.confidence)
        for name, value in found.items()
        if value
    }


def named_in(title: str) -> dict[str, str]:
    """Return the kind of document and the type of review that a title names, each "" if it names none."""
    return {"kind": _kind((title,)) or "", "type": _type((title,)) or ""}


def _first(sources: Sequence[_Source], ask: Callable[[tuple[str, ...]], str | None]) -> Found | None:
    for source in sources:
        value = ask(source.lines)
        if value:
            return Found(value, source.name, source.sure)
    return None


def _cover(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the short pieces of text before the report itself starts."""
    cover: list[Draft] = []
    for draft in drafts[:15]:
        numbered = re.match(r"\d+\.?(?:\d|\s)", draft.text) and not _DATE.match(draft.text)
        if draft.page > drafts[0].page or len(draft.text) > 220 or (numbered and len(cover) > 3):
            break
        cover.append(draft)
    return cover


def _title(sheet: tuple[str, ...], found: Found | None, stem: str) -> Found:
    """Return the title on the cover sheet, or else the best candidate in the text.

    The file name completes a short one.
    """
    for line in sheet:
        if line.lower().startswith("title:") and len(line) > 12 and not title.is_placeholder(line[6:]):
            return Found(line[6:].strip(" ."), "cover sheet", 0.95)
    if found is None:
        return Found(stem, "file name", 0.3)
    return found if len(found.value.split()) >= 2 else Found(f"{found.value} – {stem}", found.source, 0.3)


def _child(lines: tuple[str, ...]) -> str | None:
    for line in lines:
        for match in _CHILD.finditer(line):
            words = re.findall(r"[\w’'-]+", match.group())
            names = [word.strip("’'") for word in words[1:] if word not in ("and",)]
            if any(name.lower() in _NO_CHILD for name in names) or line[match.end() :].lstrip().lower().startswith(
                "safeguarding"
            ):
                continue
            return fold_spaces(match.group().replace("&", " and "))
    return None


def _type(lines: tuple[str, ...]) -> str | None:
    text = "\n".join(lines)  # no pattern goes over the end of a line
    return next((name for name, pattern in _TYPES if pattern.search(text)), None)


def _kind(lines: tuple[str, ...]) -> str | None:
    text = "\n".join(lines)  # no pattern goes over the end of a line
    for name, pattern in _KINDS:
        if pattern.search(text) or (name == RESPONSE and any(map(_is_response, lines))):
            return name
    return None


def _is_response(line: str) -> bool:
    """Return whether a line names a response to a review or an inquiry. "Multi-agency response to abuse" is not one."""
    line = _WHAT_OTHERS_DID.sub("", line)
    to = _RESPONSE_TO.search(line)
    return _ANSWERED.search(line, to.end()) is not None if to else _RESPONSE.search(line) is not None


def _iso(match: re.Match[str]) -> str | None:
    day, month, year = match.groups()[:3]
    try:
        number = int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return None


def _published(lines: tuple[str, ...]) -> str | None:
    """Return the date after "Published", or else the only date on a line of its own."""
    for line in lines:
        said = _PUBLISHED.search(line)
        if said and (day := _DATE.match(line, said.end()) or _NUMERIC.match(line, said.end())):
            return _iso(day)
    alone = {_iso(day) for line in lines if (day := _DATE.fullmatch(_WEEKDAY.sub("", line.strip(" ."))))}
    return alone.pop() if len(alone) == 1 else None


def _month(lines: tuple[str, ...]) -> str | None:
    """Return the year of the only month on a line of its own. Other dates on a cover may be dates of the events."""
    years = {found.group(1) for line in lines if (found := _MONTH.search(line))}
    return years.pop() if len(years) == 1 else None


def _year(lines: tuple[str, ...]) -> str | None:
    years = set(_YEAR.findall(" ".join(_NOT_OF_REPORT.sub("", line) for line in lines)))
    return years.pop() if len(years) == 1 else None


def _author(lines: tuple[str, ...]) -> str | None:
    for line in lines:
        if found := _AUTHOR.match(line):
            return _HONOURS.sub("", found.group("name"))
    return None


def _language(drafts: Sequence[Draft]) -> Found | None:
    words: list[str] = []
    for draft in drafts:
        words += re.findall(r"\w+", draft.text.lower())
        if len(words) > 3_000:
            break
    english, welsh = (sum(map(common.__contains__, words)) for common in (_ENGLISH, _WELSH))
    if len(words) < 50 or max(english, welsh) < 0.06 * len(words) or min(english, welsh) > 0.5 * max(english, welsh):
        return None
    return Found("en" if english > welsh else "cy", "text", 0.9)
