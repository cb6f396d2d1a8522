"""Boilerplate: running headers and footers, page numbers, contents lists, the cover sheet of an archive.

Each is recognised by evidence, never by a single line: what repeats from page to page in the same place, what counts
with the pages, what lists headings with their pages. In doubt a line is text. Boilerplate stays on its page; it is
only kept out of search and of counts.
"""

import re

from corpus.model import AsideRole
from ingest.structure.page import RawPage
from ingest.structure.running_matter import contents, page_numbers, running_lines

_SHEET_LABELS = (
    r"^Title:",
    r"^(?:LSCB|Board|Safeguarding partnership|LSCP):",
    r"^Author",
    r"^Date of publication:",
    r"^Year",
)
_SHEET_WORDS = re.compile(r"repository|archive|national collection|deposited", re.IGNORECASE)
_SHEET_LABELS_NEEDED = 3  # of the five, since archives leave some out
_SHEET_LENGTH = 4_000  # characters: a longer first page is the report's own


def mark(pages: list[RawPage]) -> None:
    """Give every line that is boilerplate its role."""
    _mark_cover_sheet(pages)
    page_numbers.mark(pages)
    running_lines.mark(pages)
    contents.mark(pages)
    if not any(page.free for page in pages):
        running_lines.unmark(pages)


def _mark_cover_sheet(pages: list[RawPage]) -> None:
    """The sheet that an archive (the NSPCC's) puts before a deposited report: a form with a title, a board and a date,
    and its own words."""
    if len(pages) < 2:
        return
    text = "\n".join(line.text for line in pages[0].lines)
    labels = sum(bool(re.search(pattern, text, re.MULTILINE)) for pattern in _SHEET_LABELS)
    if labels >= _SHEET_LABELS_NEEDED and len(text) < _SHEET_LENGTH and _SHEET_WORDS.search(text):
        for line in pages[0].lines:
            line.role = AsideRole.COVER_SHEET
