"""Find boilerplate: running headers and footers, page numbers, contents lists, the cover sheet of an archive.

Each is recognised by several pieces of evidence: lines that repeat at the same height from page to page, numbers that
count with the pages, lists of headings with their pages. If in doubt, a line is text. Boilerplate stays on its page,
but is not searched or counted.
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
_SHEET_LABELS_NEEDED = 3  # labels out of five, since archives omit some
_SHEET_LENGTH = 4_000  # characters: a longer first page belongs to the report


def mark(pages: list[RawPage]) -> None:
    """Set the role of every line that is boilerplate."""
    _mark_cover_sheet(pages)
    page_numbers.mark(pages)
    running_lines.mark(pages)
    contents.mark(pages)
    if not any(page.free for page in pages):
        running_lines.unmark(pages)


def _mark_cover_sheet(pages: list[RawPage]) -> None:
    """Mark the sheet that the NSPCC archive adds to the front of a report: a form with a title, a board and a date."""
    if len(pages) < 2:
        return
    text = "\n".join(line.text for line in pages[0].lines)
    labels = sum(bool(re.search(pattern, text, re.MULTILINE)) for pattern in _SHEET_LABELS)
    if labels >= _SHEET_LABELS_NEEDED and len(text) < _SHEET_LENGTH and _SHEET_WORDS.search(text):
        for line in pages[0].lines:
            line.role = AsideRole.COVER_SHEET
