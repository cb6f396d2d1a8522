"""An open library: the interface for the command, the web page and Python programs."""

from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from corpus.errors import Corrupt, Gone, NoIndex, NotFound, UsageError
from corpus.files import Failure
from corpus.model import Item, ItemKind, Text
from corpus.reasons import TAKEN_DOWN
from corpus.report import Coverage, Report
from corpus.settings import Settings, load_settings
from corpus.storage.store import Store
from corpus.themes import Themes, load_themes
from search import periods as period_parser
from search.filters import EVERYTHING, Filters
from search.opening import open_searcher, pointer
from search.periods import Periods
from search.request import SearchOptions, SearchRequest
from search.results import Results
from search.searcher import Searcher

if TYPE_CHECKING:
    from search.answering.similar import Alike
    from search.batch.flow import Flow
    from search.batch.runner import BatchSummary, Source
    from search.batch.study import Queries, Study
    from search.sheets.query_sheet import Question

_Answer = TypeVar("_Answer")


class Library:
    """A collection of reports and its index.

    It switches to each new generation of the index. With `follows=False`, it stays with the generation that it opened
    until it is closed or one of its reports is removed.
    """

    def __init__(self, path: Path, *, follows: bool = True, **overrides: Any) -> None:
        self.settings: Settings = load_settings(path, **overrides)
        if not self.settings.has_library:
            if self.settings.index.exists():
                raise NoIndex(
                    f"{self.settings.database} is missing. Restore it from a backup, or run `reviews update`, which "
                    "reads every PDF again. Then run `reviews index --rebuild`."
                )
            raise NoIndex(
                f"There is no library at {self.settings.library}. Create one with `reviews init`, or choose another "
                "with --library."
            )
        self._follows = follows
        self._searcher: Searcher | None = None
        self._pointer: bytes = b""
        self._store: Store | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store and the searcher. The library can be used again afterwards."""
        if self._searcher:
            self._searcher.close()
            self._searcher = None
        if self._store:
            self._store.close()
            self._store = None

    def for_another_thread(self) -> Self:
        """Return the same library for another thread. Both share the open index. Not for a cluster."""
        other = copy(self)
        other._store = None
        if self._searcher:
            other._searcher = self._searcher.for_another_thread()
        return other

    def search(
        self, query: str | SearchRequest, filters: Filters = EVERYTHING, **options: Unpack[SearchOptions]
    ) -> Results:
        """Answer a query or a request. The options are the fields of SearchRequest, such as limit, sort, per_report.

        Raises UsageError for an invalid option, and QueryRefused if the query exceeds a limit.
        """
        unknown = options.keys() - SearchOptions.__annotations__.keys()
        if unknown:
            known = ", ".join(SearchOptions.__annotations__)
            raise UsageError(
                f"There is no option `{min(unknown)}`. The options are: {known}. Filters are given as one value: "
                "search(query, Filters(years=(2015, None)))."
            )
        request = query if isinstance(query, SearchRequest) else SearchRequest(query, filters, **options)
        return self._ask(lambda searcher: searcher.search(request))

    def find(self, report: str, query: str) -> Results:
        """Return every mention in one report, in order. `report` is an id or the start of one."""
        found = self.corpus().report(report)
        return self.search(query, Filters(reports=(found.id,)), per_report=None)

    def similar(self, report: str, paragraph: str | None = None, *, limit: int = 10) -> "list[Alike]":
        """Return the reports most like one, or the passages most like one of its paragraphs.

        `report` is an id or the start of one. `paragraph` is its printed number ("4.3.2"), or "#" and its ordinal.
        """
        store = self.corpus()
        found = store.report(report)
        ordinal = (
            None if paragraph is None else _ordinal(store.readings.text(store.readings.current_of(found.id)), paragraph)
        )
        return self._ask(lambda searcher: searcher.similar(found.id, ordinal, limit))

    def batch(
        self,
        asked: "Sequence[Question]",
        out: Path,
        *,
        form: str | None = None,
        jobs: int = 1,
        web: str = "",
        most: bool = False,
        periods: Periods = (),
        raw: bool = False,
        each: bool = False,
        sheet: str = "",
        read: str = "",
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> "BatchSummary":
        """Answer many questions, and write .xlsx, .csv or .jsonl with tidy tables next to it.

        `asked` comes from `search.sheets.query_sheet.questions`. With `most`, the reports with most of a query's words
        are also listed. `periods` are pairs of years, such as (2015, 2018), which replace single years. `raw` omits the
        guard against formulas in CSV. `each` adds a table with one row per mention.
        """
        from search.batch import runner  # imports the spreadsheet writers, which a search does not need

        return runner.run(
            asked,
            self._source(),
            Path(out),
            form=form,
            jobs=jobs,
            web=web,
            most=most,
            periods=periods,
            raw=raw,
            each=each,
            sheet=sheet,
            read=read,
            progress=progress,
        )

    def study(self, queries: "Queries", filters: Filters = EVERYTHING, *, periods: Periods | str = ()) -> "Study":
        """Run several queries and return tables: n of N by period, place and kind, pairs of queries, every mention.

        `queries` is a list, a dictionary of ids and queries, or the path of a sheet. `periods` is "2015-2018,2019-2022"
        or pairs of years; without them each year is a period. Raises UsageError if a query cannot be run.
        """
        from search.batch.study import study

        return study(self._source(), queries, filters, period_parser.checked(periods))

    def flow(self, queries: Sequence[str], filters: Filters = EVERYTHING) -> "Flow":
        """Return the flow of a systematic review (PRISMA 2020), from the files found to the reports that match any
        query.
        """
        from search.batch.flow import flow

        searcher = self.searcher()
        known, within = searcher.reports(), {report.id for report in searcher.reports(filters)}
        answers = [self.search(query, filters, limit=None, per_report=0, facets=False) for query in queries]
        return flow(
            known,
            within,
            {hit.report.id for answer in answers for hit in answer},
            years=filters.years is not None,
            failures=searcher.coverage.failures,
            waiting=searcher.coverage.waiting,
            removed=len(self.corpus().removals()) + sum(each.reason in TAKEN_DOWN for each in self.failures()),
        )

    def _source(self) -> "Source":
        from search.batch.runner import Source

        return Source(self.settings)

    def _ask(self, ask: Callable[[Searcher], _Answer]) -> _Answer:
        """Query the current generation.

        If it is damaged, the newest intact one is used instead. If a report is removed during the search, the search is
        repeated without it.
        """
        try:
            return ask(self.searcher())
        except Gone:
            if self.settings.engine == "opensearch":
                self.close()  # an open searcher does not notice by itself that a report is gone
            return ask(self.searcher())
        except Corrupt:
            self.close()
            self._searcher = open_searcher(self.settings, self.themes(), thorough=True)
            return ask(self._searcher)

    def searcher(self) -> Searcher:
        """Return a searcher for the current generation."""
        if self._searcher and self._searcher.lost():
            self.close()
        if self._searcher and not self._follows:
            return self._searcher
        named = pointer(self.settings)
        if self._searcher is None or named != self._pointer:
            self.close()
            self._searcher = open_searcher(self.settings, self.themes())
            self._pointer = named
        return self._searcher

    def themes(self) -> Themes:
        """Return the built-in themes and those of the library."""
        return load_themes(self.settings.themes)

    def reports(self) -> list[Report]:
        """Return all reports, sorted by file name."""
        return self.corpus().reports()

    def report(self, id_or_prefix: str) -> tuple[Report, Text]:
        """Return a report with its text, by its id or an unambiguous start of it."""
        store = self.corpus()
        report = store.report(id_or_prefix)
        return report, store.readings.text(store.readings.current_of(report.id))

    def items(self, report: str | None = None, kind: ItemKind | None = None) -> list[tuple[Report, Item]]:
        """Return the recommendations and findings of all reports, or of one, each with its report."""
        store = self.corpus()
        asked = store.reports() if report is None else [store.report(report)]
        return [
            (each, item) for each in asked for item in store.readings.items(store.readings.current_of(each.id), kind)
        ]

    def coverage(self) -> Coverage:
        """Return what the library contains and what is searchable now.

        A search result has the coverage of its own index instead.
        """
        return self.corpus().coverage()

    def failures(self) -> Sequence[Failure]:
        """Return the files that could not be read, and why."""
        return self.corpus().failures()

    def store(self) -> Store:
        """Open the corpus read-only. The caller closes it."""
        if self.settings.engine == "opensearch" and not self.settings.database.exists():
            return self._shown()
        return Store.open(self.settings.database, read_only=True)

    def _shown(self) -> Store:
        from reviews.cluster_corpus import ClusterStore

        return ClusterStore.over(self.settings, self.searcher())

    def corpus(self) -> Store:
        """Return the corpus, which is kept open because a store caches its reports until they change."""
        if self.settings.engine == "opensearch":
            self.searcher()  # drops a corpus that shows an older generation
        if self._store is None:
            self._store = self._shown() if self.settings.engine == "opensearch" else self.store()
        return self._store


def _ordinal(text: Text, paragraph: str) -> int:
    """Return the ordinal of a paragraph given by its printed number, or by # and its ordinal."""
    wanted = paragraph.strip()
    if wanted.startswith("#") and wanted[1:].isdecimal():
        found = [int(wanted[1:])] if int(wanted[1:]) < len(text.paragraphs) else []
    else:
        found = [p.ordinal for p in text.paragraphs if p.number and p.number.strip(".") == wanted.strip(".")]
    if len(found) > 1:
        some = ", ".join(f"#{ordinal} on page {text.paragraphs[ordinal].page}" for ordinal in found[:10])
        raise NotFound(f"Paragraph {paragraph} occurs in the report more than once: {some}. Choose one by its #number.")
    if not found:
        raise NotFound(f"There is no paragraph {paragraph} in the report. `reviews show REPORT --page N` shows them.")
    return found[0]
