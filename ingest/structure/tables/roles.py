"""Determine from its heading what a column of a table contains, such as a recommendation or who leads on it."""

import re
from enum import Enum

_LONGEST = 10  # words of the heading of a column
_ABBREVIATED = 9  # letters of an abbreviation, such as "Rec. No."; what is longer and ends in a full stop is a sentence


class Role(Enum):
    """What a column contains. REQUEST is a recommendation, ACTION what is done about it, OTHER anything else that such
    tables have.
    """

    NUMBER = "number"
    REQUEST = "request"
    OWNER = "owner"
    OTHER = "other"
    ACTION = "action"


_FIRST = r"(?:[\w-]+ ){0,2}"  # words in front: "Agreed action", "Lead"
_LEADS = r"(?:owners?|leads?|leading|responsib\w+|accountab\w+)"
_BODIES = "agency|agencies|officers?|person|partners?|organisations?|body|manager"
_TIMES = "time-?scales?|time ?frames?|time ?lines?|dates?|deadlines?|when|due|by|target|completed?|completion"
_RESULTS = "rag|status|progress|updates?|outcomes?|impact|evidence|measures?|success|assurance|how"
_TEXTS = "rationale|reasons?|learning|findings?|themes?|issues?|comments?|priority|details?"
# The first entry that matches decides.
_ROLES = tuple(
    (role, re.compile(words, re.IGNORECASE))
    for role, words in (
        (Role.NUMBER, r"(?:rec(?:ommendation)?\.? )?(?:no|nos|number|ref|reference|item|#)\.?"),
        (Role.REQUEST, _FIRST + r"recommendations?(?: (?:and|from|for|of|made|agreed)\b.*| ?[/&(].*)?"),
        (Role.REQUEST, r"(?:questions?|considerations?|issues) (?:for|to)\b.*"),
        (Role.REQUEST, r"what (?:needs to|should|must) (?:happen|change|improve|be done)\b.*"),
        (
            Role.OWNER,
            rf"{_FIRST}{_LEADS}(?: (?:{_BODIES}|for|and|name)\b.*| ?[/&(].*)?",
        ),
        (Role.OWNER, r"(?:by )?whom?(?: (?:is|are|will|leads|does|by)\b.*)?"),
        (Role.OWNER, rf"(?:for|{_BODIES}|services?|addressed to)"),
        (Role.OTHER, rf"{_FIRST}(?:{_TIMES}|{_RESULTS}|{_TEXTS})(?:\b.*)?"),
        (
            Role.ACTION,
            _FIRST + r"(?:actions?|tasks?)(?: (?:required|needed|taken|to|plans?|points?|agreed|and|for)\b.*)?",
        ),
        (Role.ACTION, _FIRST + r"(?:actions?|tasks?) ?[/&(].*"),
        (Role.ACTION, r"what (?:will|do|are|is)\b.*\?"),
    )
)


def role_of(heading: str) -> Role | None:
    """Return what a column contains, or None if its heading does not say or is too long to be one."""
    words = heading.strip(" :")
    bare = words.rstrip(" ?")
    if words[:1].islower() or (words.endswith(".") and len(words) > _ABBREVIATED) or words.count(" ") >= _LONGEST:
        return None
    return next((role for role, pattern in _ROLES if pattern.fullmatch(bare) or pattern.fullmatch(words)), None)
