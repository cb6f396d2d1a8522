"""Print sources and the results of collecting."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from corpus.publications import SourceState
from ingest.collect.summary import CollectFailure, CollectSummary
from ingest.collect.troubles import SENTENCES
from reviews.maintenance.collect import Checked
from reviews.maintenance.run_log import MANY
from reviews.terminal.results import counted

SILENT_DAYS = 3
"""The number of days without a response after which a source is reported."""


def collect_lines(done: CollectSummary) -> Iterator[str]:
    """Yield what a collecting run did."""
    yield f"{done.answered:,} of {counted(done.sources, 'source')} answered, {counted(done.listed, 'document')} listed."
    if done.dry_run:
        yield f"{counted(len(done.would), 'document')} would be fetched:"
        for source, url in done.would:
            yield f"  {source}: {url}"
    else:
        yield f"  {_sentence(done)}"
    for kind, number in sorted(done.left_out.items()):
        yield f"  left out: {number:,} of the kind {kind}"
    yield from _failure_lines(done.failures)
    if done.withdrawn:
        yield f"  {counted(len(done.withdrawn), 'report')} withdrawn by the publisher: `reviews status` lists them"


def _sentence(done: CollectSummary) -> str:
    names = {
        "new": "new",
        "replaced": "replaced by a new edition",
        "moved": "moved",
        "same": "identical copies",
        "unchanged": "unchanged",
        "known": "checked recently and unchanged",
        "left_out": "left out by kind",
        "removed": "removed from this library",
        "gone": "no longer there",
        "failed": "could not be fetched",
        "waiting": "not fetched yet; the next run will fetch them",
    }
    parts = [f"{done.counts[part]:,} {words}" for part, words in names.items() if done.counts[part]]
    return (", ".join(parts) or "nothing to do") + "."


def _failure_lines(failures: Sequence[CollectFailure]) -> Iterator[str]:
    for each in sorted(failures, key=lambda each: (each.source, each.url))[:MANY]:
        yield f"  {each.source}: {each.url}"
        yield f"    {SENTENCES[each.trouble]} ({each.trouble.value})"
    if len(failures) > MANY:
        yield f"  {len(failures) - MANY:,} more; `reviews runs --last` lists them all"


def check_lines(checked: Iterable[Checked]) -> Iterator[str]:
    """Yield what each source lists, and what is wrong with it."""
    for each in checked:
        listed = ", ".join(f"{number:,} {kind or 'without a kind'}" for kind, number in sorted(each.kinds.items()))
        yield f"{each.source.name}: {counted(each.listed, 'document')}" + (f" ({listed})" if listed else "")
        for url, trouble in each.troubles:
            yield f"  {url}"
            yield f"    {SENTENCES[trouble]} ({trouble.value})"


def silent(states: Iterable[SourceState], now: datetime | None = None) -> list[SourceState]:
    """Return the sources that have not responded for `SILENT_DAYS` days."""
    limit = ((now or datetime.now(UTC)) - timedelta(days=SILENT_DAYS)).isoformat(timespec="seconds")
    return [state for state in states if state.answered < limit and state.problem]


def silent_sentence(state: SourceState) -> str:
    """Return a warning that a source does not respond."""
    since = f"since {state.answered[:10]}" if state.answered else "yet"
    return (
        f"The source {state.name} has not answered {since} ({state.problem}). The status of its reports has not "
        f'changed. See `reviews sources check --source "{state.name}"`.'
    )
