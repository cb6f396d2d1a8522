"""The commands of an analyst: concordance, trends, recommendations, terms, compare, export."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import UsageError
from reviews.cli.console import JSON, open_library, print_json, print_lines

if TYPE_CHECKING:
    from search.analytics.concordance import Line
    from search.analytics.keyness import Telling
    from search.filters import Filters

OUT = click.option(
    "--out", type=click.Path(path_type=Path), help="Write a .csv, .xlsx or .jsonl file, and print nothing."
)
_FILTERS = (
    click.option("--year", metavar="2015..2020", help="Only reports of this year or these years."),
    click.option("--board", multiple=True, help="Only reports of a board of this name; may be repeated."),
    click.option("--kind", multiple=True, help='Only documents of this kind: "overview report"; may be repeated.'),
    click.option("--type", multiple=True, help='Only reviews of this type: "rapid review"; may be repeated.'),
)


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the filters that every analysis has."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def _filters(year: str | None, **values: Sequence[str]) -> Filters:
    from search.batch.query_sheet import FILTERS, years
    from search.filters import Filters

    several: dict[str, Any] = {FILTERS[name]: tuple(given) for name, given in values.items()}
    return Filters(years=years(year) if year else None, **several)


def _delivered(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], out: Path | None, as_json: bool, key: str
) -> bool:
    """Whether the rows went to a file or to a machine, so that nothing is left to print."""
    from search.tables.writers import write_rows

    if out is not None:
        click.echo(f"{write_rows(out, rows, columns):,} rows written to {out}", err=as_json)
    elif as_json:
        print_json({key: list(rows)})
    return out is not None or as_json


@click.command()
@click.argument("query")
@filtered
@click.option("--section", multiple=True, help="The words must stand in a section of this kind; may be repeated.")
@click.option(
    "--sort",
    type=click.Choice(["report", "left", "right", "match"]),
    default="report",
    show_default=True,
    help="By report, by what stands to the left or to the right, or by the match.",
)
@OUT
@JSON
@click.pass_obj
def concordance(
    path: Path,
    /,
    query: str,
    sort: Any,
    out: Path | None,
    as_json: bool,
    section: tuple[str, ...],
    **values: Any,
) -> None:
    """Every mention of QUERY on a line of its own, the match in the middle, with its citation."""
    from search.analytics.concordance import COLUMNS
    from search.analytics.concordance import concordance as find
    from search.filters import section_kind

    filters = _filters(**values, section=[section_kind(name) for name in section])
    with open_library(path) as library:
        lines = find(library.searcher(), query, filters, order=sort)
        if not _delivered((line.to_dict() for line in lines), COLUMNS, out, as_json, "lines"):
            print_lines(_aligned(lines))


def _aligned(lines: Sequence[Line]) -> Iterator[str]:
    wide = shutil.get_terminal_size((100, 24)).columns
    middle = min(30, max((len(line.match) for line in lines), default=0))
    side = max(12, (wide - middle - 26) // 2)
    for line in lines:
        told = line.to_dict()
        left = line.left[-side:].rjust(side)
        match = click.style(line.match, bold=True, fg="yellow") + " " * max(0, middle - len(line.match))
        place = f"{told['report'][:8]} {told['year'] or '':4} p{told['page']}"
        yield f"{left} {match} {line.right[:side]:{side}}  {place} {told['paragraph'] or ''}".rstrip()
    yield f"{len(lines):,} mentions. The letters behind are the beginning of a report's id: `reviews show ID`."


@click.command()
@click.argument("queries", nargs=-1, required=True)
@click.option(
    "--by",
    type=click.Choice(["year", "board", "area", "kind", "type"]),
    default="year",
    show_default=True,
    help="What to count by.",
)
@filtered
@click.option("--suppress-small", is_flag=True, help="Keep counts of 1 to 4 back: published, they can identify people.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a .csv, .xlsx, .jsonl, .svg or .png file.")
@JSON
@click.pass_obj
def trends(
    path: Path,
    /,
    queries: tuple[str, ...],
    by: Any,
    suppress_small: bool,
    out: Path | None,
    as_json: bool,
    **values: Any,
) -> None:
    """In how many reports is each of the QUERIES, year by year, as a share of the reports held of that year?"""
    from corpus.atomic import write_whole
    from reviews.terminal.results import coverage, width
    from search.analytics.charts import PICTURES, chart
    from search.analytics.trends import COLUMNS
    from search.analytics.trends import trends as find

    with open_library(path) as library:
        searcher = library.searcher()
        points = find(searcher, queries, by, _filters(**values), suppress_small=suppress_small)
        draw = PICTURES.get(out.suffix.lower()) if out else None
        if out and draw:
            write_whole(out, draw(points))
            click.echo(f"The chart was written to {out}", err=as_json)
        elif not _delivered((point.to_dict() for point in points), COLUMNS, out, as_json, "points"):
            print_lines([*chart(points, width()), "", coverage(searcher.coverage)])


@click.command()
@click.argument("query", required=False, default="")
@filtered
@click.option("--only", type=click.Choice(["recommendation", "finding"]), help="Only the one or the other.")
@OUT
@JSON
@click.pass_obj
def recommendations(
    path: Path, /, query: str, only: str | None, out: Path | None, as_json: bool, **values: Any
) -> None:
    """Every recommendation and finding of all reports, or those with a mention of QUERY: number, words, report, page
    and, where the words say so, whom they ask.
    """
    from corpus.model import ItemKind
    from search.analytics.recommendations import COLUMNS, recommended

    with open_library(path) as library:
        kind = ItemKind(only) if only else None
        rows = recommended(library.searcher(), query, _filters(**values), kind=kind)
        if not _delivered(rows, COLUMNS, out, as_json, "items"):
            print_lines(_listed(rows))


def _listed(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    import textwrap

    from reviews.terminal.results import counted, width

    last, items, reports = None, 0, 0
    for row in rows:
        if row["report"] != last:
            last = row["report"]
            reports += 1
            facts = " · ".join(str(fact) for fact in (row["board"], row["year"], row["report"][:12]) if fact)
            yield click.style(str(row["title"]), bold=True)
            yield f"  {facts}"
        items += 1
        asked = f", asks {row['addressee']}" if row["addressee"] else ""
        yield click.style(f"  {row['kind']} {row['number'] or '(no number)'}, page {row['page']}{asked}", fg="cyan")
        yield from textwrap.wrap(str(row["text"]), width(), initial_indent="    ", subsequent_indent="    ")
    said = counted(items, "recommendation or finding", "recommendations and findings")
    yield f"{said} in {counted(reports, 'report')}."


@click.command()
@click.argument("query")
@filtered
@click.option(
    "--unit",
    type=click.Choice(["paragraph", "report"]),
    default="paragraph",
    show_default=True,
    help="What is compared: paragraphs with a mention with all others, or reports.",
)
@click.option("--limit", type=click.IntRange(min=1), default=40, show_default=True, help="Words to show.")
@OUT
@JSON
@click.pass_obj
def terms(path: Path, /, query: str, unit: Any, limit: int, out: Path | None, as_json: bool, **values: Any) -> None:
    """The words that are commoner beside QUERY than elsewhere (log-likelihood): words that one did not think of."""
    from search.analytics.keyness import COLUMNS
    from search.analytics.keyness import terms as find

    with open_library(path) as library:
        found = find(library.searcher(), query, _filters(**values), unit=unit, limit=limit)
        if not _delivered((telling.to_dict() for telling in found), COLUMNS, out, as_json, "terms"):
            print_lines(_ranked(found))


@click.command()
@click.argument("one")
@click.argument("other")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Words to show of each side.")
@OUT
@JSON
@click.pass_obj
def compare(path: Path, /, one: str, other: str, limit: int, out: Path | None, as_json: bool) -> None:
    """The words by which the reports that answer ONE differ from those that answer OTHER, such as year:..2015 and
    year:2016.. ; a report that answers both counts on neither side.
    """
    from search.analytics.keyness import COLUMNS
    from search.analytics.keyness import compare as find

    with open_library(path) as library:
        left, right = find(library.searcher(), one, other, limit=limit)
    rows = [{"side": side, **t.to_dict()} for side, found in ((one, left), (other, right)) for t in found]
    if not _delivered(rows, ("side", *COLUMNS), out, as_json, "terms"):
        print_lines([f"Commoner in {one}", *_ranked(left), "", f"Commoner in {other}", *_ranked(right)])


def _ranked(found: Sequence[Telling]) -> Iterator[str]:
    yield f"  {'word':24} {'score':>9} {'here':>8} {'elsewhere':>10} {'reports':>8}   per 10,000 words"
    for telling in found:
        rates = f"{telling.rates[0]:.1f} against {telling.rates[1]:.1f}"
        yield (
            f"  {telling.term:24} {telling.score:>9,.1f} {telling.here:>8,} {telling.elsewhere:>10,} "
            f"{telling.reports:>8,}   {rates}"
        )


@click.command()
@click.argument("query", required=False, default="")
@filtered
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Where to write: .jsonl, .csv or .xlsx for paragraphs; .ris or .bib for citations.",
)
@click.option("--catalogue", is_flag=True, help="What is known of the reports, a row each, not their text.")
@click.pass_obj
def export(path: Path, /, query: str, out: Path, catalogue: bool, **values: Any) -> None:
    """Write the text of the corpus for other tools, a row a paragraph, or citations of its reports for a reference
    manager. With QUERY or filters, only of the reports that answer.
    """
    from corpus.atomic import write_whole
    from reviews import citation
    from reviews.terminal.results import counted
    from search.analytics.paragraphs import COLUMNS, chosen, paragraphs
    from search.tables.writers import write_rows

    form = out.suffix.lower()
    filters = _filters(**values)
    with open_library(path) as library:
        searcher = library.searcher()
        if form in (".ris", ".bib"):
            if catalogue:
                raise UsageError("--catalogue is for .csv, .jsonl or .xlsx.")
            write = citation.ris if form == ".ris" else citation.bibtex
            reports = chosen(searcher, query, filters)
            write_whole(out, "".join(write(report) for report in reports).encode("utf-8", "replace"))
            click.echo(f"{counted(len(reports), 'citation')} written to {out}")
        elif catalogue:
            rows = [{**r, "files": "; ".join(r["files"]), "provenance": None} for r in chosen(searcher, query, filters)]
            columns = [name for name in (rows[0] if rows else {"id": ""}) if name != "provenance"]
            click.echo(f"{counted(write_rows(out, rows, columns), 'report')} written to {out}")
        else:
            count = write_rows(out, paragraphs(searcher, query, filters), COLUMNS)
            click.echo(f"{counted(count, 'paragraph')} written to {out}")


COMMANDS = (concordance, trends, recommendations, terms, compare, export)
