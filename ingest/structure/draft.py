"""A paragraph under construction, and the usual typography of its document."""

import re
from dataclasses import dataclass, field

from ingest.structure.page import Line

WIDE_STEP = 1.22
"""A multiple of the usual leading. A larger distance between baselines separates two paragraphs."""

_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*\d{0,3}$")  # a footnote number may follow
_CLOSING = frozenset(".!?:;\"'”’)]")  # the last character of a sentence, where no footnote number follows


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table with a known header, or a part of one: the header, a topic, what is in front of a request.

    `request` is the text of the cell for the recommendation, or for the action if `action`. `owner` is who leads on it.
    `above` are the headings above it in the table: that of its column and the last topic. `continues` means that the
    row began on the page before.
    """

    request: str = ""
    owner: str | None = None
    above: tuple[str, ...] = ()
    action: bool = False
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """How a paragraph is set.

    `boxes` are the boxes of its first and last line (see `Line.box`). `bold` and `italic` apply to most of its text.
    `row` is the row of a table that it is.
    """

    boxes: tuple[int, int] = (0, 0)
    bold: bool = False
    italic: bool = False
    row: Row | None = None


@dataclass(slots=True)
class Draft:
    """A paragraph before it has a number and a section.

    `pages` has the page of each line. `note` marks a footnote. `turns` are the offsets in the text where a new page
    starts. `alone` means that no text is beside it, as there would be in a table. `space_above` means that space
    separates it from the line above. `row` is the row of a table that it is.
    """

    lines: list[Line]
    pages: list[int]
    note: bool = False
    text: str = ""
    turns: tuple[tuple[int, int], ...] = ()
    alone: bool = True
    space_above: bool = False
    row: Row | None = None

    @property
    def page(self) -> int:
        """The page on which the paragraph starts."""
        return self.pages[0]

    @property
    def size(self) -> float:
        """The letter size of the longest line, taken as the size of the paragraph."""
        longest = self.lines[0]
        for line in self.lines:
            if len(line.text) > len(longest.text):
                longest = line
        return longest.size

    @property
    def bold(self) -> bool:
        """Whether every line starts and ends in bold."""
        return all(line.bold and line.bold_end for line in self.lines)

    @property
    def underlined(self) -> bool:
        """Whether every line is underlined."""
        return all(line.underlined for line in self.lines)

    @property
    def setting(self) -> Setting:
        """How the paragraph is set."""
        letters = [len(line.text) for line in self.lines]
        half = sum(letters) / 2
        bold = sum(count for count, line in zip(letters, self.lines, strict=True) if line.bold and line.bold_end)
        italic = sum(count for count, line in zip(letters, self.lines, strict=True) if line.italic)
        return Setting((self.lines[0].box, self.lines[-1].box), bold > half, italic > half, self.row)

    def absorb(self, other: "Draft") -> None:
        """Append the lines of another draft."""
        self.lines += other.lines
        self.pages += other.pages


@dataclass(slots=True)
class Style:
    """The usual typography of a document.

    `size` is the letter size in points. `leading` is the distance between baselines as a multiple of the letter size.
    `spaced` means that space separates its paragraphs, so that a short line alone does not end one. `words` and
    `hyphenated` are its vocabulary, from `normalise.vocabulary`, and `typeset` means that a typesetter broke words.
    """

    size: float
    leading: float
    spaced: bool = False
    words: set[str] = field(default_factory=set)
    hyphenated: set[str] = field(default_factory=set)
    typeset: bool = True


def ends_sentence(text: str) -> bool:
    """Return whether a line ends in a full stop or similar mark, ignoring quotation marks, brackets and a footnote
    number.
    """
    return (text[-1:] in _CLOSING or text[-1:].isdecimal()) and _SENTENCE_END.search(text) is not None
