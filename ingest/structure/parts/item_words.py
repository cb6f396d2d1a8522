"""What the words of a paragraph say about recommendations: whether it names one, asks for something, or answers."""

import re

from corpus.model import Paragraph

NAMED = re.compile(r"^(recommendation|finding)s?\s+(?:no\.?\s*)?\d", re.IGNORECASE)
"""The number of a named item: "Recommendation 6"."""

ASKS = re.compile(r"\b(?:should|must|needs? to|ought to|shall|recommend(?:s|ed)?|ensure|consider)\b", re.IGNORECASE)

PART = re.compile(r"^(?:\(?[a-z]{1,4}[.)]|\(\d{1,2}\)|[a-zß-ÿ])")
"""What is a part of the item above it: (a), ii., or a sentence that goes on."""

REFERS_BACK = re.compile(
    r"^(?:this|these|it|they|such|that|those|in doing so|in particular|including)\b", re.IGNORECASE
)

LEADS_IN = re.compile(
    r"\b(?:the following|these)\b[^.]{0,40}\brecommendations?\b"
    r"|\brecommendations? (?:below|(?:are|is|were) (?:set out|listed|made))",
    re.IGNORECASE,
)

ANSWER = re.compile(
    r"^(?:(?:the )?(?:[\w’']+ ){0,3}response\b(?! to\b)"
    r"|[^.]{0,80}?\b(?:accepts?|accepted|agrees?|rejects?|rejected)\b)",
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


def is_answer(paragraph: Paragraph) -> bool:
    """Whether a paragraph says what came of a recommendation, as in a government's response."""
    text = paragraph.text
    return bool(ANSWER.match(text)) or (bool(_ABOUT_IT.match(text)) and not ASKS.search(text))


def is_decision(paragraph: Paragraph, *, boxed: bool) -> bool:
    """Whether a paragraph says that the recommendation above it is accepted, or not. boxed: it is in a box, where no
    other text would speak of accepting."""
    text = paragraph.text
    return _DECIDED.match(text) is not None or (boxed and _DECIDES.match(text) is not None)


def asks(paragraph: Paragraph) -> bool:
    """Whether prose asks for something, and neither leads in to what does nor answers it."""
    text = paragraph.text
    return bool(ASKS.search(text)) and not (LEADS_IN.search(text) or is_answer(paragraph) or text.endswith(":"))


def goes_on_in_list(paragraph: Paragraph) -> bool:
    """Whether a paragraph goes on from the one above it and leads in to a list: "In particular, they should:"."""
    return paragraph.text.endswith(":") and REFERS_BACK.match(paragraph.text) is not None


def is_below(number: str | None, other: str | None) -> bool:
    """Whether a number is a part of another: 7.1.2 of 7.1."""
    return bool(number and other and number.startswith((f"{other}.", f"{other}-")))
