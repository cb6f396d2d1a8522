"""A paragraph while it is being built, and the usual typography of its document."""

import re
from dataclasses import dataclass, field

from ingest.structure.page import Line

WIDE_STEP = 1.22
"""Times the usual leading: a wider step from baseline to baseline sets two paragraphs apart."""

_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*\d{0,3}$")  # a footnote number may follow
_CLOSING = frozenset(".!?:;\"'”’)]")  # the last character of a sentence, where no footnote number follows


@dataclass(frozen=True, slots=True)
class Setting:
    """How a paragraph is set. boxes: those of its first and its last line, see `Line.box`. bold, italic: most of it."""

    boxes: tuple[int, int] = (0, 0)
    bold: bool = False
    italic: bool = False


@dataclass(slots=True)
class Draft:
    """A paragraph before it has a number and a section.

    pages: the page of each line. note: it is a footnote. turns: where in the text a new page starts.
    alone: no other text is beside it, as it would in a table. space_above: space sets it apart from the line above.
    """

    lines: list[Line]
    pages: list[int]
    note: bool = False
    text: str = ""
    turns: tuple[tuple[int, int], ...] = ()
    alone: bool = True
    space_above: bool = False

    @property
    def page(self) -> int:
        """The page on which it starts."""
        return self.pages[0]

    @property
    def size(self) -> float:
        """The letter size of its longest line, which is that of most of its letters."""
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
    def setting(self) -> Setting:
        """How it is set."""
        letters = [len(line.text) for line in self.lines]
        half = sum(letters) / 2
        bold = sum(count for count, line in zip(letters, self.lines, strict=True) if line.bold and line.bold_end)
        italic = sum(count for count, line in zip(letters, self.lines, strict=True) if line.italic)
        return Setting((self.lines[0].box, self.lines[-1].box), bold > half, italic > half)

    def absorb(self, other: "Draft") -> None:
        """Append the lines of another draft."""
        self.lines += other.lines
        self.pages += other.pages


@dataclass(slots=True)
class Style:
    """The usual typography of a document.

    size: of its letters, in points. leading: from baseline to baseline, as a multiple of the letter size.
    spaced: space sets its paragraphs apart, so a short line alone does not end one.
    words, hyphenated: its vocabulary, as `normalise.vocabulary` gives it.
    """

    size: float
    leading: float
    spaced: bool = False
    words: set[str] = field(default_factory=set)
    hyphenated: set[str] = field(default_factory=set)


def ends_sentence(text: str) -> bool:
    """Whether a line ends in a stop, quotation marks, brackets and a footnote number apart."""
    return (text[-1:] in _CLOSING or text[-1:].isdecimal()) and _SENTENCE_END.search(text) is not None
