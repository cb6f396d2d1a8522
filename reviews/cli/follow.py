"""`reviews follow`: searches whose new reports are listed after each update."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from reviews.cli.console import JSON, open_library, print_json, print_lines
from reviews.cli.filter_options import filtered
from search.filters import Filters


@click.group()
def follow() -> None:
    """Follow searches: the record of each update says which have new reports."""


@follow.command("add")
@click.argument("name")
@click.argument("query", required=False, default="")
@filtered
@click.pass_obj
def follow_add(path: Path, /, name: str, query: str, filters: Filters) -> None:
    """Follow QUERY under NAME. Run records contain the name, but never the query."""
    from reviews.maintenance.follows import Follows
    from reviews.maintenance.lock import writing
    from reviews.terminal.results import counted

    with open_library(path) as library, writing(library.settings.library):
        today = datetime.now(UTC).date().isoformat()
        added = Follows.load(library.settings.follows).adding(library.searcher(), name, query, filters, today)
        added.save()
    now = counted(len(added.searches[-1].seen), "report")
    click.echo(
        f"Following {added.searches[-1].name}: {now} now. `reviews runs --last` names new ones after each update."
    )


@follow.command("list")
@JSON
@click.pass_obj
def follow_list(path: Path, as_json: bool) -> None:
    """List the followed searches, with how many reports each found when it was last run."""
    from reviews.maintenance.follows import Follows
    from reviews.terminal.results import counted

    with open_library(path) as library:
        follows = Follows.load(library.settings.follows)
    if as_json:
        print_json({"follows": [each.to_dict() for each in follows.searches]})
        return
    for each in follows.searches:
        typed = [f"{name} {value}" for name, values in each.filters.typed().items() for value in values]
        asked = "; ".join([each.query, *typed] if each.query else typed)
        print_lines([f"{each.name}: {asked} ({counted(len(each.seen), 'report')} on {each.looked_at})"])
    if not follows.searches:
        click.echo("You are not following any searches. Add one with `reviews follow add NAME QUERY`.")


@follow.command("remove")
@click.argument("name")
@click.pass_obj
def follow_remove(path: Path, name: str) -> None:
    """Stop following the search NAME."""
    from reviews.maintenance.follows import Follows
    from reviews.maintenance.lock import writing

    with open_library(path) as library, writing(library.settings.library):
        Follows.load(library.settings.follows).without(name).save()
    click.echo(f"Stopped following {name}.")
