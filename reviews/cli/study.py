"""Commands for studies: sample, agreement, flow, and exports for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import UsageError
from reviews.cli.console import JSON, QueryCommand, input_of, open_library, print_json, print_lines
from reviews.cli.filter_options import filtered

if TYPE_CHECKING:
    from reviews.library import Library
    from search.batch.study import Study
    from search.filters import Filters


@click.command(cls=QueryCommand)
@click.argument("query")
@filtered
@click.option("--n", type=click.IntRange(min=1), default=30, show_default=True, help="Number of mentions to draw.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed draws the same sample.")
@click.option("--coders", type=click.IntRange(min=1, max=20), default=2, show_default=True, help="Number of sheets.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write: .xlsx, .csv or .jsonl.")
@click.pass_obj
def sample(path: Path, /, query: str, n: int, seed: int, coders: int, out: Path, filters: Filters) -> None:
    """Draw a random sample of the mentions of QUERY, and write a sheet for each coder, as OUT.coder1.xlsx.

    Coders fill in the column `code` without seeing each other's sheets; then run `reviews agreement`.
    """
    from search.coding.sample import sample as draw
    from search.coding.sample import write_sheets

    with open_library(path) as library:
        rows = draw(library.searcher(), query, filters, n=n, seed=seed)
    files = write_sheets(out, rows, coders)
    click.echo(f"{len(rows):,} of {rows[0]['mentions']:,} mentions drawn with seed {seed}.")
    click.echo("Written: " + ", ".join(str(file) for file in files))


@click.command()
@click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--relevant", metavar="CODE", default="", help="Also give the precision: the share that has this code.")
@click.option("--record", type=click.Path(path_type=Path), help="Add the figures to this .about.json file.")
@JSON
def agreement(sheets: tuple[Path, ...], relevant: str, record: Path | None, as_json: bool) -> None:
    """Show how far the coders of two or more SHEETS agree: percent, Cohen's kappa, Krippendorff's alpha, and every
    mention on which they differ.
    """
    from search.coding import coded

    found = coded.agreement([coded.read(sheet) for sheet in sheets], relevant)
    if record is not None:
        coded.keep(record, found)
    if as_json:
        print_json(found)
    else:
        print_lines(_agreement_lines(found))


def _agreement_lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{found['units']:,} mentions in every sheet, {found['coded_by_all']:,} coded by all: {found['query']}"
    for pair in found["pairs"]:
        names = " and ".join(pair["coders"])
        yield f"{names}: {_percent(pair['percent'])} agreement, Cohen's kappa {_figure(pair['kappa'])}"
    yield f"Krippendorff's alpha (nominal): {_figure(found['alpha'])}"
    for each in found["precision"] or ():
        interval = f"{_percent(each['low'])} to {_percent(each['high'])}"
        share = f"{each['relevant']} of {each['of']} = {_percent(each['share'])}"
        yield f"Precision by {each['coder']}: {share} (95% interval {interval})"
    for each in found["disagreements"]:
        yield f"  {each['mention']}  {' / '.join(code or '(none)' for code in each['codes'])}"


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.1f}%"


def _figure(number: float | None) -> str:
    return "not defined" if number is None else f"{number:.3f}"


@click.command(cls=QueryCommand)
@click.argument("queries", nargs=-1, required=True)
@filtered
@click.option("--out", type=click.Path(path_type=Path), help="Write to a .svg, .csv, .xlsx or .jsonl file.")
@JSON
@click.pass_obj
def flow(path: Path, /, queries: tuple[str, ...], out: Path | None, as_json: bool, filters: Filters) -> None:
    """Count the flow of a systematic review (PRISMA 2020): from the files found to the reports that match any of the
    QUERIES.
    """
    from corpus.disk.atomic import write_atomic
    from search.batch.flow import COLUMNS, svg
    from search.tables.writers import write_rows

    with open_library(path) as library:
        found = library.flow(queries, filters)
    if out is not None and out.suffix.lower() == ".svg":
        write_atomic(out, svg(found).encode())
    elif out is not None:
        write_rows(out, found.rows(), COLUMNS)
    if as_json:
        print_json({"flow": list(found.rows())})
    elif out is None:
        print_lines(f"{row['n']:>9,}  {row['stage']} ({row['counted']})" for row in found.rows())
    else:
        click.echo(f"Written: {out}")


def export_study(
    path: Path, query: str, sheet: Path | None, filters: Filters, out: Path, periods: str, text: bool
) -> None:
    """Write a study as a data package (a folder), or for qualitative analysis programs (.qdpx, .qdc)."""
    if (sheet is None) == (not query):
        raise UsageError("Give either a QUERY, or a sheet of queries with --queries.")
    with open_library(path) as library:
        if sheet is not None:
            from search.sheets.query_sheet import questions

            name = sheet.name
            study = library.study(questions(input_of(sheet), name), filters, periods=periods)
        else:
            name, study = query, library.study([query], filters, periods=periods)
        if out.suffix.lower() in (".qdpx", ".qdc"):
            _export_qda(library, study, out, name)
        else:
            from search.package.tables import resources
            from search.package.writer import write_package

            tables = resources(library.searcher(), study, filters, text=text)
            files = write_package(out, tables, study.about, f"Safeguarding practice reviews: {name}")
            click.echo(f"{len(files)} files written to {out}. Start with datapackage.json or codebook.csv.")


def _export_qda(library: Library, study: Study, out: Path, name: str) -> None:
    from search.coding import qda

    codes, reports = qda.codes_of(study), {report.id: report for report in library.searcher().reports()}
    if out.suffix.lower() == ".qdc":
        qda.write_codebook(out, codes)
        click.echo(f"{len(codes)} codes written to {out}")
        return
    segments = qda.segments_of(study)
    sources = ((reports[report], library.searcher().text(report)) for report in segments)
    qda.write_project(out, name, study.about.asked_at.replace("+00:00", "Z"), codes, sources, segments)
    total = sum(map(len, segments.values()))
    click.echo(f"{total:,} coded mentions in {len(segments):,} sources written to {out}")
