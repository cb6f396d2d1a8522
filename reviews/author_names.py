"""Format the authors of a report for reference managers: each author separately, a person as "Last, First"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BODY = re.compile(
    r"\b(academy|agency|association|authority|board|bureau|cent(?:er|re)|charity|college|commission|committee|company|"
    r"consult(?:ancy|ants|ing)|council|department|directorate|faculty|forum|foundation|government|group|hospital|"
    r"institute|limited|llp|ltd|ministry|network|nhs|office|ofsted|organisation|panel|partners|partnership|plc|police|"
    r"practice|project|school|secretariat|service|services|society|team|trust|unit|university)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(author|authors|chair|chairperson|consultant|co-author|director|editor|head|independent|inspector|lead|manager|"
    r"officer|overview|reviewer|reviewers|social worker|writer)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:dr|mr|mrs|ms|miss|mx|prof|professor|rev|sir|dame)\.?\s+", re.IGNORECASE)
_LETTERS = re.compile(
    r"\b(?:BA|BSc|CBE|CQSW|DBE|DipSW|JP|KC|LLB|MA|MBA|MBE|MBChB|MD|MSc|OBE|PGCE|PhD|QC|QPM|RGN|RHV|RMN|SRN)\b\.?"
)
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")
_WORD = r"(?:(?:O|D)['’])?[^\W\d_][\w'’.-]*"
_PARTICLE = r"(?:af|al|ap|bin|da|de|del|della|den|der|di|du|ibn|la|le|st|ten|ter|van|von)"
_PERSON = re.compile(rf"(?:{_WORD} )+?(?P<last>(?:{_PARTICLE} )*{_WORD})", re.IGNORECASE)
_BETWEEN = re.compile(r"\s+(?:and|&|with)\s+|\s*,\s*(?:and|&)\s+", re.IGNORECASE)
_MOST_WORDS = 5  # words of a person's name


@dataclass(frozen=True, slots=True)
class Author:
    """An author.

    `last` is the surname, or the whole name of an organisation. `first` is "" for an organisation or if unknown.
    """

    last: str
    first: str = ""
    is_body: bool = False

    def __str__(self) -> str:
        return f"{self.last}, {self.first}" if self.first else self.last


def authors(text: str | None) -> list[Author]:
    """Split the authors named in one cell or line. Text that cannot be split is kept whole, as an organisation."""
    found: list[Author] = []
    for part in re.split(r"[;|\n\r]", text or ""):
        if name := " ".join(_LETTERS.sub("", part).split()).strip(" ,"):
            found += _split(name)
    return found


def _split(text: str) -> list[Author]:
    pieces = [piece.strip(" ,") for piece in _BETWEEN.split(text)]
    several = [author for piece in pieces for author in _listed(piece)]
    if len(pieces) > 1 and not all(map(_stands_alone, several)):
        # "Department for Education and Skills", "Norfolk and Suffolk NHS Trust": one name that contains "and"
        return [Author(text, is_body=True)] if _is_body(text) else _listed(text)
    return several


def _stands_alone(author: Author) -> bool:
    """Return whether this is a complete name, not half of one.

    A complete name is a person with a first name, or a name that ends like that of an organisation.
    """
    return bool(author.first) or (author.is_body and len(author.last.split()) > 1 and _ends_as_body(author.last))


def _ends_as_body(name: str) -> bool:
    return _BODY.fullmatch(name.split()[-1]) is not None or name.isupper()


def _listed(text: str) -> list[Author]:
    """Return the authors in a text with commas only: "Smith, Ann", "Ann Smith, Bo Jones", "Smith A, Jones B"."""
    if _is_body(text) and not all(_is_person(piece) for piece in text.split(",")):
        return [Author(text, is_body=True)]
    pieces = [piece for each in text.split(",") if (piece := each.strip()) and not _ROLE.search(piece)]
    if not pieces:
        return [Author(text, is_body=True)]
    pairs = list(zip(pieces[::2], pieces[1::2], strict=False))
    if len(pieces) % 2 == 0 and all(_is_inverted(last, first) for last, first in pairs):
        return [Author(last, _untitled(first)) for last, first in pairs]
    return [_person(piece) for piece in pieces]


def _is_inverted(last: str, first: str) -> bool:
    """Return whether two pieces are one person: a single name on one side of the comma, or initials after it."""
    return _INITIALS.fullmatch(first) is not None or 1 in (len(_untitled(last).split()), len(_untitled(first).split()))


def _is_person(text: str) -> bool:
    name = _untitled(text.strip())
    return not _BODY.search(name) and 2 <= len(name.split()) <= _MOST_WORDS and _PERSON.fullmatch(name) is not None


def _is_body(text: str) -> bool:
    return _BODY.search(text) is not None or (text.isupper() and len(text.split()) == 1 and len(text) > 1)


def _person(text: str) -> Author:
    if _is_body(text):
        return Author(text, is_body=True)
    name = _untitled(text)
    last, _, first = name.rpartition(" ")
    if last and _INITIALS.fullmatch(first) and not _INITIALS.fullmatch(last.split()[-1]):
        return Author(last, first)  # "Sidebotham P"
    match = _PERSON.fullmatch(name) if len(name.split()) <= _MOST_WORDS else None
    if not match:
        return Author(name, is_body=" " in name)
    return Author(match["last"], name[: match.start("last")].strip())


def _untitled(name: str) -> str:
    return _TITLE.sub("", name, count=1) if _TITLE.match(name) else name
