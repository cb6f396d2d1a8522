"""The commands of whoever runs the nightly job: what happened, is it fresh, take this report down."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from corpus.errors import NoIndex, Stale, UsageError
from reviews.cli.console import JSON, open_library, print_json

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.command()
@click.option("--max-age", metavar="26h", help="Exit with code 9 when the last good update is older: 90m, 26h, 7d.")
@JSON
@click.pass_obj
def status(path: Path, max_age: str | None, as_json: bool) -> None:
    """Say how fresh the index is and how the last runs ended."""
    from index.storage import generations
    from reviews.maintenance import run_log
    from reviews.terminal.results import coverage

    limit = _limit(max_age) if max_age else None
    with open_library(path) as library:
        settings = library.settings
        try:
            generation = generations.current(settings.index)
        except NoIndex:
            generation = None
        with library.store() as store:
            withdrawn = store.withdrawals()
            unfinished = [removal.report for removal in store.removals() if not removal.done]
    age = run_log.age(settings.runs)
    last = list(run_log.latest(settings.runs, 5))
    stale = None if limit is None else _stale(age, limit)
    if as_json:
        print_json(
            {
                "generation": generation.manifest.id if generation else None,
                "built_at": generation.manifest.built_at if generation else None,
                "warnings": list(generation.warnings) if generation else [],
                "age_seconds": round(age.total_seconds()) if age is not None else None,
                "stale": bool(stale) if limit is not None else None,
                "runs": last,
                "withdrawn": [withdrawal.to_dict() for withdrawal in withdrawn],
                "unfinished_removals": unfinished,
            }
        )
    else:
        if generation:
            manifest = generation.manifest
            click.echo(f"Index: generation {manifest.id}, built {manifest.built_at}. {coverage(manifest.coverage)}")
        else:
            click.echo("Index: there is none yet. Run `reviews update`.")
        for warning in generation.warnings if generation else ():
            click.echo(f"Warning: {warning}")
        click.echo(f"Last good update: {_ago(age)}.")
        for record in last:
            click.echo(_row(record))
        for withdrawal in withdrawn:
            what = f"replaced by {withdrawal.replaced_by[:12]}" if withdrawal.replaced_by else "withdrawn"
            click.echo(f"{withdrawal.date}  {what}: {withdrawal.title or withdrawal.file} ({withdrawal.report[:12]})")
        for report in unfinished:
            click.echo(f"The removal of {report[:12]} is not finished: run `reviews update`.")
    if stale:
        raise Stale(stale)


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Runs to list.")
@click.option("--last", is_flag=True, help="Show the record of the last run in full.")
@JSON
@click.pass_obj
def runs(path: Path, limit: int, last: bool, as_json: bool) -> None:
    """List the runs and how they ended, the newest first."""
    from reviews.maintenance import run_log as records

    with open_library(path) as library:
        found = list(records.latest(library.settings.runs, 1 if last else limit))
    if as_json:
        print_json({"runs": found})
    elif not found:
        click.echo("There was no run yet.")
    elif last:
        click.echo("\n".join(records.lines(found[0])))
    else:
        for record in found:
            click.echo(_row(record))


@click.command()
@click.argument("report")
@click.option("--reason", required=True, help="Why; it is kept beside the id. Do not quote the report.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON
@click.pass_obj
def remove(path: Path, report: str, reason: str, yes: bool, as_json: bool) -> None:
    """Take REPORT down for good: its text leaves corpus, index, kept generations and records. There is no way back."""
    from corpus.settings import load_settings
    from reviews.maintenance.remove import remove as take_down

    with open_library(path) as library, library.store() as store:
        known = store.known(report)
    if not yes:
        click.confirm(f"Remove everything that is held of {known[:12]} for good?", abort=True, err=True)
    done = take_down(load_settings(path), known, reason)
    if as_json:
        print_json(done.to_dict())
        return
    click.echo(f"{done.report[:12]} is removed. Nothing of its text is left in the library.")
    for key in done.deleted:
        click.echo(f"Deleted: {key}")
    for key in done.elsewhere:
        click.echo(f"Not deleted, because it lies outside the library: {key}")
    click.echo("If catalogue.csv has a row for it, delete that row too; backups are yours to look after.")


def _limit(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text.strip())
    if not match:
        raise UsageError(f"--max-age {text} is no length of time: write 90m, 26h or 7d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _stale(age: timedelta | None, limit: timedelta) -> str | None:
    """Why the index is not fresh enough, or None when it is."""
    if age is None:
        return "No update has ended well yet. Run `reviews update`."
    if age < timedelta(minutes=-5):
        return "The last good update lies in the future: the clock was set back. Check it, then run `reviews update`."
    if age > limit:
        return f"The last good update was {_ago(age)}. `reviews runs --last` says how the last run ended."
    return None


def _ago(age: timedelta | None) -> str:
    if age is None:
        return "never"
    minutes = round(age.total_seconds() / 60)
    if abs(minutes) < 120:
        return f"{minutes} minutes ago"
    return f"{round(minutes / 60)} hours ago" if abs(minutes) < 2880 else f"{round(minutes / 1440)} days ago"


def _row(record: dict[str, Any]) -> str:
    done = record.get("ingest") or {}
    what = [f"{done[part]:,} {part}" for part in ("found", "new", "changed", "moved", "failed") if done.get(part)]
    if done.get("withdrawn"):
        what.append(f"{len(done['withdrawn'])} withdrawn")
    index = record.get("index") or {}
    what.append(f"generation {index['generation']}" if index.get("changed") else "index unchanged")
    how = "ok    " if record["ok"] else "FAILED"
    return f"{record['finished_at']}  {how}  {record['command']:<7} {', '.join(what)}"
