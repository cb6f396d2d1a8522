"""Interpret the heading and the title of a report on a board's page. docs/collecting.md explains the rules for users.

A doubtful value is left unknown. A heading with a year ("2020 – Multi Agency Learning Review") only applies to
documents that have the same year in their own title.
"""

import re
from dataclasses import dataclass

from ingest.structure.metadata import named_in

_NATIONAL = re.compile(r"\bnational\b|\bother (?:areas|boards)\b|\belsewhere\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19[89]\d|20[0-4]\d)(?!\d)")
_SHORT_DATE = re.compile(r"(?<![\d.])\d{1,2}[./]\d{1,2}[./](\d\d)(?![\d.])")
_MORE_KINDS: tuple[tuple[str, str], ...] = (
    ("newsletter", r"newsletters?|bulletins?"),
    ("minutes", r"minutes of|meeting minutes|(?:^|\W)minutes$|agenda"),
    ("form", r"(?:referral|nomination|notification|feedback|application|consent) forms?|(?:^|\W)forms?$|templates?$"),
    ("guide", r"guides?|guidance|toolkit|protocol|procedures?|policy|policies|terms of reference|leaflets?|posters?"),
)
_SUBJECT = re.compile(
    r"^(.+?)\s*[–—:-]\s+"
    r"(?=(?:local |national )?(?:serious case|(?:child )?safeguarding practice|learning|rapid) review)",
    re.IGNORECASE,
)
_PLACE_FIRST = re.compile(
    r"^((?:[A-Z][\w’'-]+ ?(?:and |upon |on |of )?){1,4})(?=Serious Case Review|Child Safeguarding)"
)
_PLACE_IN = re.compile(r"\bin ((?:[A-Z][\w’'-]+ ?(?:and |upon |on |of )?){1,4}?)\s*(?=[:,(]|$)")
_LABEL = r"(?:[A-Z]{1,2}\d{0,3}(?![\w’'])|[A-Z][\w’'-]*[a-z]|[A-Z]{3,})"
_CHILD = re.compile(
    r"\b(?:Child(?:ren)?|Bab(?:y|ies)|Family|Nursery|Young Person|Siblings?(?: Group)?|Infant|Adult|Girl|Boy) "
    rf"[‘'“]?{_LABEL}[’'”]?(?:(?:, (?:and )?| and | ?& ?)[‘'“]?{_LABEL}[’'”]?(?![\w’']))*"
)
_NO_LABEL = re.compile(
    r"^\w+(?: Person| Group)? [‘'“]?(?:Sexual|Safeguarding|Protection|Practice|Abuse|Death|Exploitation|Criminal|"
    r"Serious|Case|Review|Overview|Executive|Final|Report|Learning|First|Second|Safety|Care|Services?|Response|SCR|CSPR|LCSPR|"
    r"Homicide|Neglect|Looked|In|The)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\b(first|second|third)\b", re.IGNORECASE)
_TWO_NAMES = re.compile(r"[A-Z][a-z’'-]+(?: [A-Z][a-z’'-]+){1,2}")


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """What a title and the heading above it say. A field is "" if they do not say.

    `national` means that another board commissioned the review. `ordinal` is, for example, "first" if a case had more
    than one review.
    """

    child: str = ""
    kind: str = ""
    type: str = ""
    year: str = ""
    area: str = ""
    board: str = ""
    national: bool = False
    ordinal: str = ""


def title_facts(title: str, heading: str, area: str) -> TitleFacts:
    """Interpret a title and the heading above it. `area` is the area of the source."""
    national = _NATIONAL.search(heading) is not None
    year = _only_year(title)
    named, above = named_in(title), named_in(heading)
    dated = _YEAR.findall(heading)
    believed = not dated or year in dated
    child = _child(title)
    ordinal = _ORDINAL.search(title) if child else None
    return TitleFacts(
        child=child,
        kind=_kind(title, named["kind"]) or (_kind(heading, above["kind"]) if believed else ""),
        type=named["type"] or (above["type"] if believed else ""),
        year=year,
        area=_place(title, child) if national else area,
        board="" if national else _board(title, area),
        national=national,
        ordinal=ordinal[1].lower() if ordinal else "",
    )


def _kind(words: str, named: str) -> str:
    if named:
        return named
    return next((kind for kind, pattern in _MORE_KINDS if re.search(rf"\b(?:{pattern})\b", words, re.IGNORECASE)), "")


def _only_year(title: str) -> str:
    years = set(_YEAR.findall(title)) | {f"20{short}" for short in _SHORT_DATE.findall(title)}
    return years.pop() if len(years) == 1 else ""


def _child(title: str) -> str:
    """Return `Child Y`, `Child Q & S` or the name before "– Serious Case Review".

    All-capital names become title case.
    """
    for match in _CHILD.finditer(title):
        label = match[0].strip("‘’'“” ")
        if not _NO_LABEL.match(label):
            return re.sub(r"\b[A-Z]{3,}\b", lambda word: word[0].capitalize(), label)
    subject = _SUBJECT.match(title)
    return subject[1] if subject and _TWO_NAMES.fullmatch(subject[1]) else ""


def _place(title: str, child: str) -> str:
    """Return the place in the title of another board's review: `Somerset Serious Case Review`, `… in Oxfordshire:
    …`.
    """
    first, within = _PLACE_FIRST.match(title), _PLACE_IN.search(title)
    if first and not child:
        return first[1].strip()
    return within[1].strip() if within else ""


def _board(title: str, area: str) -> str:
    """Return the full name of a board that the title abbreviates, such as KSCB for Knowsley."""
    letters = "".join(word[0] for word in area.split() if word[0].isupper())
    match = re.search(rf"\b{re.escape(letters)}SC([BP])\b", title) if letters else None
    return f"{area} Safeguarding Children {'Board' if match[1] == 'B' else 'Partnership'}" if match else ""
