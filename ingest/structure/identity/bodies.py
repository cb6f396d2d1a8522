"""Find the boards, partnerships and councils that a page names."""

import re
from collections.abc import Iterable, Sequence

_NAME = r"[A-Z][\w’'-]*"
_LINKS = rf"(?:,? (?:and|&|of|upon|in|on|with|the|{_NAME}))*?"
_BOARD = re.compile(
    rf"(?:{_NAME}{_LINKS} )"
    r"(?i:(?:(?:Local|Regional) )?Safeguarding (?:Children(?:[’']s)? |Child |Adults )?(?:Board|Partnership|Partners)\b)"
)
_SHORT_BOARD = re.compile(rf"(?:{_NAME}(?: (?:and|&|of|upon|in|on|with|the|{_NAME}))*? )L?S[CA][BP]\b")
_COUNCIL = re.compile(
    rf"\b(?:(?:London|Royal) Borough of {_NAME}(?: (?:and|&|upon) {_NAME})*"
    rf"|{_NAME}(?:(?:,? and|,| &| of| upon) {_NAME}| {_NAME})*? "
    r"(?:Council|Local Area Partnership|Combined Authority))\b"
)
_AREA = re.compile(
    r"^(?:The )?(?:(?:London|Royal) Borough of )?(.*?)"
    r"(?: (?:(?:(?:Local|Regional) )?Safeguarding\b|L?S[CA][BP]$"
    r"|(?:(?:Metropolitan|City|Borough|County|District|Unitary) )*Council$|Local Area Partnership$|Combined Authority$)"
    r".*)?$"
)
# Capitalised words that can come before a name: an addressee, an office, another document.
_BEFORE = re.compile(
    r"^.*\b(?:Dear|To|From|Re|Chair(?:s|person|man|woman)?|Directors?|Managers?|Heads?|Lead(?:er)?s?|Members?|Authors?"
    r"|Officers?|Reports?|Reviews?|Inspections?|Visits?|Responses?|Commissioned|Behalf|Published|Prepared|Inspectors?"
    r"|Services|Councils?|Executive|Secretary|Commissioner|Constabulary|Police|Trust|Group|Board|Partnership)\b"
    r"(?:,|(?:\s+(?:of|for|to|by|from|and|the|on|in|with))*)\s+"
)
_MOST = 3  # boards of one report


def boards(lines: Sequence[str]) -> str | None:
    """Return the boards that are named in full, or else by the usual abbreviation, such as Avonshire SCP."""
    return _named(lines, _BOARD) or _named(lines, _SHORT_BOARD)


def is_board(line: str) -> bool:
    """Return whether a line is only the name of a board or a council, perhaps in capitals."""
    name = _without_shouting(line) if line.isupper() else line
    return bool(_BOARD.fullmatch(name) or _COUNCIL.fullmatch(name)) and _BEFORE.match(name) is None


def council(lines: Iterable[str]) -> str | None:
    """Return the council or local partnership that is named, if there is exactly one."""
    found = {_without_what_stands_before(match.group()) for line in lines for match in _COUNCIL.finditer(line)}
    areas = {area_of(name): name for name in sorted(found, key=len) if area_of(name)}
    return areas.popitem()[1] if len(areas) == 1 else None


def area_of(body: str) -> str:
    """Return the area of a body: "Moor and Fen" for "Moor and Fen Safeguarding Children Partnership" or "Moor and Fen
    Borough Council".
    """
    found = _AREA.match(body)
    return found.group(1) if found else ""


def _named(lines: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    found: list[str] = []
    for line in lines:
        for match in pattern.finditer(line):
            name = re.sub(r"^(?:The|LSCB:|Board:)\s+", "", match.group(), flags=re.IGNORECASE)
            name = _without_shouting(name) if name.isupper() and pattern is _BOARD else name
            name = _without_what_stands_before(name)
            if pattern.fullmatch(name) and name not in found:
                found.append(name)
    whole = [name for name in found if not any(name != other and name in other for other in found)]
    return " and ".join(whole[:_MOST]) or None


def _without_what_stands_before(name: str) -> str:
    """Remove "Dear", "Chair of" or a person's name from the start of a name.

    A comma is kept only in a list that ends in "and".
    """
    name = _BEFORE.sub("", name)
    person, comma, rest = name.rpartition(", ")
    return rest if comma and " and " not in rest and " & " not in rest and person else name


def _without_shouting(name: str) -> str:
    """Convert a name in capitals to the case used in a sentence, so that covers in different styles give the same
    name.
    """
    capital = re.sub(r"(?<![’'\w])\w", lambda first: first[0].upper(), name.lower())
    return re.sub(r"(?<=[ -])(?:And|Of|Upon|In|On|With|The)(?=[ -])", lambda word: word[0].lower(), capital)
