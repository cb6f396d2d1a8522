"""What is open of a library: one generation of its index with the corpus behind it, and what is worked out from them
once, for all questions.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpus.files import Coverage
from corpus.model import Item, ItemKind, Text
from corpus.storage.store import Store
from corpus.themes import Themes
from index.build import open_snapshot
from index.matching.deadline import Deadline
from index.matching.evaluator import Evaluator
from index.matching.expansion import Expansion
from index.matching.matches import Sections
from index.storage import generations
from index.storage.engine import Layout
from index.verify import assert_ours
from search.answering import facets
from search.answering.facets import Facets
from search.answering.ranking import Ranking, Titles
from search.answering.theme_index import ThemeTable
from search.conditions import Conditions

_THEME_SECONDS = 60.0  # once for a generation, however busy the machine is
_KEPT = 4096  # layouts of documents, about 5 KB each, that need not be read again


class Opened:
    """One generation of a library's index, open. For one thread at a time; close it or use it in a `with`.

    thorough: hash every byte of it first.
    """

    def __init__(self, database: Path, index: Path, themes: Themes, *, thorough: bool = False) -> None:
        self._generation = generations.current(index, thorough=thorough)
        self._themes = themes
        self._store = Store.open(database, read_only=True)
        try:
            assert_ours(self._store, self._generation)
            self._revision = self._store.revision
            self._snapshot = open_snapshot(self._generation, self._store.reports_read())
        except BaseException:
            self._store.close()
            raise
        described = self._generation.reports()
        self._reports: dict[int, dict[str, Any]] = {
            document: described[reading] for document, reading in self._snapshot.documents().items()
        }
        self._conditions = Conditions(self._reports)
        manifest = self._generation.manifest
        self._theme_table = ThemeTable(index.with_name("cache"), manifest.id, manifest.fingerprint, themes)
        self._expansion = Expansion(self._snapshot)
        self._layout: Callable[[int], Layout] = lru_cache(_KEPT)(self._snapshot.layout)
        self._sections: Callable[[int], Sections] = lru_cache(_KEPT)(lambda document: Sections(self._layout(document)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index and the corpus."""
        self._snapshot.close()
        self._store.close()

    def lost(self) -> bool:
        """Whether a report was removed since it was opened: its text is no longer there to be shown."""
        revision = self._store.revision
        if revision != self._revision:
            if not self._store.reports_read().keys() >= set(self._snapshot.documents().values()):
                return True
            self._revision = revision
        return False

    @property
    def generation(self) -> str:
        """The id of the generation that answers."""
        return self._generation.manifest.id

    @property
    def built_at(self) -> str:
        """When that generation was built: UTC, ISO 8601."""
        return self._generation.manifest.built_at

    @property
    def themes(self) -> Themes:
        """The vocabulary that queries are read with."""
        return self._themes

    @property
    def coverage(self) -> Coverage:
        """What is searched and what is not."""
        return self._coverage

    def text(self, report: str) -> Text:
        """Everything that was read of a report (full id), as this generation knows it."""
        return self._store.text(self._readings[report])

    @cached_property
    def _coverage(self) -> Coverage:
        """That of the generation, without the reports that were removed since."""
        whole = self._generation.manifest.coverage
        here = self._reports.values()
        unread = [report["unread_pages"] for report in here]
        searchable = sum(report["unread_pages"] < report["pages"] for report in here)
        return replace(whole, reports=len(here), searchable=searchable, unread_pages=sum(unread))

    @cached_property
    def _readings(self) -> dict[str, int]:
        """The reading of each report."""
        documents = self._snapshot.documents()
        return {known["id"]: documents[document] for document, known in self._reports.items()}

    def items(self, report: str, kind: ItemKind | None = None) -> list[Item]:
        """The recommendations and findings of a report (full id), or those of one kind, as this generation knows it."""
        return self._store.items(self._readings[report], kind)

    def themed(self) -> dict[str, set[int]]:
        """The documents that have each theme, by its name in the order of the vocabulary."""
        return self._themed

    @cached_property
    def _themed(self) -> dict[str, set[int]]:
        documents = self._snapshot.documents()
        readings = self._theme_table.readings(
            self._snapshot,
            lambda some, words, phrases: Evaluator(
                some, self._conditions.matching, Deadline(_THEME_SECONDS), self._layout, self._sections, words, phrases
            ),
        )
        document_of = {reading: document for document, reading in documents.items()}
        return {
            name: {document_of[reading] for reading in having if reading in document_of}
            for name, having in readings.items()
        }

    @cached_property
    def _size(self) -> int:
        """One more than the highest number of a document."""
        return max(self._reports, default=-1) + 1

    @cached_property
    def _theme_masks(self) -> dict[str, int]:
        return {name: facets.mask(having, self._size) for name, having in self.themed().items()}

    @cached_property
    def _by_id(self) -> list[int]:
        """All documents in the order of their reports' ids."""
        return sorted(self._reports, key=lambda document: str(self._reports[document]["id"]))

    @cached_property
    def _cases(self) -> dict[int, str | int]:
        """The case of each document; of one without a case the document itself."""
        return {document: report["case"] or document for document, report in self._reports.items()}

    @cached_property
    def _titles(self) -> Titles:
        return Titles({document: report["title"] for document, report in self._reports.items()})

    @cached_property
    def _ranking(self) -> Ranking:
        return Ranking(self._snapshot.lengths(), self._titles)

    @cached_property
    def _counting(self) -> Facets:
        return Facets(self._reports)

    def _evaluator(self, deadline: Deadline) -> Evaluator:
        return Evaluator(
            self._snapshot,
            self._conditions.matching,
            deadline,
            self._layout,
            self._sections,
            self._expansion,
            self._theme_table.phrases.postings,
        )
