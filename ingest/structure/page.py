"""A page as read from the file, before it is understood: lines of text and their positions.

Lengths are in points (1/72 inch), as the page is seen: x to the right from the left edge, y down from the top edge.
"""

from dataclasses import dataclass, field
from enum import Enum

from corpus.model import AsideRole, Hidden
from corpus.reasons import Reason

LETTERS_A_PAGE = 200_000
"""More than any printed page holds; the rest of such a page is not read."""


class Unreadable(Exception):
    """The bytes are not a report.

    reason: why. detail: for a technician, without any text of the file.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail


class Doubt(Enum):
    """Why the letters of a line may not be those on the page. If OCR is available, it reads such a line instead.

    CIPHER: its font gives other letters. HOLES: its font does not say what some of its letters are. LAYER: an earlier
    OCR read it badly.
    """

    CIPHER = "cipher"
    HOLES = "holes"
    LAYER = "layer"


@dataclass(slots=True)
class Line:
    """One printed line, or the part of it that is in one column.

    x0, x1: where it starts and ends. y: its baseline. size: of the letters at its start.
    bold, bold_end: whether its first and its last letter are set in a bold face. italic: whether one in the middle is.
    box: the frame or the coloured ground that it is in, by its number on the page; 0 for none.
    gaps: offsets in `text` of letters that follow a gap wider than any space between words (columns, tables, contents
    lists).
    gap_edges: where each of these gaps starts and ends, where the reader knows it.
    hyphen: the line ended in a hyphen that is not part of `text`.
    sideways: set at a right angle to most of the page. slanted: set at another angle, as a watermark is.
    doubt: why its letters may not be those on the page.
    role: why it is kept out of search, once that is known.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    bold_end: bool = False
    italic: bool = False
    box: int = 0
    gaps: tuple[int, ...] = ()
    gap_edges: tuple[tuple[float, float], ...] = ()
    hyphen: bool = False
    sideways: bool = False
    slanted: bool = False
    doubt: Doubt | None = None
    role: AsideRole | None = None


@dataclass(slots=True)
class RawPage:
    """A page as the reader gave it: its lines in the order of the file.

    image: the page shows a picture. withheld: for each piece of text that was taken out, how it was hidden.
    unread: why text is missing, even if only from part of the page.
    scan: OCR would read the page, or read it better.
    confidence: of the OCR that read it, 0 to 100.
    """

    number: int
    label: str
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    reader: str | None = "pdfium"
    unread: str | None = None
    image: bool = False
    withheld: list[Hidden] = field(default_factory=list)
    scan: bool = False
    confidence: float | None = None

    @property
    def free(self) -> list[Line]:
        """The lines that no role has been found for."""
        return [line for line in self.lines if line.role is None]


@dataclass(slots=True)
class Document:
    """A whole file as the readers gave it.

    properties: what the file says of itself (title, author, created). outline: the titles of its bookmarks.
    attachments: the names of the files in it.
    """

    pages: list[RawPage]
    properties: dict[str, str] = field(default_factory=dict)
    outline: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture: three bytes (red, green, blue) a pixel, or one (grey), row by row from the top, without gaps."""

    width: int
    height: int
    data: bytes
    depth: int = 3

    @property
    def even(self) -> bool:
        """Whether every byte is the same, so that there is nothing to read on it."""
        return self.data == self.data[:1] * len(self.data)
