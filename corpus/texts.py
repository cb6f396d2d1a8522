"""The text of readings, wherever it is stored."""

from collections.abc import Collection
from typing import Protocol

from corpus.model import Item, ItemKind, Page, Paragraph, Section, Text


class Texts(Protocol):
    """The content of readings; see `corpus.storage.readings.Readings`. Raises Gone for a reading that was removed."""

    def text(self, reading: int) -> Text:
        """Return everything that was read."""

    def paragraphs(self, reading: int, ordinals: Collection[int]) -> list[Paragraph]:
        """Return some paragraphs in order, each once."""

    def pages(self, reading: int, numbers: Collection[int] | None = None) -> list[Page]:
        """Return the pages in order, or only those with these numbers."""

    def sections(self, reading: int, ordinals: Collection[int] | None = None) -> list[Section]:
        """Return the sections in order, or only those with these ordinals."""

    def items(self, reading: int, kind: ItemKind | None = None) -> list[Item]:
        """Return the recommendations and findings in order, or those of one kind."""

    def number_of_items(self, readings: Collection[int], kind: ItemKind | None = None) -> int:
        """Return how many recommendations and findings some readings have, or how many of one kind."""

    def indexable(self, reading: int) -> list[tuple[str, str, bool]]:
        """Return (text as it is searched, kind of section, whether it is a heading) for every paragraph, in order."""
