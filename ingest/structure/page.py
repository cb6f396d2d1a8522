"""A page as read from the file, before its structure is known: lines of text and their positions.

Lengths are in points (1/72 inch) on the page as displayed: x to the right from the left edge, y down from the top edge.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from corpus.model import AsideRole, Hidden
from corpus.reasons import Reason

LETTERS_A_PAGE = 200_000
"""More letters than any printed page has. The rest of such a page is not read."""


class Unreadable(Exception):
    """Raised when the bytes cannot be read as a report.

    `reason` is the code. `detail` is a technical explanation, without any text of the file.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail


class Doubt(Enum):
    """Why the letters of a line may differ from those on the page. If OCR is available, it reads such a line instead.

    CIPHER: the font gives other letters. HOLES: some letters have no Unicode. UNMAPPED: the font does not identify some
    letters, which U+FFFD replaces. LAYER: an earlier OCR read the line badly.
    """

    CIPHER = "cipher"
    HOLES = "holes"
    UNMAPPED = "unmapped"
    LAYER = "layer"


@dataclass(slots=True)
class Line:
    """One printed line, or the part of it that is in one column.

    `x0` and `x1` are its start and end, and `y` is its baseline. `size` is the size of the letters at its start. `bold`
    and `bold_end` say whether its first and last letter are bold, and `italic` whether a letter in the middle is
    italic. `box` is the number on the page of the frame or coloured background that contains the line, or 0. `gaps` are
    the offsets in `text` of letters that follow a gap wider than a word space (columns, tables, contents lists), and
    `gap_edges` is where each of these gaps starts and ends, if the reader knows it. `hyphen` means that the line ended
    in a hyphen that is not part of `text`. `sideways` lines are at a right angle to most of the page, and `slanted`
    lines at another angle, like a watermark. `underlined` means that a line is drawn below all of it, and that it is
    not a link. `doubt` is why the letters may be wrong. `role` is why the line is not searched, once that is known.
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
    underlined: bool = False
    doubt: Doubt | None = None
    role: AsideRole | None = None


@dataclass(slots=True)
class RawPage:
    """A page as the reader returned it, with its lines in the order of the file.

    `image` means that the page shows a picture, and `empty` that nothing is drawn on it. `withheld` says, for each
    piece of text that was taken out, how it was hidden. `unread` says why text is missing, even if only from part of
    the page. `scan` means that OCR would read the page, or read it better. `confidence` is that of the OCR, 0 to 100.
    """

    number: int
    label: str
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    reader: str | None = "pdfium"
    unread: str | None = None
    image: bool = False
    empty: bool = False
    withheld: list[Hidden] = field(default_factory=list)
    scan: bool = False
    confidence: float | None = None

    @property
    def free(self) -> list[Line]:
        """Return the lines that have no role."""
        return [line for line in self.lines if line.role is None]


@dataclass(slots=True)
class Document:
    """A whole file as the readers returned it.

    `properties` come from the file (title, author, created). `outline` has the titles of its bookmarks, and
    `attachments` the names of the files inside it.
    """

    pages: list[RawPage]
    properties: dict[str, str] = field(default_factory=dict)
    outline: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)

    def copy(self) -> "Document":
        """Return a copy with its own pages and lines, which later steps change, five times as fast as a deep copy."""
        pages = [
            replace(page, lines=[replace(line) for line in page.lines], withheld=[*page.withheld])
            for page in self.pages
        ]
        return replace(self, pages=pages)


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture with three bytes per pixel (red, green, blue) or one (grey), row by row from the top, without
    padding.
    """

    width: int
    height: int
    data: bytes
    depth: int = 3

    @property
    def even(self) -> bool:
        """Return whether all bytes are the same, so that there is nothing to read."""
        return self.data == self.data[:1] * len(self.data)
