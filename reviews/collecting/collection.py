"""Collections of saved passages, as plain values.

A saved passage is a reference: which paragraphs of which report, with a note of the person who saved it. The words are
looked up when the collection is shown, so that nothing is left of a report that was taken down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

from corpus.errors import NotFound, UsageError

MOST_COLLECTIONS = 20
MOST_PASSAGES = 500
"""In all collections of a person together."""
LONGEST_NOTE = 2_000
LONGEST_NAME = 80
FIRST_NAME = "My collection"


@dataclass(frozen=True, slots=True)
class Saved:
    """A reference to the paragraphs `first` to `last` (ordinals) of a report.

    report: its id, or at least 16 characters of it. page: 1-based, where the passage began when it was saved.
    number: its printed number. generation: of the index, at that time. date: of that day. digest: tells whether the
    words are still the same; "" in a passage whose report was removed.
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
        """Whether it is the passage that begins with a paragraph (ordinal) of a report (id or the start of one)."""
        return self.first == first and self.report[:16] == report[:16]

    @property
    def bare(self) -> Self:
        """The reference without anything that could repeat the words of its report."""
        return replace(self, number=None, digest="", note="")


@dataclass(frozen=True, slots=True)
class Collection:
    """A named list of passages, in the order that the person gave them. key: its name in addresses."""

    key: str
    name: str
    passages: tuple[Saved, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """All collections of one person. open_key: of the one that newly saved passages go to."""

    collections: tuple[Collection, ...] = ()
    open_key: str = "1"

    @property
    def open(self) -> Collection:
        """The collection that newly saved passages go to. It exists from the first passage on."""
        return self._named(self.open_key) or (self.collections[0] if self.collections else Collection("1", FIRST_NAME))

    def of(self, key: str) -> Collection:
        """The collection with a key. Raises NotFound."""
        found = self._named(key)
        if found is None:
            raise NotFound("There is no such collection here. Open your collections, and choose one of them.")
        return found

    def _named(self, key: str) -> Collection | None:
        return next((each for each in self.collections if each.key == key), None)

    def saving(self, saved: Saved) -> Self:
        """With a passage added to the open collection, unless it is in it. Raises UsageError for one too many."""
        if any(each.is_at(saved.report, saved.first) for each in self.open.passages):
            return self
        if sum(len(each.passages) for each in self.collections) >= MOST_PASSAGES:
            raise UsageError(
                f"You have saved {MOST_PASSAGES} passages, which is the maximum. Download a collection and "
                "delete it, then save again."
            )
        return self._with(replace(self.open, passages=(*self.open.passages, saved)))

    def without(self, key: str, report: str, first: int) -> Self:
        """With a passage taken out of a collection."""
        held = self.of(key)
        kept = tuple(each for each in held.passages if not each.is_at(report, first))
        return self._with(replace(held, passages=kept))

    def noted(self, key: str, report: str, first: int, note: str) -> Self:
        """With another note on a passage. Raises UsageError for one that is too long."""
        note = "\n".join(line.rstrip() for line in printable(note).splitlines()).strip()
        if len(note) > LONGEST_NOTE:
            raise UsageError(f"The note has {len(note):,} characters. Shorten it to {LONGEST_NOTE:,}.")
        return self._each(key, lambda saved: replace(saved, note=note) if saved.is_at(report, first) else saved)

    def moved(self, key: str, report: str, first: int, by: int) -> Self:
        """With a passage moved up (by -1) or down (by 1) in its collection; at the end it stays where it is."""
        held = self.of(key)
        passages = list(held.passages)
        at = next((n for n, each in enumerate(passages) if each.is_at(report, first)), None)
        if at is not None and 0 <= at + by < len(passages):
            passages.insert(at + by, passages.pop(at))
        return self._with(replace(held, passages=tuple(passages)))

    def renamed(self, key: str, name: str) -> Self:
        """With another name for a collection. Raises UsageError for one that is empty or too long."""
        return self._with(replace(self.of(key), name=checked_name(name)))

    def opening(self, key: str) -> Self:
        """With the collection that newly saved passages go to."""
        return replace(self, open_key=self.of(key).key)

    def begun(self, name: str) -> Self:
        """With a new, empty collection, which is then the open one."""
        return self.having([Collection("", checked_name(name))])

    def deleted(self, key: str) -> Self:
        """Without a collection."""
        gone = self.of(key)
        return replace(self, collections=tuple(each for each in self.collections if each is not gone))

    def having(self, collections: Iterable[Collection]) -> Self:
        """With collections added as they are, under keys of their own. The last of them is then the open one."""
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
        """With bare references to the reports that were removed for good."""
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
    """The name of a collection. Raises UsageError for one that is empty or too long."""
    name = " ".join(printable(name).split())
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(f"A collection needs a name of at most {LONGEST_NAME} characters. Give it one.")
    return name


def printable(text: str) -> str:
    """A text without control characters other than line breaks."""
    return "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c.isprintable() or c == "\n")


def digest(words: str) -> str:
    """What tells whether a passage still has the same words."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]
