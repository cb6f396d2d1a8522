"""The commands that search: search, similar, themes. Heavy modules are imported only where they are used."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import UsageError
from reviews.cli.console import JSON, QueryCommand, open_library, print_json, print_lines
from reviews.cli.filter_options import filtered

if TYPE_CHECKING:
    from search.filters import Filters

_GARBAGE = 100_000  # objects: with the default of 700, looking for garbage takes a twelfth of a search

PASSAGES = click.option(
    "--passages", metavar="N", default="3", show_default=True, help="Passages to show from each report, or `all`."
)


@click.command(cls=QueryCommand)
@click.argument("query")
@filtered
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest", "mentions"]),
    default="relevance",
    show_default=True,
    help="Order of the reports.",
)
@click.option(
    "--group",
    type=click.Choice(["case", "none"]),
    default="case",
    show_default=True,
    help="Show reports on the same case together, or not.",
)
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="Number of results to show.")
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True, help="Number of results to skip.")
@PASSAGES
@click.option(
    "--view",
    type=click.Choice(["reports", "passages"]),
    default="reports",
    show_default=True,
    help="Show reports, or the best passages of all reports; --limit and --offset count what is shown.",
)
@click.option("--together", is_flag=True, help="Show only reports that have the words together in one paragraph.")
@click.option("--most", is_flag=True, help="Also show reports that have most of the words, but not all.")
@click.option(
    "--meaning",
    is_flag=True,
    help="Also show passages that may say it in other words, found by a language model; needs the extra `meaning`.",
)
@click.option("--facets", "counted", is_flag=True, help="Also count the results by year, board, area, kind, theme …")
@click.option("--explain", is_flag=True, help="Also explain the score of each report.")
@click.option(
    "--log", type=click.Path(path_type=Path), help="Add this search to a search log; `reviews log` prints it."
)
@JSON
@click.pass_obj
def search(
    path: Path,
    /,
    query: str,
    sort: Any,
    group: Any,
    limit: int,
    offset: int,
    passages: str,
    view: Any,
    together: bool,
    most: bool,
    meaning: bool,
    counted: bool,
    explain: bool,
    log: Path | None,
    as_json: bool,
    filters: Filters,
) -> None:
    """Find reports and the passages that match QUERY. All words must occur, and reports that have them together in one
    paragraph come first; "quotes" keep words together.

    If QUERY is `-`, it is read from standard input, so it does not appear in the list of running commands.

    If you repeat a filter, a report needs to match only one of its values. Different filters must all match.
    """
    gc.set_threshold(_GARBAGE)  # before the imports below, which create most objects
    from reviews.terminal import results as results_text

    with open_library(path) as library:
        results = library.search(
            query,
            filters,
            sort=sort,
            limit=limit,
            offset=offset,
            per_report=per_report(passages),
            group=group,
            explain=explain,
            facets=counted or as_json,
            together=together,
            most=most or None,
            view=view,
            meaning=meaning,
        )
        if log:
            from search.batch.search_log import append

            append(log, library.searcher(), query, filters, path.resolve().name)
    if as_json:
        print_json(results.to_dict())
    else:
        print_lines(results_text.answer(results, offset, counted_too=counted))


@click.command()
@click.argument("report")
@click.option("--paragraph", help="Find passages like this paragraph: its printed number, or # and its ordinal.")
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="Number of results to show.")
@JSON
@click.pass_obj
def similar(path: Path, report: str, paragraph: str | None, limit: int, as_json: bool) -> None:
    """Find reports like REPORT (an id or the start of one), or passages like one of its paragraphs."""
    from reviews.terminal import results as results_text

    with open_library(path) as library:
        found = library.similar(report, paragraph, limit=limit)
    if as_json:
        print_json({"similar": [each.to_dict() for each in found]})
    else:
        print_lines(results_text.alike(found))


class _Themes(click.Group):
    """A group in which `reviews themes NAME` is short for `reviews themes show NAME`, and `reviews themes` shows
    all.
    """

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["show", *args]
        return super().parse_args(context, args)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, name) or self.commands["show"]


@click.group(cls=_Themes)
def themes() -> None:
    """List the themes with `reviews themes`, or show what one searches for with `reviews themes NAME`."""


@themes.command("show")
@click.argument("name", required=False)
@JSON
@click.pass_obj
def themes_show(path: Path, name: str | None, as_json: bool) -> None:
    """List the themes, or show what the theme NAME searches for."""
    from corpus.paths import LibraryPaths
    from corpus.themes import load_themes
    from reviews.terminal import themes as theme_text

    known = load_themes(LibraryPaths(path).themes)
    chosen = theme_text.chosen(known, name)
    if as_json:
        print_json(theme_text.to_dict(known, chosen))
    else:
        print_lines(theme_text.lines(known, chosen, in_full=name is not None))


@themes.command("check")
@click.argument("name", required=False)
@click.option(
    "--passages", type=click.IntRange(min=0), default=3, show_default=True, help="Sample passages for each term."
)
@JSON
@click.pass_obj
def themes_check(path: Path, name: str | None, passages: int, as_json: bool) -> None:
    """Show what each term of each theme, or of the theme NAME, finds in this library, with sample passages."""
    from reviews.terminal import themes as theme_text

    with open_library(path) as library:
        known = library.themes()
        checked = [theme_text.check(library, theme, passages) for theme in theme_text.chosen(known, name)]
    if as_json:
        print_json({"themes": [each.to_dict() for each in checked], "problems": [str(p) for p in known.problems]})
    else:
        print_lines(theme_text.check_lines(known, checked))


def per_report(passages: str) -> int | None:
    """Return the number of passages per report, or None for all."""
    if not (passages.isdecimal() or passages == "all"):
        raise UsageError("--passages must be a number or `all`.")
    return None if passages == "all" else int(passages)
