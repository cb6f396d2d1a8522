"""The source of a demonstration report: the markup of `text/`, its words, and the ground truth of a page."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PORTRAIT, LANDSCAPE = (595, 842), (842, 595)


@dataclass(frozen=True)
class Word:
    """A word and its offset in the paragraph. `mark` is a superscript footnote number printed after it."""

    text: str
    start: int
    mark: str = ""
    covered: bool = False


@dataclass
class Page:
    """The content of one page, for the ground truth."""

    number: int
    label: str
    size: tuple[int, int] = PORTRAIT
    rotation: int = 0
    columns: int = 1
    scanned: bool = False
    header: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    cover_sheet: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    paragraphs: list[dict[str, Any]] = field(default_factory=list)

    def truth(self) -> dict[str, Any]:
        """Return the page as JSON for the ground truth."""
        return {
            "number": self.number,
            "label": self.label,
            "rotation": self.rotation,
            "columns": self.columns,
            "scanned": self.scanned,
            "header": self.header,
            "footer": self.footer,
            "contents": self.contents,
            "cover_sheet": self.cover_sheet,
            "withheld": self.withheld,
            "paragraphs": self.paragraphs,
        }


class Source:
    """One text file: `key: value` lines, a line `---`, then blocks separated by empty lines."""

    def __init__(self, path: Path) -> None:
        head, body = path.read_text(encoding="utf-8").split("\n---\n", 1)
        self.path = path
        self.keys = dict(line.split(": ", 1) for line in head.splitlines() if line.strip())
        self.blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", body) if block.strip()]

    def get(self, key: str, default: str = "") -> str:
        """Return the value of a key, or the default."""
        return self.keys.get(key, default)


def words(text: str) -> tuple[str, list[Word]]:
    """Return the plain text of a paragraph and its words.

    `^1^` is a footnote mark. `[[…]]` is text under a black box, which the plain text leaves out.
    """
    plain, found, covered = "", [], False
    for piece in text.split():
        covered = covered or piece.startswith("[[")
        ends = "]]" in piece
        mark = re.search(r"\^(\d+)\^", piece)
        bare = re.sub(r"\^\d+\^", "", piece.replace("[[", "").replace("]]", ""))
        start = len(plain) + (1 if plain else 0)
        found.append(Word(bare, start, mark.group(1) if mark else "", covered))
        if not covered:
            plain = f"{plain} {bare}" if plain else bare
        if ends:
            covered = False
    return plain, found


def roman(number: int) -> str:
    """Return 1 to 12 in lower-case roman numerals."""
    return ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"][number - 1]
