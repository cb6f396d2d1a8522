"""Look up the text of saved passages in the corpus, and what has happened to their reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from corpus.errors import Corrupt, NotFound
from corpus.model import Page, Paragraph
from corpus.report import Report
from corpus.storage.store import Store
from reviews import citation
from reviews.collecting.collection import Collection, Saved, digest

State = Literal["held", "changed", "withdrawn", "replaced", "removed", "unknown"]

COLUMNS = (
    *("position", "quotation", "note", "citation", "report", "title", "board", "year", "page", "page_label"),
    *("paragraph", "link", "url", "saved", "generation", "state", "said"),
)
_MOST_PARAGRAPHS = 200  # of one passage


@dataclass(frozen=True, slots=True)
class Found:
    """A saved passage with its current content.

    `state` is "held" if its text is as it was saved. Otherwise there is no quotation, and `said` explains why. For a
    report that its publisher withdrew, `said` warns of that.
    `quotation` is verbatim, with one line per paragraph. `page`, `label` and `number` are where it is now, and
    `page_end` is where it ends. `newer` is the report that replaced this one in its file.
    """

    saved: Saved
    state: State
    said: str = ""
    report: Report | None = None
    quotation: str = ""
    page: int = 0
    label: str = ""
    number: str | None = None
    newer: str | None = None
    page_end: int | None = None

    @property
    def cited(self) -> str:
        """Return the citation as a sentence, or "" if the report is no longer in the library."""
        if self.report is None:
            return ""
        return citation.citation(self.report, self.page or self.saved.page, self.label, self.number, self.page_end)

    @property
    def place(self) -> str:
        """Return the location, such as `page 6 (printed 3), paragraph 5.1.1`, as in the citation."""
        return citation.place(self.page or self.saved.page, self.label, self.number, self.page_end)

    @property
    def formerly(self) -> str:
        """Return the location when it was saved, such as `page 6, paragraph 5.1.1`."""
        return citation.place(self.saved.page, None, self.saved.number)

    @property
    def path(self) -> str:
        """Return the address of the passage, relative to the first page."""
        return f"reports/{self.saved.report[:16]}/pages/{self.page or self.saved.page}#p{self.saved.first}"

    def row(self, position: int, root: str) -> dict[str, Any]:
        """Return the passage as a table row. `root` is the address of the first page, for links."""
        return {
            "position": position,
            "quotation": self.quotation,
            "note": self.saved.note,
            "citation": self.cited,
            "report": self.report.id if self.report else self.saved.report,
            "title": self.report.title if self.report else None,
            "board": self.report.board if self.report else None,
            "year": self.report.year if self.report else None,
            "page": self.page or self.saved.page,
            "page_label": self.label or None,
            "paragraph": self.number,
            "link": root + self.path if self.report else None,
            "url": self.report.url if self.report else None,
            "saved": self.saved.date,
            "generation": self.saved.generation,
            "state": self.state,
            "said": self.said or None,
        }


def passage_reference(store: Store, report: str, first: int, last: int, generation: str, date: str) -> Saved:
    """Return the reference to the paragraphs `first` to `last` (ordinals) of a report (an id or the start of one).

    Raises NotFound if the report does not have them.
    """
    held = store.report(report)
    words = _words(store, held.id, first, last)
    if words is None:
        raise NotFound("This passage is not in the report any more. Open the report and save the passage there.")
    paragraphs, _ = words
    return Saved(
        held.id, first, last, paragraphs[0].page, paragraphs[0].number, generation, date, digest(_joined(paragraphs))
    )


def look_up(store: Store, collection: Collection) -> Iterator[Found]:
    """Yield the passages of a collection in order, with their text."""
    held = {report.id[:16]: report for report in store.reports()}
    removed = {removal.report[:16]: removal.date for removal in store.removals()}
    withdrawn = {each.report[:16]: each for each in store.withdrawals()}
    unpublished = store.publications.withdrawn()
    for saved in collection.passages:
        key = saved.report[:16]
        if key in removed:
            yield Found(
                saved.bare, "removed",
                f"This report was removed on {removed[key]}, so its words are no longer kept. Delete your copies too.",
            )  # fmt: skip
        elif key in held:
            found, day = _found(store, held[key], saved), unpublished.get(held[key].id)
            warning = f"Its publisher withdrew this report on {day}. Check before you quote it." if day else ""
            yield replace(found, said=f"{found.said} {warning}".strip())
        elif key in withdrawn:
            newer = withdrawn[key].replaced_by
            date = withdrawn[key].date
            if newer and newer[:16] in held:
                said = f"A newer edition replaced this report on {date}. Look for the passage there and save it again."
                yield Found(saved, "replaced", said, newer=newer)
            else:
                said = f"This report was withdrawn on {date}: its file is gone. Check before you quote it."
                yield Found(saved, "withdrawn", said)
        else:
            yield Found(saved, "unknown", "This report is not in this library.")


def _found(store: Store, report: Report, saved: Saved) -> Found:
    words = _words(store, report.id, saved.first, saved.last)
    if words is None or (saved.digest and digest(_joined(words[0])) != saved.digest):
        elsewhere = _elsewhere(store, report, saved)
        if elsewhere is None:
            return Found(
                saved, "changed",
                "This report has been read again, and the passage is not there in the same words. Open the page, check "
                "it and save it again.",
                report, number=saved.number,
            )  # fmt: skip
        saved, words = elsewhere
    paragraphs, page = words
    return Found(
        saved, "held", "", report, _joined(paragraphs),
        page.number, page.label, paragraphs[0].number, page_end=paragraphs[-1].last_page,
    )  # fmt: skip


def _elsewhere(store: Store, report: Report, saved: Saved) -> tuple[Saved, tuple[list[Paragraph], Page]] | None:
    """Find the same text at another place in the report, which has been read again since."""
    text = store.readings.text(store.readings.current_of(report.id))
    length = saved.last - saved.first + 1
    for first in range(len(text.paragraphs) - length + 1):
        paragraphs = list(text.paragraphs[first : first + length])
        if digest(_joined(paragraphs)) == saved.digest:
            moved = replace(saved, first=first, last=first + length - 1)
            return moved, (paragraphs, text.pages[paragraphs[0].page - 1])
    return None


def _words(store: Store, report: str, first: int, last: int) -> tuple[list[Paragraph], Page] | None:
    if not 0 <= first <= last < first + _MOST_PARAGRAPHS:
        return None
    try:
        reading = store.readings.current_of(report)
        paragraphs = store.readings.paragraphs(reading, range(first, last + 1))
        (page,) = store.readings.pages(reading, [paragraphs[0].page])
    except Corrupt:  # the report was read again, and now has fewer paragraphs
        return None
    return paragraphs, page


def _joined(paragraphs: list[Paragraph]) -> str:
    return "\n".join(paragraph.text for paragraph in paragraphs)
