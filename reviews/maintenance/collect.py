"""Collect from the boards' pages, under the library's lock and with a record; check and suggest sources."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from corpus.catalogue.text_table import guarded
from corpus.errors import UsageError
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest.collect.addresses import NOTHING_MORE, refusal
from ingest.collect.crawl import crawl
from ingest.collect.listing_rows import kind_of
from ingest.collect.protocol import Ended, Failed, PageRead, Task
from ingest.collect.run import collect
from ingest.collect.sources import COLUMNS, Source, chosen, load
from ingest.collect.summary import CollectSummary
from ingest.collect.troubles import SENTENCES, Trouble
from ingest.structure.identity.bodies import area_of
from reviews.maintenance import erase
from reviews.maintenance.update import Run, recorded

ALLOWANCE = NOTHING_MORE
"""Extra addresses that tests may use. Only code can change it."""

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class CollectRun:
    """The record of a collecting run."""

    run: Run = field(default_factory=lambda: Run("collect"))
    done: CollectSummary = field(default_factory=CollectSummary)

    def to_dict(self) -> dict[str, Any]:
        return {"collect": self.done.to_dict()}


def run(settings: Settings, names: Sequence[str], *, dry_run: bool, progress: Progress) -> CollectSummary:
    """Collect from the sources with these names, or from all.

    With `dry_run`, report what would be fetched, and change nothing. Raises UsageError if the list of sources has
    mistakes, and Locked while another run is writing to the library.
    """
    sources = chosen(load(settings.sources, ALLOWANCE), names)
    if dry_run:
        with Store.open(settings.database, read_only=True) as store:
            return collect(store, settings, sources, dry_run=True, allowance=ALLOWANCE, progress=progress)
    made = CollectRun()
    with recorded(settings, made.run, made.to_dict), Store.open(settings.database) as store:
        erase.catch_up(settings, store)
        known = {state.name for state in store.publications.sources()}
        for name in known - {source.name for source in load(settings.sources, ALLOWANCE)}:
            store.publications.forget_source(name)
        collect(store, settings, sources, allowance=ALLOWANCE, progress=progress, done=made.done)
    return made.done


@dataclass(frozen=True, slots=True)
class Checked:
    """How a source responded. `kinds` is how many documents of each kind it lists ("" for an unknown kind).

    `troubles` are the problems with its pages, each once.
    """

    source: Source
    kinds: Counter[str]
    troubles: tuple[tuple[str, Trouble], ...]

    @property
    def listed(self) -> int:
        return self.kinds.total()

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.source.name,
            "url": self.source.url,
            "listed": self.listed,
            "kinds": dict(sorted(self.kinds.items())),
            "problems": [
                {"url": url, "reason": trouble.value, "explanation": SENTENCES[trouble]}
                for url, trouble in self.troubles
            ],
        }


def check(settings: Settings, names: Sequence[str], progress: Progress) -> list[Checked]:
    """Request the pages of sources to find out what they list. No document is fetched, and nothing is stored."""
    sources = chosen(load(settings.sources, ALLOWANCE), names)
    kinds: dict[str, Counter[str]] = {source.name: Counter() for source in sources}
    troubles: dict[str, dict[str, Trouble]] = {source.name: {} for source in sources}
    by_name = {source.name: source for source in sources}
    asked = 0
    progress("checking sources", 0, len(sources))
    for event in crawl([_task(source) for source in sources], settings, only_list=True, allowance=ALLOWANCE):
        if isinstance(event, Failed) and event.page:
            troubles[event.source].setdefault(event.url, event.trouble)
        elif isinstance(event, Ended):
            kinds[event.source].update(kind_of(by_name[event.source], each) for each in event.documents)
            asked += 1
            progress("checking sources", asked, len(sources))
    return [Checked(source, kinds[source.name], tuple(troubles[source.name].items())) for source in sources]


def suggest(settings: Settings, url: str) -> tuple[dict[str, str], Checked]:
    """Return the row for sources.csv that a page suggests, and what the page lists."""
    if why := refusal(url, ALLOWANCE):
        raise UsageError(f"{url[:80]} cannot be collected from, because {why}.")
    source = Source(urlsplit(url).hostname or url, url, depth=1)
    kinds: Counter[str] = Counter()
    troubles: dict[str, Trouble] = {}
    site, direct = "", 0
    for event in crawl([_task(source)], settings, only_list=True, allowance=ALLOWANCE):
        if isinstance(event, PageRead) and event.url == url:
            site, direct = event.site, sum(link.leads_to == "document" for link in event.links or ())
        elif isinstance(event, Failed) and event.page:
            troubles.setdefault(event.url, event.trouble)
        elif isinstance(event, Ended):
            kinds.update(kind_of(source, each) for each in event.documents)
    board = site if area_of(site) and "safeguarding" in site.casefold() else ""
    depth = "0" if direct and direct == kinds.total() else "1"
    cells = {"name": site or source.name, "board": board, "area": area_of(site) if board else "", "url": url}
    row = {column: guarded(cells.get(column, "")) for column in COLUMNS} | {"depth": depth}
    return row, Checked(source, kinds, tuple(troubles.items()))


def _task(source: Source) -> Task:
    return Task(asdict(source))
