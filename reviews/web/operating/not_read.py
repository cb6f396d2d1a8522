"""Lists of what is not searched, which a page can show in parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from corpus.model import HIDDEN, Hidden
from reviews.terminal.coverage import CoverageReport
from reviews.terminal.results import counted


@dataclass(frozen=True, slots=True)
class Line:
    """A line.

    `title` is that of a report, or the name of a file. `report` is its id, or "". `pages` are pages of the report.
    `said` is the note about it.
    """

    title: str
    report: str = ""
    pages: tuple[int, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class List:
    """A list.

    `name` is used in the address. `none` is shown if the list is empty; if it is "", an empty list is left out.
    """

    name: str
    title: str
    meaning: str
    lines: tuple[Line, ...]
    none: str = ""

    @property
    def count(self) -> str:
        """Return how many there are: pages in the list of pages, reports and pages for hidden text, otherwise lines.

        A report, or a page of it, has more than one line if its text is hidden in more than one way.
        """
        pages = {(line.report, number) for line in self.lines for number in line.pages}
        if self.name == "hidden" and self.lines:
            return f"{counted(len({line.report for line in self.lines}), 'report')}, {counted(len(pages), 'page')}"
        return f"{len(pages) if self.name == 'pages' else len(self.lines):,}"


def lists(held: CoverageReport, why: Callable[[str], str]) -> list[List]:
    """Return every list that has lines, or that says that it is empty. `why` explains a reason."""
    found = [
        List(
            "pages",
            "Pages that could not be read, or only in part",
            "",
            tuple(Line(each.title, each.report, each.pages, why(each.reason)) for each in held.unread),
            "None. Every page of every report was read.",
        ),
        List(
            "files",
            "Files that could not be read",
            "",
            tuple(Line(_name(each.file), said=why(each.reason.value)) for each in held.failures),
            "None. Every file was read.",
        ),
        List(
            "hidden",
            "Hidden text",
            "These files contain text that cannot be seen on the page. It may have been meant to be hidden, so it is "
            "not shown or searched here. Tell the publisher, because anyone who has the file can copy it.",
            tuple(Line(each.title, each.report, each.pages, _hidden(each.how, each.pieces)) for each in held.withheld),
            "None.",
        ),
        List(
            "attached",
            "Files inside other files",
            "These PDFs have other files inside. Those that are PDFs are separate reports here; the others are "
            "not read.",
            tuple(
                Line(
                    each.title,
                    each.report,
                    (),
                    f"{each.name}, " + ("read as a separate report" if each.read else "not read"),
                )
                for each in held.attached
            ),
        ),
        List(
            "missing",
            "Reports without a file",
            "Somebody has listed these reports here, but their files are missing, so they are not searched.",
            tuple(Line(title) for title in held.not_held),
        ),
        List(
            "folders",
            "Missing folders",
            "These folders could not be read, so their reports may be out of date. The search uses the text from the "
            "last time they were read.",
            tuple(Line(_name(each.folder), said=f"since {each.since}") for each in held.missing),
        ),
    ]
    return [each for each in found if each.lines or each.none]


def _hidden(how: str, pieces: int) -> str:
    said = HIDDEN[Hidden(how)]
    if how == Hidden.MARKED:
        return f"{said}, {counted(pieces, 'mark')}; it can be seen, so it is shown and searched"
    return f"{said}, in {counted(pieces, 'place')}"


def _name(path: str) -> str:
    """Return the name of a file or folder without its location on the server."""
    return path.replace("\\", "/").rstrip("/").split("/")[-1]
