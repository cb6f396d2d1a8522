"""`reviews batch` and `reviews log`: many questions at once, the record of what was asked, and what has changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
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
    from search.sheets.query_sheet import Sheet


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, readable=False), required=False)
@click.option("--out", type=click.Path(path_type=Path), help="Where to write: a .xlsx, .csv or .jsonl file.")
@click.option("--format", "form", type=click.Choice(["xlsx", "csv", "jsonl"]), help="What to write; default: by --out.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes that answer; default: one for each core.")
@click.option("--web", metavar="URL", default="", help="Address of your own web page, to which links lead, not PDFs.")
@click.option("--strict", is_flag=True, help="Exit with code 7 when a query could not be answered.")
@click.option("--template", is_flag=True, help="Write an example sheet to --out (csv, tsv, xlsx, jsonl) or stdout.")
@click.option("--repeat", type=click.Path(path_type=Path), help="Ask what an .about.json records; tell the changes.")
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
    strict: bool,
    template: bool,
    repeat: Path | None,
    as_json: bool,
    filters: Filters,
) -> None:
    """Answer many queries at once. FILE is CSV, TSV, XLSX or JSON Lines with a column `query`, or one query a line; `-`
    reads stdin. A batch that was stopped goes on where it was when the same command is run again.

    Filters given here hold for every query that has none of its own in the column of that name.
    """
    from corpus.errors import QueryRefused
    from search.filters import EVERYTHING
    from search.sheets.query_sheet import narrowed, read

    if [file is not None, template, repeat is not None].count(True) != 1:
        raise click.UsageError("Give a sheet of queries, or --repeat RECORD, or --template.")
    if filters != EVERYTHING and file is None:
        raise click.UsageError("Filters are for a sheet of queries: --template and --repeat take none.")
    if template:
        _template(out)
        return
    if web and not web.startswith(("http://", "https://")):
        raise UsageError("--web must be the address of your own page, such as http://127.0.0.1:8000.")
    if repeat is not None:
        _repeat(path, repeat, out, form, jobs, web, as_json)
        return
    if file is None or out is None:
        raise click.UsageError("Say with --out where to write the answer: a .xlsx, .csv or .jsonl file.")
    name = "stdin" if str(file) == "-" else file.name
    sheet = read(input_of(file), "" if name == "stdin" else name)
    sheet = replace(sheet, questions=[narrowed(each, filters) for each in sheet.questions])
    done = _run(path, sheet, out, form, jobs, web, name)
    if as_json:
        print_json(done.to_dict())
    else:
        print_lines(_told(done))
    if strict and done.errors:
        raise QueryRefused(f"{done.errors} queries could not be answered: see the column `error` of {out}.")


def _run(path: Path, sheet: Sheet, out: Path, form: str | None, jobs: int | None, web: str, name: str) -> BatchSummary:
    from search.batch.runner import Stopped

    if sheet.read:
        say(f"{name}: {sheet.read}")
    with open_library(path) as library, progress_line() as progress:
        try:
            return library.batch(
                sheet.questions,
                out,
                form=form,
                jobs=jobs or library.settings.jobs,
                web=web,
                sheet=name,
                read=sheet.read,
                progress=lambda done, total: progress(
                    "answering" if done < total else "answered, now being written:", done, total
                ),
            )
        except Stopped as stopped:
            say(
                f"\rInterrupted. {stopped.done:,} of {stopped.total:,} queries are answered and kept in "
                f"{stopped.folder}. Run the same command again to go on; {out} was not written."
            )
            sys.exit(130)


def _told(done: BatchSummary) -> Iterator[str]:
    from reviews.terminal.results import counted, coverage

    kept = f" ({done.kept:,} of them before)" if done.kept else ""
    yield (
        f"{counted(done.queries, 'query', 'queries')} asked{kept}: {counted(done.mentions, 'mention')} in "
        f"{counted(done.rows, 'row')}."
    )
    wrong = [asked for asked in done.about.asked if asked.error]
    for asked in wrong[:20]:
        yield f"Not answered: {asked.error}"
    if len(wrong) > 20:
        yield f"… and {len(wrong) - 20} more, all in the output."
    nothing = sum(not asked.error and not asked.counts for asked in done.about.asked)
    if nothing:
        yield f"{counted(nothing, 'query', 'queries')} found nothing."
    yield "Written: " + ", ".join(str(file) for file in done.files)
    from corpus.files import Coverage

    yield coverage(Coverage(**done.about.coverage))


def _template(out: Path | None) -> None:
    from corpus.atomic import write_atomic
    from search.sheets.template import template

    if out is None:
        click.echo(template("csv").decode("utf-8-sig").replace("\r\n", "\n"), nl=False)
    else:
        write_atomic(out, template(out.suffix.lower().removeprefix(".")))
        click.echo(f"{out} is an example. Change its rows, then run `reviews batch {out.name} --out answers.xlsx`.")


def _repeat(
    path: Path, record: Path, out: Path | None, form: str | None, jobs: int | None, web: str, as_json: bool
) -> None:
    from tempfile import TemporaryDirectory

    from search.batch.record import changes, load
    from search.sheets.query_sheet import Sheet

    before = load(record)
    with TemporaryDirectory() as folder:
        where = out or Path(folder) / "again.jsonl"
        done = _run(path, Sheet(before.questions(), before.read), where, form if out else None, jobs, web, before.sheet)
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
    asked = counted(found.asked, "query", "queries")
    yield f"{asked} of {found.since} asked again: {len(found.queries)} answer differently."
    for said, held in (("New in the library", found.new), ("No longer in the library", found.gone)):
        if held:
            yield f"{said}: {counted(len(held), 'report')}"
            yield from (f"  {report[:12]}  {title}" for report, title in held.items())
    for change in found.queries:
        yield (
            f"{change.id}  {change.query}: {change.before[0]} → {change.after[0]} reports, "
            f"{change.before[1]:,} → {change.after[1]:,} mentions"
        )
        if change.error:
            yield f"    not answered now: {change.error}"
        for sign, reports in (("+", change.came), ("-", change.went), ("±", change.other)):
            yield from (f"    {sign} {report[:12]}  {titles.get(report, '')}".rstrip() for report in reports)


@click.command()
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write a .csv, .xlsx or .jsonl file, and print nothing.")
@JSON
@click.pass_obj
def log(path: Path, records: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Print the search log as a systematic review must report it (PRISMA-S): what was searched and when, every query in
    full with its limits, and what it found. RECORDS are .about.json files of batches and files of `search --log`.
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
            yield f"Searched on {row['asked_at']}: {row['searched']} of the library {row['library']}"
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
