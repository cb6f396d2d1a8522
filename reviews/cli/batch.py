"""`reviews batch` and `reviews log`: run a sheet of queries, repeat a recorded batch, print the search log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import UsageError
from reviews.cli.console import JSON, input_of, open_library, print_json, print_lines, progress_line, say
from reviews.cli.filter_options import filtered

if TYPE_CHECKING:
    from search.batch.record import Changes
    from search.batch.runner import BatchSummary
    from search.filters import Filters
    from search.periods import Periods
    from search.sheets.query_sheet import Sheet


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, readable=False), required=False)
@click.option("--out", type=click.Path(path_type=Path), help="File to write: .xlsx, .csv, .jsonl or .parquet.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["xlsx", "csv", "jsonl", "parquet"]),
    help="Output format. [default: from --out]",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Number of worker processes. [default: one per core]")
@click.option(
    "--web", metavar="URL", default="", help="Make links point to your web page at this address instead of to PDFs."
)
@click.option("--most", is_flag=True, help="Also list the reports that have most of the words of a query, but not all.")
@click.option(
    "--periods",
    metavar="YEARS",
    default="",
    help="Count by these periods instead of single years: 2015-2018,2019-2022.",
)
@click.option(
    "--raw", is_flag=True, help="Write CSV for programs: no apostrophe before text that Excel would run as a formula."
)
@click.option("--mentions", "each", is_flag=True, help="Also write a table with a row for each mention.")
@click.option("--strict", is_flag=True, help="Exit with code 7 if any query could not be answered.")
@click.option("--template", is_flag=True, help="Write an example sheet to --out (csv, tsv, xlsx, jsonl) or stdout.")
@click.option(
    "--repeat",
    type=click.Path(path_type=Path),
    help="Re-run the batch recorded in an .about.json file and report what changed.",
)
@filtered
@JSON
@click.pass_obj
def batch(
    path: Path,
    file: Path | None,
    out: Path | None,
    form: str | None,
    jobs: int | None,
    web: str,
    most: bool,
    periods: str,
    raw: bool,
    each: bool,
    strict: bool,
    template: bool,
    repeat: Path | None,
    as_json: bool,
    filters: Filters,
) -> None:
    """Run many queries at once. FILE is CSV, TSV, XLSX or JSON Lines with a column `query`, or plain text with one
    query per line; `-` reads stdin. Run the same command again to resume a batch that was stopped.

    A filter given here applies to every query whose row has no value in the column of that name.
    """
    from corpus.errors import QueryRefused
    from reviews.terminal.results import counted
    from search import periods as period_parser
    from search.filters import EVERYTHING
    from search.sheets.query_sheet import narrowed, read

    if [file is not None, template, repeat is not None].count(True) != 1:
        raise click.UsageError("Give a sheet of queries, or --repeat RECORD, or --template.")
    if filters != EVERYTHING and file is None:
        raise click.UsageError(
            "Filters work only with a sheet of queries. Leave them out with --template and --repeat."
        )
    if template:
        _template(out)
        return
    if web and not web.startswith(("http://", "https://")):
        raise UsageError("--web must be the address of your web page, such as http://127.0.0.1:8000.")
    chosen = BatchOptions(form, jobs, web, most, period_parser.read(periods) if periods else (), raw, each)
    if repeat is not None:
        _repeat(path, repeat, out, chosen, as_json)
        return
    if file is None or out is None:
        raise click.UsageError("Name the file to write with --out: .xlsx, .csv or .jsonl.")
    name = "stdin" if str(file) == "-" else file.name
    sheet = read(input_of(file), "" if name == "stdin" else name)
    sheet = replace(sheet, questions=[narrowed(each, filters) for each in sheet.questions])
    done = _run(path, sheet, out, chosen, name)
    if done.note:
        say(done.note)
    if as_json:
        print_json(done.to_dict())
    else:
        print_lines(_summary(done))
    if strict and done.errors:
        raise QueryRefused(
            f"{counted(done.errors, 'query', 'queries')} could not be answered. See the column `error` in {out}."
        )


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch is run and written, in the form that `Library.batch` takes.

    `jobs` is None for one process per core.
    """

    form: str | None
    jobs: int | None
    web: str
    most: bool
    periods: Periods
    raw: bool
    each: bool


def _run(path: Path, sheet: Sheet, out: Path, chosen: BatchOptions, name: str) -> BatchSummary:
    from search.batch.runner import Stopped

    if sheet.read:
        say(f"{name}: {sheet.read}")
    with open_library(path) as library, progress_line() as progress:
        try:
            return library.batch(
                sheet.questions,
                out,
                form=chosen.form,
                jobs=chosen.jobs or library.settings.jobs,
                web=chosen.web,
                most=chosen.most,
                periods=chosen.periods,
                raw=chosen.raw,
                each=chosen.each,
                sheet=name,
                read=sheet.read,
                progress=lambda done, total: progress("answering" if done < total else "writing", done, total),
            )
        except Stopped as stopped:
            say(
                f"\rInterrupted. {stopped.done:,} of {stopped.total:,} queries were answered and are kept in "
                f"{stopped.folder}. Run the same command again to resume; {out} was not written."
            )
            sys.exit(130)


def _summary(done: BatchSummary) -> Iterator[str]:
    from reviews.terminal.results import counted, coverage

    kept = f" ({done.kept:,} of them in an earlier run)" if done.kept else ""
    yield f"{counted(done.queries, 'query', 'queries')} run{kept}: {counted(done.mentions, 'mention')}."
    failed = [answer for answer in done.about.answers if answer.error]
    for answer in failed[:20]:
        yield f"Not answered: {answer.error}"
    if len(failed) > 20:
        yield f"… and {len(failed) - 20} more, all listed in the output."
    empty = sum(not answer.error and not answer.counts for answer in done.about.answers)
    if empty:
        yield f"{counted(empty, 'query', 'queries')} found nothing."
    yield "Written: " + ", ".join(str(file) for file in done.files)

    yield f"N counts {done.about.counted}."
    yield coverage(done.about.coverage)


def _template(out: Path | None) -> None:
    from corpus.disk.atomic import write_atomic
    from search.sheets.template import template

    if out is None:
        click.echo(template("csv").decode("utf-8-sig").replace("\r\n", "\n"), nl=False)
    else:
        write_atomic(out, template(out.suffix.lower().removeprefix(".")))
        click.echo(f"Example written to {out}. Edit its rows, then run `reviews batch {out.name} --out answers.xlsx`.")


def _repeat(path: Path, record: Path, out: Path | None, chosen: BatchOptions, as_json: bool) -> None:
    from tempfile import TemporaryDirectory

    from search.batch.record import changes, load
    from search.sheets.query_sheet import Sheet

    before = load(record)
    with TemporaryDirectory() as folder:
        where = out or Path(folder) / "again.jsonl"
        chosen = chosen if out else replace(chosen, form=None)
        done = _run(path, Sheet(before.questions(), before.read), where, chosen, before.sheet)
    if done.note:
        say(done.note)
    found = changes(before, done.about)
    if as_json:
        print_json(found.to_dict())
    else:
        print_lines(_differences(found))
        if out:
            click.echo("Written: " + ", ".join(str(file) for file in done.files))


def _differences(found: Changes) -> Iterator[str]:
    from reviews.terminal.results import counted

    titles = {**found.gone, **found.new}
    queries = counted(found.queries, "query", "queries")
    yield f"{queries} from {found.since} run again: {len(found.changes)} with a different answer."
    for heading, reports in (("New in the library", found.new), ("No longer in the library", found.gone)):
        if reports:
            yield f"{heading}: {counted(len(reports), 'report')}"
            yield from (f"  {report[:12]}  {title}" for report, title in reports.items())
    for change in found.changes:
        (n, mentions), (n_now, mentions_now) = (map(_count, each) for each in (change.before, change.after))
        yield f"{change.id}  {change.query}: {n} → {n_now} reports, {mentions} → {mentions_now} mentions"
        if change.error:
            yield f"    not answered this time: {change.error}"
        for sign, ids in (("+", change.came), ("-", change.went), ("±", change.other)):
            yield from (f"    {sign} {report[:12]}  {titles.get(report, '')}".rstrip() for report in ids)


def _count(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"


@click.command()
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write to a .csv, .xlsx or .jsonl file instead of the screen."
)
@JSON
@click.pass_obj
def log(path: Path, records: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Print a search log for a systematic review (PRISMA-S): what was searched and when, and every query in full with
    its filters and results. RECORDS are .about.json files from batches and files from `search --log`.
    """
    from search.batch.search_log import COLUMNS, read
    from search.tables.writers import write_rows

    rows = [row for record in records for row in read(record, path.resolve().name)]
    if as_json:
        print_json({"searches": rows})
    if out:
        write_rows(out, rows, COLUMNS)
    if not as_json and not out:
        print_lines(_log_lines(rows))


def _log_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    from reviews.terminal.results import counted

    last = None
    for row in rows:
        head = tuple(row[name] for name in ("asked_at", "library", "searched", "not_searched", "generation", "program"))
        if head != last:
            if last:
                yield ""
            yield f"Searched on {row['asked_at']}: {row['searched']} in the library {row['library']}"
            yield f"  not searched: {row['not_searched']}; index {row['generation']}; {row['program']}"
            last = head
        limits = f"  [{row['limits']}]" if row["limits"] else ""
        yield f"{row['id']}  {row['query']}{limits}".strip()
        if row["error"]:
            yield f"    not answered: {row['error']}"
            continue
        if row["read_as"] != row["query"]:
            yield f"    read as {row['read_as']}"
        cases, mentions = counted(row["cases"], "case"), counted(row["mentions"], "mention")
        yield f"    {row['reports']} of {row['of']} reports, {cases}, {mentions}"
