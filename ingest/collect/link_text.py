"""Clean the text of a link: `Child Y (PDF, 1.2 MB, opens in new window)` becomes `Child Y`."""

import re
from datetime import date
from unicodedata import normalize

_SIZE = r"[\d.,]+ ?(?:bytes|[kmg]i?b?)\b"
_TYPE = r"(?:pdf|adobe acrobat|acrobat|portable document format|word|docx?|document|file)"
_OPENS = (
    r"(?:\(?this )?(?:link |file |document |pdf )?(?:will )?(?:open|opens|opening) (?:up )?in (?:a )?new (?:browser )?"
    r"(?:window|tab)"
)
_NOISE = re.compile(
    rf"[(\[{{]\s*(?:(?:{_TYPE}|{_SIZE}|{_OPENS}|\d+ pages?|external link|download)[\s,;:.|–-]*)+[)\]}}]"
    rf"|[\s,;:|–-]*\b{_OPENS}\b\.?"
    rf"|[\s,;:|–-]*\b{_TYPE}[\s,;:|–-]*{_SIZE}"
    rf"|[\s,;:|–-]+{_SIZE}\s*$"
    rf"|[\s,;:|–-]+\(?{_TYPE}(?: (?:document|file|download))?\)?\s*$"
    r"|^\s*(?:icon(?: for)?|download|view|read|open|see)(?: the)?[\s:–-]+(?=(?-i:[A-Z0-9‘“'\"]))"
    r"|\s*\(?external (?:link|website)\)?\s*$|\.pdf\b",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"(?:click |please )?(?:here|download(?: (?:it|here|now|file|pdf|document|the (?:full )?(?:report|review)))?"
    r"|read(?: more| the (?:full )?(?:report|review))?|view(?: (?:it|more|document|report|the (?:full )?report))?|more"
    r"(?: information| details)?|open|pdf|link|(?:full |the )?(?:report|review|document|file)|english|cymraeg|untitled"
    r"|\W*)",
    re.IGNORECASE,
)
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if len(month) > 3 else month for month in _MONTHS)
_DATES = (
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?P<m>{_MONTH}),? (?P<y>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(r"\b(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>(?:19|20)\d\d)\b"),
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
)
_PUBLISHED = re.compile(r"\b(?:published|publication date|date of publication|date published|added|uploaded)\b", re.I)
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # some reverse the direction of the text
_ALONE = re.compile(r"[\s()\[\]|,;:–-]*")


def cleaned(text: str) -> str:
    """Return the text of a link on one line, without the file type, the size or how it opens."""
    text = " ".join(_UNSEEN.sub("", normalize("NFC", text)).split())
    while True:
        shorter = _NOISE.sub("", text).strip(" \t,;:|–-")
        if shorter == text or not shorter:
            return shorter
        text = shorter


def is_generic(title: str) -> bool:
    """Return whether a title only invites the reader to click, such as "Download"."""
    return _SAYS_NOTHING.fullmatch(title) is not None


def date_beside(text: str) -> str:
    """Return the date in the text next to a link, as 2020-11-19.

    The date must follow "published" or be the whole text. Returns "" if there is none.
    """
    said = _PUBLISHED.search(text)
    for pattern in _DATES:
        match = pattern.search(text, said.end() if said else 0)
        if match and (said or _ALONE.fullmatch(text[: match.start()] + text[match.end() :])):
            return _iso(match)
    return ""


def _iso(match: re.Match[str]) -> str:
    month = match["m"]
    number = int(month) if month.isdigit() else [each[:3] for each in _MONTHS].index(month[:3].lower()) + 1
    try:
        return date(int(match["y"]), number, int(match["d"])).isoformat()
    except ValueError:
        return ""
