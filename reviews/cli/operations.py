"""Commands for operators: check, status, runs, remove."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import Corrupt, LimitHit, NoIndex, Stale, UsageError
from reviews.cli.console import JSON, open_library, print_json, print_lines

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.files import Withdrawal
    from corpus.publications import Publication
    from index.upkeep import Built


@click.command()
@click.option("--full", is_flag=True, help="Check every byte of every file and every word instead of a sample.")
@JSON
@click.pass_obj
def check(path: Path, full: bool, as_json: bool) -> None:
    """Check the stored text, the index and the caches for damage."""
    from reviews.maintenance import soundness

    with open_library(path) as library:
        problems = soundness.problems(library, full=full)
    if as_json:
        print_json({"ok": not problems, "problems": problems})
    elif not problems:
        click.echo("No problems found.")
    if problems:
        if as_json:
            click.get_current_context().exit(Corrupt.exit_code)
        raise Corrupt(" ".join(problems))


@click.command()
@click.option(
    "--max-age",
    metavar="26h",
    help="Exit with code 9 if the last successful update is older than this (90m, 26h, 7d) or a folder is missing.",
)
@JSON
@click.pass_obj
def status(path: Path, max_age: str | None, as_json: bool) -> None:
    """Show how old the index is and how the last runs ended."""
    from reviews.maintenance import run_log
    from reviews.maintenance.engine import upkeep
    from reviews.terminal.collecting import silent, silent_sentence
    from reviews.terminal.coverage import missing_sentence

    limit = _limit(max_age) if max_age else None
    with open_library(path) as library:
        settings = library.settings
        try:
            generation = upkeep(settings).current()
        except NoIndex:
            generation = None
        with library.store() as store:
            withdrawn = store.withdrawals()
            missing = store.missing_folders()
            unfinished = [removal.report for removal in store.removals() if not removal.done]
            states = store.publications.sources()
            published = [each for each in store.publications.all() if each.withdrawn or each.replaced]
            alike = store.near_duplicates.pairs()
    age = run_log.age(settings.runs)
    last = list(run_log.latest(settings.runs, 5))
    warnings = [missing_sentence(each.folder, each.since) for each in missing]
    quiet = silent(states)
    stale = None if limit is None else " ".join(filter(None, [_stale(age, limit), *warnings]))
    if as_json:
        print_json(
            {
                "generation": generation.id if generation else None,
                "built_at": generation.built_at if generation else None,
                "warnings": list(generation.warnings) if generation else [],
                "age_seconds": round(age.total_seconds()) if age is not None else None,
                "stale": bool(stale) if limit is not None else None,
                "runs": last,
                "withdrawn": [withdrawal.to_dict() for withdrawal in withdrawn],
                "missing_folders": [each.to_dict() for each in missing],
                "unfinished_removals": unfinished,
                "sources": [state.to_dict() for state in states],
                "silent_sources": [state.name for state in quiet],
                "published": [each.to_dict() for each in published],
                "near_duplicates": [pair.to_dict() for pair in alike],
            }
        )
    else:
        _print_index(generation)
        for sentence in warnings:
            print_lines([f"Warning: {sentence}"])
        for state in quiet:
            print_lines([f"Warning: {silent_sentence(state)}"])
        print_lines([f"Last successful update: {_ago(age)}."])
        print_lines(map(_row, last))
        _print_changes(withdrawn, published)
        for report in unfinished:
            print_lines([f"The removal of {report[:12]} is not finished. Run `reviews update`."])
    if stale:
        raise Stale(stale)


def _print_changes(withdrawn: Sequence[Withdrawal], published: Sequence[Publication]) -> None:
    """Print what has left the library, and what boards have replaced or withdrawn."""
    from reviews.maintenance.run_log import MANY

    for withdrawal in withdrawn[:MANY]:
        change = f"replaced by {withdrawal.replaced_by[:12]}" if withdrawal.replaced_by else "withdrawn"
        print_lines([f"{withdrawal.date}  {change}: {withdrawal.title or withdrawal.file} ({withdrawal.report[:12]})"])
    if len(withdrawn) > MANY:
        print_lines([f"{len(withdrawn) - MANY:,} more withdrawn; --json lists them all."])
    for each in published[:MANY]:
        day, change = (each.withdrawn, "withdrawn") if each.withdrawn else (each.replaced, "replaced")
        print_lines([f"{day}  {change} by {each.source}: {each.cells.get('title', each.url)} ({each.report[:12]})"])
    if len(published) > MANY:
        print_lines([f"{len(published) - MANY:,} more changed by their publishers; --json lists them all."])


def _print_index(generation: Built | None) -> None:
    from reviews.terminal.results import coverage

    if generation:
        sentence = coverage(generation.coverage)
        print_lines([f"Index: generation {generation.id}, built {generation.built_at}. {sentence}"])
    else:
        click.echo("Index: none yet. Run `reviews update`.")
    for warning in generation.warnings if generation else ():
        print_lines([f"Warning: {warning}"])


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Number of runs to list.")
@click.option("--last", is_flag=True, help="Show the record of the last run in full.")
@JSON
@click.pass_obj
def runs(path: Path, limit: int, last: bool, as_json: bool) -> None:
    """List past runs and how they ended, newest first."""
    from reviews.maintenance import run_log as records

    with open_library(path) as library:
        found = list(records.latest(library.settings.runs, 1 if last else limit))
    if as_json:
        print_json({"runs": found})
    elif not found:
        click.echo("No runs yet.")
    elif last:
        print_lines(records.lines(found[0]))
    else:
        print_lines(map(_row, found))


@click.command()
@click.argument("report")
@click.option("--reason", required=True, help="Why it is removed. Stored with the id; do not quote the report.")
@click.option("--keep-editions", is_flag=True, help="Keep the older editions that were in the same file.")
@click.option("--yes", is_flag=True, help="Skip the confirmation prompt.")
@JSON
@click.pass_obj
def remove(path: Path, report: str, reason: str, keep_editions: bool, yes: bool, as_json: bool) -> None:
    """Remove REPORT permanently: delete its text from the library, the index and all records. This cannot be undone.

    Older editions in the same file are removed too. The end of the output lists what you must do yourself.
    """
    from corpus.settings import load_settings
    from reviews.maintenance.remove import chosen
    from reviews.maintenance.remove import remove as take_down
    from reviews.terminal.removal import left_to_you, removal_lines

    with open_library(path) as library, library.store() as store:
        known = chosen(library.settings, store, report)
        older = [] if keep_editions else store.editions.older(known)
    if not yes:
        and_editions = f", {len(older)} older edition{'s' if len(older) > 1 else ''}" if older else ""
        click.confirm(
            f"Permanently remove report {known[:12]}{and_editions} and everything made from it?", abort=True, err=True
        )
    done = take_down(load_settings(path), known, reason, keep_editions=keep_editions)
    if as_json:
        print_json({**done.to_dict(), "left_to_you": list(left_to_you(done))})
    else:
        print_lines(removal_lines(done))
    if done.run.problems:
        raise Corrupt(" ".join(done.run.problems))
    if done.files.refused:
        raise LimitHit(
            f"The system refused to delete {', '.join(done.files.refused)}. Delete it yourself. Nothing else of "
            "the report is left in the library."
        )


def _limit(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text.strip())
    if not match:
        raise UsageError(f"--max-age {text} is not a valid length of time. Write 90m, 26h or 7d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _stale(age: timedelta | None, limit: timedelta) -> str | None:
    """Return why the index is too old, or None if it is recent enough."""
    if age is None:
        return "No update has succeeded yet. Run `reviews update`."
    if age < timedelta(minutes=-5):
        return (
            f"The last successful update is dated {_ago(age)}: the clock was wrong then, or has been set back. If "  # noqa: S608 - no SQL
            "it is wrong now, set it. If it is right, run `reviews update`; the newest run counts."
        )
    if age > limit:
        return f"The last successful update was {_ago(age)}. `reviews runs --last` shows how the last run ended."
    return None


def _ago(age: timedelta | None) -> str:
    """Return an age such as `3 hours ago` or `24 hours in the future`."""
    from reviews.terminal.results import counted

    if age is None:
        return "never"
    minutes = round(abs(age.total_seconds()) / 60)
    if minutes < 120:
        passed = counted(minutes, "minute")
    else:
        passed = f"{round(minutes / 60)} hours" if minutes < 2880 else f"{round(minutes / 1440)} days"
    return f"{passed} in the future" if age < timedelta(0) and minutes else f"{passed} ago"


def _collected(done: dict[str, Any]) -> list[str]:
    """Return what a collecting run did, as a few counts."""
    from reviews.terminal.results import counted

    counts = [f"{done['answered']:,} of {counted(done['sources'], 'source')} answered"] if done else []
    counts += [f"{done[part]:,} {part}" for part in ("new", "replaced", "moved", "failed", "waiting") if done.get(part)]
    withdrawn = done.get("withdrawn_reports")
    return [*counts, f"{len(withdrawn):,} withdrawn"] if withdrawn else counts


def _row(record: dict[str, Any]) -> str:
    from reviews.maintenance import run_log
    from reviews.terminal.results import counted

    done = record.get("ingest") or {}
    counts = [files] if (files := run_log.files_of(done)) else []
    if done.get("withdrawn"):
        counts.append(f"{len(done['withdrawn'])} withdrawn")
    if done.get("held_back"):
        counts.append(f"{counted(len(done['held_back']), 'folder')} missing")
    if done.get("unwatched") and not done["found"]:
        counts.append("0 found, because none of the folders that hold the reports was searched")
    counts += _collected(record.get("collect") or {})
    index = record.get("index")
    if index:
        counts.append(f"generation {index['generation']}" if index.get("changed") else "index unchanged")
    said = [", ".join(counts)] if counts else []
    if record["ok"] is False and (why := record.get("error") or " ".join(record.get("problems") or ())):
        said.append(why.partition("\n")[0])
    outcome = "running" if record["ok"] is None else "ok     " if record["ok"] else "FAILED "
    when = record.get("finished_at") or record.get("started_at") or "?"
    return f"{when:<25}  {outcome} {record['command']:<7} {': '.join(said)}".rstrip()
