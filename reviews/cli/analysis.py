"""Commands for analysts: concordance, trends, recommendations, briefing, terms, compare, export."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import UsageError
from reviews.cli.console import JSON, QueryCommand, open_library, print_json, print_lines, say
from reviews.cli.filter_options import filtered

if TYPE_CHECKING:
    from search.analytics.concordance import Line
    from search.analytics.keyness import Keyword
    from search.filters import Filters
    from search.searcher import Searcher

OUT = click.option(
    "--out", type=click.Path(path_type=Path), help="Write to a .csv, .xlsx or .jsonl file instead of the screen."
)


@contextmanager
def _searching(path: Path, filters: Filters, *queries: str) -> Iterator[Searcher]:
    """Open the library for searching. Notes on how the queries and filters were read are printed to stderr."""
    with open_library(path) as library:
        searcher = library.searcher()
        for remark in dict.fromkeys(remark for query in queries for remark in searcher.remarks(query, filters)):
            say(f"Note: {remark}")
        yield searcher


def _written(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    out: Path | None,
    as_json: bool,
    key: str,
    searcher: Searcher,
) -> bool:
    """Write the rows to a file or as JSON, and say what was searched and what was not.

    Returns False if neither was requested, so that the caller prints them.
    """
    from search.tables.writers import write_rows

    if out is not None:
        _say_written(f"{write_rows(out, rows, columns):,} rows written to {out}", searcher, as_json=as_json)
    elif as_json:
        print_json({key: list(rows), "coverage": searcher.coverage.to_dict()})
    return out is not None or as_json


def _say_written(what: str, searcher: Searcher, *, as_json: bool) -> None:
    from reviews.terminal.results import coverage

    for sentence in (what, coverage(searcher.coverage)):
        click.echo(sentence, err=as_json)


def _print_answer(lines: Iterable[str], searcher: Searcher) -> None:
    """Print an answer for a person, and what was searched and what was not."""
    from reviews.terminal.results import coverage

    print_lines(lines)
    print_lines(["", coverage(searcher.coverage)])


@click.command(cls=QueryCommand)
@click.argument("query")
@filtered
@click.option(
    "--sort",
    type=click.Choice(["report", "left", "right", "match"]),
    default="report",
    show_default=True,
    help="Sort by report, by the words to the left or right, or by the match.",
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
    filters: Filters,
) -> None:
    """List every mention of QUERY in context, one per line, with its citation."""
    from search.analytics.concordance import COLUMNS
    from search.analytics.concordance import concordance as find

    with _searching(path, filters, query) as searcher:
        lines = find(searcher, query, filters, order=sort)
        if not _written((line.to_dict() for line in lines), COLUMNS, out, as_json, "lines", searcher):
            _print_answer(_aligned(lines), searcher)


def _aligned(lines: Sequence[Line]) -> Iterator[str]:
    columns = shutil.get_terminal_size((100, 24)).columns
    middle = min(30, max((len(line.match) for line in lines), default=0))
    side = max(12, (columns - middle - 26) // 2)
    for line in lines:
        fields = line.to_dict()
        left = line.left[-side:].rjust(side)
        match = click.style(line.match, bold=True, fg="yellow") + " " * max(0, middle - len(line.match))
        place = f"{fields['report'][:8]} {fields['year'] or '':4} p{fields['page']}"
        yield f"{left} {match} {line.right[:side]:{side}}  {place} {fields['paragraph'] or ''}".rstrip()
    yield f"{len(lines):,} mentions. Each line ends with the start of the report's id: `reviews show ID` opens it."


@click.command(cls=QueryCommand)
@click.argument("queries", nargs=-1, required=True)
@click.option(
    "--by",
    type=click.Choice(["year", "board", "area", "kind", "type"]),
    default="year",
    show_default=True,
    help="Group the counts by this.",
)
@filtered
@click.option("--suppress-small", is_flag=True, help="Hide counts from 1 to 4, which can identify people.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to a .csv, .xlsx, .jsonl, .svg or .png file.")
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
    filters: Filters,
) -> None:
    """Count the reports that mention each of the QUERIES, by year, and show their share of that year's reports."""
    from corpus.disk.atomic import write_atomic
    from reviews.terminal.results import width
    from search.analytics.charts import PICTURES, chart
    from search.analytics.trends import COLUMNS
    from search.analytics.trends import trends as find

    with _searching(path, filters, *queries) as searcher:
        points = find(searcher, queries, by, filters, suppress_small=suppress_small)
        draw = PICTURES.get(out.suffix.lower()) if out else None
        if out and draw:
            write_atomic(out, draw(points))
            _say_written(f"Chart written to {out}", searcher, as_json=as_json)
        elif not _written((point.to_dict() for point in points), COLUMNS, out, as_json, "points", searcher):
            _print_answer(chart(points, width()), searcher)


@click.command(cls=QueryCommand)
@click.argument("query", required=False, default="")
@filtered
@click.option(
    "--only", type=click.Choice(["recommendation", "finding"]), help="Show only recommendations, or only findings."
)
@OUT
@JSON
@click.pass_obj
def recommendations(
    path: Path, /, query: str, only: str | None, out: Path | None, as_json: bool, filters: Filters
) -> None:
    """List every recommendation and finding, or only those that mention QUERY. Each has its number, text, report and
    page, and the organisation it addresses where the text names one.
    """
    from corpus.model import ItemKind
    from search.analytics.recommendations import COLUMNS, recommended

    with _searching(path, filters, query) as searcher:
        kind = ItemKind(only) if only else None
        rows = recommended(searcher, query, filters, kind=kind)
        if not _written(rows, COLUMNS, out, as_json, "items", searcher):
            _print_answer(_listed(rows), searcher)


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
        addressee = f", for {row['addressee']}" if row["addressee"] else ""
        yield click.style(f"  {row['kind']} {row['number'] or '(no number)'}, page {row['page']}{addressee}", fg="cyan")
        yield from textwrap.wrap(str(row["text"]), width(), initial_indent="    ", subsequent_indent="    ")
    total = counted(items, "recommendation or finding", "recommendations and findings")
    yield f"{total} in {counted(reports, 'report')}."


@click.command(cls=QueryCommand)
@click.argument("query")
@filtered
@click.option(
    "--unit",
    type=click.Choice(["paragraph", "report"]),
    default="paragraph",
    show_default=True,
    help="Compare the paragraphs that mention QUERY with all others, or whole reports.",
)
@click.option("--limit", type=click.IntRange(min=1), default=40, show_default=True, help="Number of words to show.")
@OUT
@JSON
@click.pass_obj
def terms(path: Path, /, query: str, unit: Any, limit: int, out: Path | None, as_json: bool, filters: Filters) -> None:
    """List the words that are more common near QUERY than elsewhere (log-likelihood). Use it to find words to search
    for next.
    """
    from search.analytics.keyness import COLUMNS
    from search.analytics.keyness import terms as find

    with _searching(path, filters, query) as searcher:
        found = find(searcher, query, filters, unit=unit, limit=limit)
        if not _written((each.to_dict() for each in found), COLUMNS, out, as_json, "terms", searcher):
            _print_answer(_ranked(found), searcher)


@click.command(cls=QueryCommand)
@click.argument("one")
@click.argument("other")
@filtered
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Number of words to show for each side."
)
@OUT
@JSON
@click.pass_obj
def compare(path: Path, /, one: str, other: str, limit: int, out: Path | None, as_json: bool, filters: Filters) -> None:
    """List the words that distinguish the reports matching ONE from those matching OTHER, such as `year:..2015`
    and `year:2016..`. Reports that match both are left out.
    """
    from reviews.terminal.results import counted
    from search.analytics.keyness import COLUMNS
    from search.analytics.keyness import compare as find

    with _searching(path, filters, one, other) as searcher:
        found = find(searcher, one, other, filters, limit=limit)
        sides = ((one, found.left, found.reports[0]), (other, found.right, found.reports[1]))
        if found.is_small:
            say("One side has fewer than five reports. Its words may be those of one report.")
        rows = [{"side": side, **each.to_dict()} for side, words, _ in sides for each in words]
        if _written(rows, ("side", *COLUMNS), out, as_json, "terms", searcher):
            return
        for side, words, reports in sides:
            print_lines([f"More common in {counted(reports, 'report')} with only {side}", *_ranked(words), ""])
        _print_answer([f"Reports with both, which are left out: {found.both:,}"], searcher)


def _ranked(found: Sequence[Keyword]) -> Iterator[str]:
    yield f"  {'word':24} {'score':>9} {'here':>8} {'elsewhere':>10} {'reports':>8}   per 10,000 words"
    for each in found:
        rates = f"{each.rates[0]:.1f} against {each.rates[1]:.1f}"
        yield (
            f"  {each.term:24} {each.score:>9,.1f} {each.here:>8,} {each.elsewhere:>10,} {each.reports:>8,}   {rates}"
        )


@click.command(cls=QueryCommand)
@click.argument("query", required=False, default="")
@filtered
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write: .jsonl, .csv or .xlsx for paragraphs; .ris or .bib for citations; .qdpx or .qdc for NVivo, "
    "ATLAS.ti or MAXQDA.",
)
@click.option("--catalogue", is_flag=True, help="Export the details of each report (one row each) instead of the text.")
@click.option(
    "--raw", is_flag=True, help="Write CSV for programs: no apostrophe before text that Excel would run as a formula."
)
@click.option(
    "--package", type=click.Path(path_type=Path), help="Write a study as a data package into this new folder."
)
@click.option(
    "--queries", "sheet", type=click.Path(path_type=Path), help="Sheet of queries for --package, .qdpx or .qdc."
)
@click.option("--periods", metavar="YEARS", default="", help="Periods for the package: 2015-2018,2019-2022.")
@click.option("--text", is_flag=True, help="Also put the full text of the reports into the package.")
@click.pass_obj
def export(
    path: Path,
    /,
    query: str,
    out: Path | None,
    catalogue: bool,
    raw: bool,
    package: Path | None,
    sheet: Path | None,
    periods: str,
    text: bool,
    filters: Filters,
) -> None:
    """Export the text of the reports for other tools (one row per paragraph), or citations for a reference manager.

    QUERY and filters choose the reports; --section chooses the sections. With --package, or with --out to a .qdpx or
    .qdc file, export a study: the answers to QUERY or to a sheet of queries.
    """
    if (out is None) == (package is None):
        raise click.UsageError("Say where to write: --out FILE or --package FOLDER.")
    if package is not None or (out is not None and out.suffix.lower() in (".qdpx", ".qdc")):
        from reviews.cli.study import export_study

        export_study(path, query, sheet, filters, package or out or Path(), periods, text)
        return
    if out is not None:
        _export(path, query, out, catalogue, raw, filters)


def _export(path: Path, query: str, out: Path, catalogue: bool, raw: bool, filters: Filters) -> None:
    from corpus.disk.atomic import write_atomic
    from reviews import citation
    from reviews.terminal.results import counted
    from search.analytics.paragraphs import COLUMNS, chosen, paragraphs
    from search.tables.writers import write_rows

    form = out.suffix.lower()
    if filters.sections and not query and (catalogue or form in (".ris", ".bib")):
        raise UsageError("--section says where the words of QUERY must occur. Give a QUERY, or leave --section out.")
    with _searching(path, filters, query) as searcher:
        if form in (".ris", ".bib"):
            if catalogue:
                raise UsageError("--catalogue writes .csv, .jsonl or .xlsx. Leave it out for citations.")
            write = citation.ris if form == ".ris" else citation.bibtex
            reports = chosen(searcher, query, filters)
            write_atomic(out, "".join(write(report) for report in reports).encode("utf-8", "replace"))
            click.echo(f"{counted(len(reports), 'citation')} written to {out}")
        elif catalogue:
            rows = [
                {**r.to_dict(), "files": "; ".join(r.files), "provenance": None}
                for r in chosen(searcher, query, filters)
            ]
            columns = [name for name in (rows[0] if rows else {"id": ""}) if name != "provenance"]
            click.echo(f"{counted(write_rows(out, rows, columns, raw=raw), 'report')} written to {out}")
        else:
            count = write_rows(out, paragraphs(searcher, query, filters), COLUMNS, raw=raw)
            click.echo(f"{counted(count, 'paragraph')} written to {out}")


@click.command()
@click.argument("subject", metavar="THEME")
@filtered
@click.option("--suppress-small", is_flag=True, help="Hide counts from 1 to 4, which can identify people.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to a Word document (.docx) instead of the screen.")
@JSON
@click.pass_obj
def briefing(
    path: Path, /, subject: str, suppress_small: bool, out: Path | None, as_json: bool, filters: Filters
) -> None:
    """Assemble what the reports say about THEME: how many mention it, by year and board, what findings say, which
    recommendations mention it, and related themes. Everything is counted or quoted; nothing is generated.
    """
    from corpus.disk.atomic import write_atomic
    from reviews.terminal.briefing import lines
    from search.analytics.briefing import briefing as assemble

    if out is not None and out.suffix.lower() != ".docx":
        raise UsageError(f"{out.name} must end in .docx. For a program, use --json.")
    with _searching(path, filters) as searcher:
        brief = assemble(searcher, subject, filters, suppress_small=suppress_small)
    if out is not None:
        from reviews.documents.of_briefing import briefing_document

        write_atomic(out, briefing_document(brief, ""))
        click.echo(f"Briefing written to {out}", err=as_json)
    elif as_json:
        print_json(brief.to_dict())
    else:
        print_lines(lines(brief))
