"""The text of readings, from wherever it is kept."""

from collections.abc import Collection
from typing import Protocol

from corpus.model import Item, ItemKind, Page, Paragraph, Section, Text


class Texts(Protocol):
    """What is shown of readings; see `corpus.storage.readings.Readings`. Raises Gone for one that was removed."""

    def text(self, reading: int) -> Text:
        """Everything that was read."""

    def paragraphs(self, reading: int, ordinals: Collection[int]) -> list[Paragraph]:
        """Some paragraphs, in order, each once."""

    def pages(self, reading: int, numbers: Collection[int] | None = None) -> list[Page]:
        """The pages in order, or those with the numbers."""

    def sections(self, reading: int, ordinals: Collection[int] | None = None) -> list[Section]:
        """The sections in order, or those with the ordinals."""

    def items(self, reading: int, kind: ItemKind | None = None) -> list[Item]:
        """The recommendations and findings in order, or those of one kind."""

    def indexable(self, reading: int) -> list[tuple[str, str, bool]]:
        """(text as it is searched, kind of section, is it a heading) of every paragraph, in order."""
