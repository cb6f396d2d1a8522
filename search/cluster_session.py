"""A generation in an OpenSearch cluster, open for queries: like `search.session`, but without a local corpus."""

from collections.abc import Collection
from pathlib import Path

from corpus.paths import LibraryPaths
from corpus.report import Coverage
from corpus.storage.near_duplicates import Pair
from corpus.themes import Themes
from index.deadline import Deadline
from index.matching.evaluator import Evaluator
from index.matching.expansion import WordLookup
from index.opensearch.asking.evaluator import ClusterEvaluator
from index.opensearch.asking.opening import Opened
from index.opensearch.asking.questions import Asking
from index.opensearch.asking.snapshot import ClusterSnapshot
from index.storage.engine import Snapshot
from index.storage.generations import Generation
from index.storage.manifest import Manifest
from search.session import THEME_SECONDS, Session


class ClusterSession(Session):
    """One open generation of a cluster. For use by one thread at a time.

    `library` is the folder with the settings, in which the cached themes are stored. `generation`, `built_at`,
    `fingerprint` and `coverage` describe what is published.
    """

    def __init__(
        self,
        cluster: Asking,
        opened: Opened,
        library: Path,
        themes: Themes,
        *,
        generation: str,
        built_at: str,
        fingerprint: str,
        coverage: Coverage,
    ) -> None:
        self.opened = opened
        snapshot, texts = opened.reader(cluster)
        self._cluster_snapshot = snapshot
        self._counted: dict[int, dict[str, int]] = {}  # mentions of themes, of documents that were asked for
        described = {key: opened.reports[number] for key, number in opened.keys.items()}
        manifest = Manifest(generation, built_at, 0, fingerprint, (), frozenset(), coverage)
        paths, published = LibraryPaths(library), Generation(library, manifest)
        self._share(paths, published, snapshot, texts, described, themes, None, counts=False)
        self.vectors = None

    def close(self) -> None:
        """Does nothing. The code that opened the cluster closes it."""

    def lost(self) -> bool:
        """Return whether requested data no longer exists, because the generation has been deleted."""
        return self._cluster_snapshot.questions.lost

    def expect(self, documents: Collection[int], terms: Collection[str] | None = None) -> None:
        self._cluster_snapshot.questions.expect(documents, terms)

    def read_last(self) -> list[int]:
        return sorted(self.reports, reverse=True)

    def evaluator(self, deadline: Deadline) -> Evaluator:
        return self._over(self._cluster_snapshot, self._lookup, deadline)

    def _theme_evaluator(self, some: Snapshot, words: WordLookup, phrases: object) -> Evaluator:
        return self._over(some, words, Deadline(THEME_SECONDS))

    def _over(self, some: Snapshot, words: WordLookup, deadline: Deadline) -> Evaluator:
        if not isinstance(some, ClusterSnapshot):
            raise TypeError("no snapshot of a cluster")
        return ClusterEvaluator(some, self.conditions.matching, deadline, self.layout, self._sections, words)

    def near_duplicates(self) -> Collection[Pair]:
        return self.opened.copies

    def theme_mentions(self, document: int) -> dict[str, int]:
        if document not in self._counted:
            look = self._theme_evaluator(self.snapshot.among([document]), self._lookup, None)
            trees = self._theme_table.trees
            answers = {name: look.evaluate(trees[name]) for name, having in self.themed.items() if document in having}
            self._counted[document] = {name: len(answer.mentions(document)) for name, answer in answers.items()}
        return self._counted[document]

    def words(self, kinds: int) -> dict[str, int]:
        return {
            self.reports[number].id: sum(some for code, some in of_kind.items() if kinds >> code & 1)
            for number, of_kind in self.opened.words.items()
        }
