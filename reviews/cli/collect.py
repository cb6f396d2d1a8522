"""`reviews collect` and `reviews sources`: collect reports from the boards' pages."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from corpus.errors import SomeFilesFailed
from reviews.cli.console import JSON, print_json, print_lines, progress_line, say

SOURCES = click.option("--source", "names", metavar="NAME", multiple=True, help="Only this source; can be repeated.")


@click.command()
@SOURCES
@click.option("--dry-run", is_flag=True, help="Show what would be fetched. Change nothing.")
@click.option("--strict", is_flag=True, help="Exit with code 3 if a page or a document could not be fetched.")
@JSON
@click.pass_obj
def collect(path: Path, names: tuple[str, ...], dry_run: bool, strict: bool, as_json: bool) -> None:
    """Fetch new reports from the boards' pages that sources.csv lists. The next `reviews update` reads them."""
    from corpus.layout import create_library
    from corpus.settings import load_settings
    from reviews.maintenance import collect as maintenance
    from reviews.terminal.collecting import collect_lines
    from reviews.terminal.results import counted

    settings = load_settings(path)
    if not settings.database.exists():
        create_library(path)
    with progress_line() as progress:
        done = maintenance.run(settings, names, dry_run=dry_run, progress=progress)
    if as_json:
        print_json(done.to_dict())
    else:
        print_lines(collect_lines(done))
    if strict and done.failures:
        raise SomeFilesFailed(f"{counted(len(done.failures), 'address', 'addresses')} could not be fetched.")


@click.group()
def sources() -> None:
    """Check or extend the list of boards' pages to collect from."""


@sources.command("check")
@SOURCES
@JSON
@click.pass_obj
def sources_check(path: Path, names: tuple[str, ...], as_json: bool) -> None:
    """Check that each page in sources.csv responds and may be read, and show what it lists. No reports are fetched."""
    from corpus.settings import load_settings
    from reviews.maintenance import collect as maintenance
    from reviews.terminal.collecting import check_lines
    from reviews.terminal.results import counted

    with progress_line() as progress:
        checked = maintenance.check(load_settings(path), names, progress)
    if as_json:
        print_json({"sources": [each.to_dict() for each in checked]})
    else:
        print_lines(check_lines(checked))
    bad = [each for each in checked if each.troubles or not each.listed]
    if bad:
        raise SomeFilesFailed(f"{counted(len(bad), 'source')} listed nothing or did not respond correctly.")


@sources.command("suggest")
@click.argument("url")
@click.pass_obj
def sources_suggest(path: Path, url: str) -> None:
    """Propose a row of sources.csv for the page at URL, from what the page says. Check board and area."""
    from corpus.settings import load_settings
    from reviews.maintenance import collect as maintenance
    from reviews.terminal.collecting import check_lines

    row, checked = maintenance.suggest(load_settings(path), url)
    csv.writer(sys.stdout, lineterminator="\n").writerows([row, row.values()])
    for line in check_lines([checked]):
        say(line)
