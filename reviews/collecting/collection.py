"""Collections of saved passages, as plain values.

A saved passage is a reference to paragraphs of a report, with a note by the person who saved it. The text is looked up
when the collection is shown, so that nothing remains of a report that has been removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

from corpus.errors import NotFound, UsageError

MOST_COLLECTIONS = 20
MOST_PASSAGES = 500
"""The limit for all collections of a person together."""
LONGEST_NOTE = 2_000
LONGEST_NAME = 80
FIRST_NAME = "My collection"


@dataclass(frozen=True, slots=True)
class Saved:
    """A reference to the paragraphs `first` to `last` (ordinals) of a report.

    `report` is its id, or at least the first 16 characters of it. `page` (1-based) is where the passage began when it
    was saved, and `number` is its printed number. `generation` is the index generation at that time, and `date` the
    day. `digest` shows whether the text is still the same; it is "" if the report was removed.
    """

    report: str
    first: int
    last: int
    page: int
    number: str | None = None
    generation: str = ""
    date: str = ""
    digest: str = ""
    note: str = ""

    def is_at(self, report: str, first: int) -> bool:
        """Return whether the passage begins with a paragraph (ordinal) of a report (id or the start of one)."""
        return self.first == first and self.report[:16] == report[:16]

    @property
    def bare(self) -> Self:
        """Return the reference without anything that could quote the report."""
        return replace(self, number=None, digest="", note="")


@dataclass(frozen=True, slots=True)
class Collection:
    """A named list of passages, in the person's own order. `key` is its name in addresses."""

    key: str
    name: str
    passages: tuple[Saved, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """All collections of one person. Newly saved passages go to the collection with `open_key`."""

    collections: tuple[Collection, ...] = ()
    open_key: str = "1"

    @property
    def open(self) -> Collection:
        """Return the collection for newly saved passages. It is created with the first passage."""
        return self._named(self.open_key) or (self.collections[0] if self.collections else Collection("1", FIRST_NAME))

    def of(self, key: str) -> Collection:
        """Return the collection with a key. Raises NotFound."""
        found = self._named(key)
        if found is None:
            raise NotFound("There is no such collection here. Open your collections, and choose one of them.")
        return found

    def _named(self, key: str) -> Collection | None:
        return next((each for each in self.collections if each.key == key), None)

    def saving(self, saved: Saved) -> Self:
        """Add a passage to the open collection, unless it is already there. Raises UsageError if there are too many."""
        if any(each.is_at(saved.report, saved.first) for each in self.open.passages):
            return self
        if sum(len(each.passages) for each in self.collections) >= MOST_PASSAGES:
            raise UsageError(
                f"You have saved {MOST_PASSAGES} passages, which is the maximum. Download a collection and "
                "delete it, then save again."
            )
        return self._with(replace(self.open, passages=(*self.open.passages, saved)))

    def without(self, key: str, report: str, first: int) -> Self:
        """Remove a passage from a collection."""
        held = self.of(key)
        kept = tuple(each for each in held.passages if not each.is_at(report, first))
        return self._with(replace(held, passages=kept))

    def noted(self, key: str, report: str, first: int, note: str) -> Self:
        """Replace the note on a passage. Raises UsageError if the note is too long."""
        note = "\n".join(line.rstrip() for line in printable(note).splitlines()).strip()
        if len(note) > LONGEST_NOTE:
            raise UsageError(f"The note has {len(note):,} characters. Shorten it to {LONGEST_NOTE:,}.")
        return self._each(key, lambda saved: replace(saved, note=note) if saved.is_at(report, first) else saved)

    def moved(self, key: str, report: str, first: int, by: int) -> Self:
        """Move a passage up (`by` is -1) or down (1) in its collection. At either end it stays where it is."""
        held = self.of(key)
        passages = list(held.passages)
        at = next((n for n, each in enumerate(passages) if each.is_at(report, first)), None)
        if at is not None and 0 <= at + by < len(passages):
            passages.insert(at + by, passages.pop(at))
        return self._with(replace(held, passages=tuple(passages)))

    def renamed(self, key: str, name: str) -> Self:
        """Rename a collection. Raises UsageError if the name is empty or too long."""
        return self._with(replace(self.of(key), name=checked_name(name)))

    def opening(self, key: str) -> Self:
        """Make a collection the one for newly saved passages."""
        return replace(self, open_key=self.of(key).key)

    def begun(self, name: str) -> Self:
        """Create an empty collection, and make it the open one."""
        return self.having([Collection("", checked_name(name))])

    def deleted(self, key: str) -> Self:
        """Delete a collection."""
        gone = self.of(key)
        return replace(self, collections=tuple(each for each in self.collections if each is not gone))

    def having(self, collections: Iterable[Collection]) -> Self:
        """Add existing collections under new keys. The last of them becomes the open one."""
        found = self
        for each in collections:
            if len(found.collections) >= MOST_COLLECTIONS:
                raise UsageError(f"You have {MOST_COLLECTIONS} collections, which is the maximum. Delete one first.")
            key = str(1 + max((int(held.key) for held in found.collections), default=0))
            found = replace(found._with(replace(each, key=key)), open_key=key)
        if sum(len(each.passages) for each in found.collections) > MOST_PASSAGES:
            raise UsageError(f"Together these are more than {MOST_PASSAGES} passages. Delete some first.")
        return found

    def forgetting(self, removed: Callable[[str], bool]) -> Self:
        """Reduce references to permanently removed reports to bare references."""
        return replace(
            self,
            collections=tuple(
                replace(each, passages=tuple(p.bare if removed(p.report) else p for p in each.passages))
                for each in self.collections
            ),
        )

    def _each(self, key: str, change: Callable[[Saved], Saved]) -> Self:
        held = self.of(key)
        return self._with(replace(held, passages=tuple(map(change, held.passages))))

    def _with(self, changed: Collection) -> Self:
        if self._named(changed.key) is None:
            return replace(self, collections=(*self.collections, changed), open_key=changed.key)
        return replace(
            self, collections=tuple(changed if each.key == changed.key else each for each in self.collections)
        )


def checked_name(name: str) -> str:
    """Return the name of a collection. Raises UsageError if it is empty or too long."""
    name = " ".join(printable(name).split())
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(f"A collection needs a name of at most {LONGEST_NAME} characters. Give it one.")
    return name


def printable(text: str) -> str:
    """Return a text without control characters other than line breaks."""
    return "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c.isprintable() or c == "\n")


def digest(words: str) -> str:
    """Return a hash that shows whether a passage still has the same text."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]
