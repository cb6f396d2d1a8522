"""`reviews catalogue`: check and extend the catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.errors import UsageError
from reviews.cli.console import JSON, open_library, print_json, print_lines


@click.group()
def catalogue() -> None:
    """Check or extend the catalogue, where you describe the reports."""


@catalogue.command("check")
@JSON
@click.pass_obj
def catalogue_check(path: Path, as_json: bool) -> None:
    """Check catalogue.csv and list each problem with its line and column."""
    from reviews.terminal.coverage import CatalogueVerdict

    with open_library(path) as library:
        verdict = CatalogueVerdict.of(library)
    if as_json:
        print_json(verdict.to_dict())
    else:
        print_lines(verdict.lines())
    if verdict.problems:
        click.get_current_context().exit(UsageError.exit_code)


@catalogue.command("suggest")
@click.pass_obj
def catalogue_suggest(path: Path) -> None:
    """Print CSV rows for the reports missing from the catalogue, filled in from their text."""
    from reviews.terminal.coverage import suggestions

    with open_library(path) as library:
        click.echo(suggestions(library), nl=False)
