"""An open library: one generation of its index, the corpus, and what all queries of that generation share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from copy import copy
from functools import cached_property, lru_cache
from itertools import pairwise
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Self

from corpus.model import Item, ItemKind, Paragraph, Text
from corpus.paths import LibraryPaths
from corpus.report import Coverage, Report
from corpus.storage.near_duplicates import Pair, copies
from corpus.storage.store import Store
from corpus.texts import Texts
from corpus.themes import Themes
from index.build import open_snapshot
from index.deadline import Deadline
from index.matching.evaluator import Evaluator
from index.matching.expansion import Slots, WordLookup
from index.matching.sections import EVERY_KIND, Layouts, Sections
from index.storage import generations
from index.storage.engine import Snapshot
from index.storage.generations import Generation
from index.storage.packed_counts import PackedCounts
from index.storage.postings import Postings
from index.verify import assert_ours
from search.answering import facets
from search.answering.facets import Facets
from search.answering.ranking import Ranking, Titles
from search.answering.theme_index import LazyMapping, ThemeTable
from search.report_conditions import Conditions

if TYPE_CHECKING:
    from search.answering.similar import Alike

THEME_SECONDS = 60.0  # once per generation, even on a busy computer
_SIMILAR = 2048  # reports whose similar ones are cached, about 3 KB each
_KEPT = 4096  # documents whose sections are cached


class Session:
    """One open generation of a library's index. Close it after use.

    It is for one thread at a time. Another thread uses `for_another_thread`.

    With `thorough`, every byte of it is hashed first. `model` is the folder of the language model, unless it is the
    model of the extra.
    """

    def __init__(
        self, database: Path, index: Path, themes: Themes, *, thorough: bool = False, model: Path | None = None
    ) -> None:
        generation = generations.current(index, thorough=thorough)
        store = Store.open(database, read_only=True)
        try:
            described = generation.reports()
            revision = store.revision
            held = assert_ours(store, generation, described)
            self._revision = revision
            snapshot = open_snapshot(generation, held)
        except BaseException:
            store.close()
            raise
        self._store = store
        self._share(LibraryPaths(index.parent), generation, snapshot, store.readings, described, themes, model)

    def _share(
        self,
        paths: LibraryPaths,
        generation: Generation,
        snapshot: Snapshot,
        texts: Texts,
        described: Mapping[int, Report],
        themes: Themes,
        model: Path | None,
        *,
        counts: bool = True,
    ) -> None:
        """Prepare what all queries share.

        `described` is the report of each reading. `counts` is whether the mentions of themes are counted in advance.
        """
        self.vectors: Path | None = paths.vectors
        self.model = model
        self.generation = generation
        self.themes = themes
        self.snapshot = snapshot
        self.texts = texts
        self.reports: dict[int, Report] = {
            document: described[reading] for document, reading in snapshot.documents().items()
        }
        self.conditions = Conditions(self.reports)
        manifest = generation.manifest
        self._theme_table = ThemeTable(paths.cache, manifest.id, manifest.fingerprint, themes, counts=counts)
        self._lookup = WordLookup(self.snapshot)
        self.layout = layout = Layouts(self.snapshot.layout, self.snapshot.documents())
        self._sections: Callable[[int], Sections] = lru_cache(_KEPT)(lambda document: Sections(layout(document)))
        self._alike: dict[tuple[int, int], list[Alike]] = {}
        self._open = [True]  # one for each session that uses the snapshot

    def for_another_thread(self) -> Self:
        """Return a session for another thread. The open index is shared, and closed with the last session."""
        store = Store.open(self._store.path, read_only=True)
        other = copy(self)
        other._store, other.texts = store, store.readings
        self._open.append(True)
        return other

    def prepare(self) -> None:
        """Compute what all queries and common words need, so that sessions for other threads share it."""
        _ = self.theme_masks, self.by_id, self.cases, self.ranking, self.counting, self.coverage, self.state_key
        self.layout.paragraphs(self.snapshot.documents())

    def close(self) -> None:
        """Close the index and the corpus."""
        self._store.close()
        self._open.pop()
        if not self._open:
            self.snapshot.close()

    def lost(self) -> bool:
        """Return whether a report has been removed since this was opened, so that its text can no longer be shown."""
        revision = self._store.revision
        if revision != self._revision:
            if not self._store.readings.reports().keys() >= set(self.snapshot.documents().values()):
                return True
            self._revision = revision
        return False

    @cached_property
    def state_key(self) -> Hashable:
        """The generation, how many of its reports are left (a report that was removed never comes back), the themes."""
        manifest = self.generation.manifest
        return manifest.id, manifest.built_at, len(self.reports), self.themes

    def text(self, report: str) -> Text:
        """Return everything that was read of a report (full id), as this generation has it."""
        return self.texts.text(self._readings[report])

    @cached_property
    def coverage(self) -> Coverage:
        """Return what is searched and what is not in this generation, without reports removed since."""
        built = self.generation.manifest.coverage
        return Coverage.of(self.reports.values(), built.failures, built.waiting)

    @cached_property
    def document_of(self) -> dict[str, int]:
        """Return the document of each report, by its full id."""
        return {known.id: document for document, known in self.reports.items()}

    @cached_property
    def _readings(self) -> dict[str, int]:
        """Return the reading of each report."""
        documents = self.snapshot.documents()
        return {report: documents[document] for report, document in self.document_of.items()}

    def items(self, report: str, kind: ItemKind | None = None) -> list[Item]:
        """Return the recommendations and findings of a report (full id), or those of one kind, as this generation has
        them.
        """
        return self.texts.items(self._readings[report], kind)

    def number_of_items(self, reports: Collection[str], kind: ItemKind | None = None) -> int:
        """Return how many recommendations and findings some reports (full ids) have, or how many of one kind."""
        return self.texts.number_of_items([self._readings[report] for report in reports], kind)

    def paragraphs(self, report: str, ordinals: Collection[int]) -> list[Paragraph]:
        """Return some paragraphs of a report (full id) in order, as this generation has them."""
        return self.texts.paragraphs(self._readings[report], ordinals)

    def page_labels(self, report: str, numbers: Collection[int]) -> dict[int, str]:
        """Return the printed numbers of some pages of a report (full id), by page number."""
        return {page.number: page.label for page in self.texts.pages(self._readings[report], numbers)}

    @cached_property
    def without_copies(self) -> set[int]:
        """Return the documents without those for which a near-duplicate counts."""
        left_out = copies(self.near_duplicates(), {known.id for known in self.reports.values()})
        return {document for document, known in self.reports.items() if known.id not in left_out}

    def near_duplicates(self) -> Collection[Pair]:
        """Return the pairs of reports that are almost identical."""
        return self._store.near_duplicates.pairs()

    def read_last(self) -> list[int]:
        """Return the documents, the most recently read first."""
        readings = self.snapshot.documents()
        return sorted(readings, key=lambda document: -readings[document])

    def expect(self, documents: Collection[int], terms: Collection[str] | None = None) -> None:
        """Announce which documents will be read, so that a remote engine can fetch them all at once.

        `terms` are the terms that will be read, if they are not those of the query.
        """

    @cached_property
    def themed(self) -> Mapping[str, set[int]]:
        """The documents that have each theme, by its name in the order of the vocabulary."""
        mentions = self._theme_mentions
        document_of = {reading: document for document, reading in self.snapshot.documents().items()}

        def having(name: str) -> set[int]:
            return {document_of[reading] for reading in mentions.keys(name) if reading in document_of}

        return LazyMapping([theme.name for theme in self.themes.themes], having)

    @cached_property
    def _theme_mentions(self) -> PackedCounts:
        """How often each reading that has a theme mentions it."""
        return self._theme_table.mentions(self.snapshot, self._theme_evaluator)

    def similar(self, document: int, limit: int) -> list[Alike]:
        """Return the reports most like a document, at most so many. They are cached, because a generation never
        changes.
        """
        from search.answering.similar import similar_reports

        found = self._alike.get((document, limit))
        if found is None:
            found = similar_reports(self.snapshot, self.texts, self.reports, document, limit)
            if len(self._alike) >= _SIMILAR:
                self._alike.clear()
            self._alike[document, limit] = found
        return found

    def strongest_themes(self, document: int) -> list[tuple[str, int]]:
        """Return the themes that a document mentions most compared with other reports, with its number of mentions."""
        held = len(self.reports)
        weighed = []
        for name, mentions in self.theme_mentions(document).items():
            weighed.append((mentions * log((held + 1) / (len(self.themed[name]) + 0.5)), name, mentions))
        return [(name, mentions) for _, name, mentions in sorted(weighed, key=lambda each: (-each[0], each[1]))]

    def theme_mentions(self, document: int) -> dict[str, int]:
        """Return how often a document mentions each of its themes."""
        reading = self.snapshot.documents()[document]
        return {
            name: self._theme_mentions.count(name, reading)
            for name, having in self.themed.items()
            if document in having
        }

    def cache_problems(self) -> list[str]:
        """Return what is wrong with the cached data of the themes, as sentences."""
        return self._theme_table.problems(self.snapshot, self._theme_evaluator)

    def _theme_evaluator(
        self, some: Snapshot, words: WordLookup, phrases: Callable[[Slots], Postings | None]
    ) -> Evaluator:
        return Evaluator(
            some, self.conditions.matching, Deadline(THEME_SECONDS), self.layout, self._sections, words, phrases
        )

    @cached_property
    def size(self) -> int:
        """The highest document number plus one."""
        return max(self.reports, default=-1) + 1

    @cached_property
    def theme_masks(self) -> dict[str, int]:
        return {name: facets.mask(having, self.size) for name, having in self.themed.items()}

    @cached_property
    def by_id(self) -> list[int]:
        """Return all documents, sorted by the ids of their reports."""
        return sorted(self.reports, key=lambda document: self.reports[document].id)

    @cached_property
    def cases(self) -> dict[int, str | int]:
        """Return the case of each document, or the document itself if it has no case."""
        return {document: report.case or document for document, report in self.reports.items()}

    def words(self, kinds: int) -> dict[str, int]:
        """Return the number of searched words of each report, by full id, in the sections of a section mask."""
        lengths = self.snapshot.lengths()
        return {
            report.id: lengths[document] if kinds == EVERY_KIND else self._words_in(document, lengths[document], kinds)
            for document, report in self.reports.items()
        }

    def _words_in(self, document: int, length: int, kinds: int) -> int:
        layout = self.layout(document)
        words = [end - start - 1 for start, end in pairwise(layout.starts)]  # one position between two is free
        words.append(length - sum(words))
        return sum(number for kind, number in zip(layout.kinds, words, strict=False) if 1 << kind & kinds)

    @cached_property
    def titles(self) -> Titles:
        return Titles({document: report.title for document, report in self.reports.items()})

    @cached_property
    def ranking(self) -> Ranking:
        return Ranking(self.snapshot.lengths(), self.titles)

    @cached_property
    def counting(self) -> Facets:
        return Facets(self.reports)

    def evaluator(self, deadline: Deadline) -> Evaluator:
        return Evaluator(
            self.snapshot,
            self.conditions.matching,
            deadline,
            self.layout,
            self._sections,
            self._lookup,
            self._theme_table.phrases.postings,
        )
