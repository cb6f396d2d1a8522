"""Find what the wording of a paragraph says about recommendations: whether it names, makes or answers one."""

import re

from corpus.model import ItemKind, Paragraph
from ingest.structure.numbers import KINDS_OF_NAMES, WORDS

NAMED = re.compile(
    rf"^{KINDS_OF_NAMES}(?:(?P<asks>recommendations?|rec\.?)"
    r"|findings?|lessons?|(?:practice )?learning(?: (?:points?|themes?|opportunity))?|practice points?)"
    rf"\s+(?:no\.?\s*|#)?(?:\d|(?:{'|'.join(WORDS)})\b)",
    re.IGNORECASE,
)
"""The number of a named item: "Recommendation 6", "Learning point 2"."""

ASKS = re.compile(r"\b(?:should|must|needs? to|ought to|shall|recommend(?:s|ed)?|ensure|consider)\b", re.IGNORECASE)

REQUESTS = re.compile(
    r"^(?:to )?(?:add|agree|ask|audit|check|commission|consider|continue|create|develop|ensure|evaluate|explore|give"
    r"|hold|include|introduce|make sure|monitor|offer|promote|provide|publish|record|remind|report|review|revise|seek"
    r"|share|strengthen|tell|test|undertake|update|work|write)\b",
    re.IGNORECASE,
)
"""Matches a request without the name of a body, which the heading gives: "Review the use of written agreements"."""

PART = re.compile(r"^(?:\(?[a-z]{1,4}[.)]|\(\d{1,2}\)|[a-zß-ÿ])")
"""Matches text that is part of the item above it: (a), ii., or a continued sentence."""

REFERS_BACK = re.compile(
    r"^(?:this|these|it|they|such|that|those|in doing so|in particular|including)\b", re.IGNORECASE
)

LEADS_IN = re.compile(
    r"\b(?:the following|these)\b[^.]{0,40}\brecommendations?\b"
    r"|\brecommendations?(?: (?:for|to)(?: [\w’']+){1,6})? (?:below|(?:are|is|were) (?:set out|listed|made))",
    re.IGNORECASE,
)

ANSWER = re.compile(  # not "The council should agree a protocol"
    r"^(?:(?:the )?(?:[\w’']+ ){0,3}response\b(?! to\b)"
    r"|(?:(?!\b(?:should|must|shall|needs? to|ought to)\b)[^.]){0,80}?"
    r"\b(?:accepts?|accepted|agrees?|rejects?|rejected)\b)",
    re.IGNORECASE,
)

_ABOUT_IT = re.compile(r"^[^.]*\b(?:this|these) recommendations?\b", re.IGNORECASE)
_DECIDED = re.compile(
    r"^(?:(?:this|these) |(?=recommendations? [\d(]))recommendations?(?: [\w(),.–-]{1,12}){0,4}?"
    r" (?:is|are|was|were|has been|have been) (?:\w+ )?(?:accepted|agreed|rejected|not accepted)\b",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"^[^.]{3,160}? (?:accepts?|agrees? with|rejects?) (?:this|these) recommendations?\b", re.IGNORECASE
)


def named_kind(number: str | None) -> ItemKind | None:
    """Return the kind of an item that has this printed number with a name, or None without a name."""
    found = NAMED.match(number or "")
    return found and (ItemKind.RECOMMENDATION if found.group("asks") else ItemKind.FINDING)


def is_answer(paragraph: Paragraph) -> bool:
    """Return whether a paragraph says what was done about a recommendation, as a government's response does."""
    text = paragraph.text
    return bool(ANSWER.match(text)) or (bool(_ABOUT_IT.match(text)) and not ASKS.search(text))


def is_decision(paragraph: Paragraph, *, boxed: bool) -> bool:
    """Return whether a paragraph accepts or rejects the recommendation above it.

    `boxed` means that it is in a box, where the word "accept" can only refer to the recommendation.
    """
    text = paragraph.text
    return _DECIDED.match(text) is not None or (boxed and _DECIDES.match(text) is not None)


def asks(paragraph: Paragraph) -> bool:
    """Return whether prose asks for something, and neither introduces a request nor answers one."""
    text = paragraph.text
    return bool(ASKS.search(text)) and not (LEADS_IN.search(text) or is_answer(paragraph) or text.endswith(":"))


def goes_on_in_list(paragraph: Paragraph) -> bool:
    """Return whether a paragraph continues the one above and introduces a list: "In particular, they should:"."""
    return paragraph.text.endswith(":") and REFERS_BACK.match(paragraph.text) is not None


def is_below(number: str | None, other: str | None) -> bool:
    """Return whether a number is part of another, as 7.1.2 is part of 7.1."""
    return bool(number and other and number.startswith((f"{other}.", f"{other}-")))
