"""The `reviews` command and its main subcommands. Heavy modules are imported only where they are used."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.disk.disk_errors import refused
from corpus.errors import LimitHit, ReviewsError, SomeFilesFailed, UsageError
from ingest.sandbox.limits import forbid_core_dumps
from reviews.cli import startup
from reviews.cli.console import JSON, open_library, print_json, print_lines, progress_line, say
from reviews.cli.run_options import COPIES, JOBS, PATHS, STRICT, TRUST

if TYPE_CHECKING:
    from corpus.settings import Settings
    from ingest.summary import IngestSummary
    from reviews.maintenance.update import Run


class _Commands(click.Group):
    """The group of all commands. Errors become a sentence and an exit code; a bug keeps its traceback."""

    def main(self, *args: Any, **more: Any) -> Any:
        startup.open_streams()
        return super().main(*args, **more)

    def invoke(self, context: click.Context) -> Any:
        try:
            startup.assert_utf8()
            forbid_core_dumps()
            with startup.ending():
                return super().invoke(context)
        except ReviewsError as error:
            say(f"Error: {error}")
            context.exit(error.exit_code)
        except startup.Ended as error:
            say(f"Stopped by {error}. Finished work is kept. Run the same command again to continue.")
            context.exit(error.exit_code)
        except KeyboardInterrupt:
            say("Interrupted. Finished work is kept. Run the same command again to continue.")
            context.exit(130)
        except BrokenPipeError:  # the program reading the output has stopped, as in `reviews … | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            context.exit(0)
        except OSError as error:
            say(f"Error: {_refusal(error)}")
            context.exit(LimitHit.exit_code)
        except MemoryError:
            say(f"Error: {_NO_MEMORY}")
            context.exit(LimitHit.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:  # noqa: BLE001 - the last place to say what to do about a bug
            import traceback

            traceback.print_exc()
            say("This is a bug. Please report the lines above and what you did: see CONTRIBUTING.md.")
            context.exit(ReviewsError.exit_code)


_NO_MEMORY = (
    "Not enough memory for this command. Close other programs, raise the limit (`ulimit -v`), or use fewer processes "
    "(--jobs 1), then run the command again."
)


def _refusal(error: OSError) -> str:
    """Return the message for an operating-system error, with what to do."""
    if error.errno == errno.ENOMEM:
        return _NO_MEMORY
    if isinstance(error.filename, str | bytes):
        return str(refused(Path(os.fsdecode(error.filename)), error))
    reason = error.strerror or str(error) or type(error).__name__
    return f"The system reported: {reason}. Check the disk, the output file and your permissions."


@click.group(
    cls=_Commands,
    commands=startup.Commands(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--library",
    "library",
    type=click.Path(path_type=Path, readable=False),
    envvar="REVIEWS_LIBRARY",
    default=Path("library"),
    help="Folder of the library; also set by REVIEWS_LIBRARY. [default: ./library]",
)
@click.version_option(package_name="safeguarding-reviews", message="%(version)s")
@click.pass_context
def main(context: click.Context, library: Path) -> None:
    """Search inside safeguarding practice reviews. Every result cites its report, page and paragraph.

    Start with `reviews update FOLDER`, then `reviews search neglect`.
    """
    context.obj = library


@main.command()
@click.option(
    "--catalogue",
    "examples",
    type=click.Choice(["knowsley", "demonstration"]),
    multiple=True,
    help="Fill the catalogue with example rows; without it the catalogue starts empty.",
)
@click.pass_obj
def init(path: Path, examples: tuple[str, ...]) -> None:
    """Create a library: a private folder for the reports, catalogue, text and index."""
    from corpus.layout import create_library
    from corpus.paths import LibraryPaths

    made = "There is already a library at" if LibraryPaths(path).database.exists() else "Created"
    settings = create_library(path, examples)
    click.echo(f"{made} {settings.library}. Put your PDFs in {settings.reports}, then run `reviews update`.")


@main.command()
@PATHS
@JOBS
@STRICT
@TRUST
@COPIES
@JSON
@click.pass_obj
def ingest(
    path: Path,
    paths: tuple[Path, ...],
    jobs: int | None,
    strict: bool,
    trust_hidden_text: bool,
    allow_copies: bool,
    as_json: bool,
) -> None:
    """Read new and changed PDFs into the library. PATHS are files or folders; they stay where they are."""
    _run(
        path,
        paths,
        jobs,
        strict=strict,
        as_json=as_json,
        trust=trust_hidden_text,
        index=False,
        allow_copies=allow_copies,
    )


@main.command()
@click.option("--rebuild", is_flag=True, help="Rebuild the whole index from the stored text. No PDF is read again.")
@click.option("--use", metavar="GENERATION", help="Go back to an older generation. The next update builds a new one.")
@JOBS
@JSON
@click.pass_obj
def index(path: Path, rebuild: bool, use: str | None, jobs: int | None, as_json: bool) -> None:
    """Bring the index up to date with the stored text and the catalogue."""
    if use is not None:
        from reviews.maintenance.update import go_back

        if rebuild:
            raise UsageError(
                "--rebuild makes a new generation and --use goes back to an old one. Give only one of them."
            )
        current = go_back(_settings(path, jobs, create=False), use)
        if as_json:
            print_json({"generation": current.id, "built_at": current.built_at})
        else:
            click.echo(f"Now using generation {current.id}, built {current.built_at}.")
        return
    _run(path, (), jobs, strict=False, as_json=as_json, read=False, rebuild=rebuild)


@main.command()
@PATHS
@JOBS
@STRICT
@TRUST
@click.option("--verify", is_flag=True, help="Find changed files by their contents, not only by size and time.")
@click.option(
    "--allow-withdrawals", is_flag=True, help="Withdraw the reports of a folder that is suddenly empty or missing."
)
@COPIES
@click.option("--collect", "collect_first", is_flag=True, help="First run `reviews collect`.")
@JSON
@click.pass_obj
def update(
    path: Path,
    paths: tuple[Path, ...],
    jobs: int | None,
    strict: bool,
    trust_hidden_text: bool,
    verify: bool,
    allow_withdrawals: bool,
    allow_copies: bool,
    collect_first: bool,
    as_json: bool,
) -> None:
    """Read new PDFs, update the index and check it: the command for a nightly job. Creates the library if needed."""
    not_collected = _collected(path) if collect_first else None
    _run(
        path,
        paths,
        jobs,
        strict=strict,
        as_json=as_json,
        trust=trust_hidden_text,
        verify=verify,
        allow_withdrawals=allow_withdrawals,
        allow_copies=allow_copies,
    )
    if not_collected:
        raise not_collected


def _collected(path: Path) -> ReviewsError | None:
    """Collect before an update.

    An error is returned, to be raised after the update, because the library's reports are read in any case.
    """
    from reviews.maintenance import collect as maintenance
    from reviews.terminal.collecting import collect_lines

    try:
        with progress_line() as progress:
            done = maintenance.run(_settings(path, None, create=True), (), dry_run=False, progress=progress)
    except ReviewsError as error:
        return error
    for line in collect_lines(done):
        say(line)
    return None


@main.command()
@click.argument("report")
@click.option("--page", type=click.IntRange(min=1), help="Show the text of this page; 1 is the first page of the file.")
@click.option("--recommendations", is_flag=True, help="List only its recommendations and findings.")
@click.option("--find", "query", metavar="QUERY", help="List every match of this query, in order.")
@JSON
@click.pass_obj
def show(path: Path, report: str, page: int | None, recommendations: bool, query: str | None, as_json: bool) -> None:
    """Show the details of a report, or the text of one page. REPORT is an id or the start of one."""
    from reviews.terminal import report as showing
    from reviews.terminal import results as results_text

    if recommendations and page is not None:
        raise UsageError("--recommendations covers the whole report. Leave out --page.")
    if query is not None:
        if recommendations or page is not None:
            raise UsageError("--find searches the whole report. Leave out --page and --recommendations.")
        with open_library(path) as library:
            results = library.find(report, query)
        if as_json:
            print_json(results.to_dict())
        else:
            print_lines(results_text.answer(results, 0))
        return
    with open_library(path) as library:
        found, content = library.report(report)
    if as_json:
        print_json(showing.to_dict(found, content, page) if not recommendations else showing.items_dict(found, content))
    elif recommendations:
        print_lines(showing.item_lines(found, content))
    elif page is None:
        print_lines(showing.described(found, content))
    else:
        print_lines(showing.page_lines(found, content, page))


@main.command()
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", help="Output format.")
@JSON
@click.pass_obj
def reports(path: Path, form: str, as_json: bool) -> None:
    """List the reports in the library."""
    from reviews.terminal import report as showing

    with open_library(path) as library:
        held = library.reports()
    if as_json or form == "json":
        print_json({"reports": [report.to_dict() for report in held]})
    elif form == "csv":
        click.echo(showing.reports_csv(held), nl=False)
    else:
        print_lines(showing.reports_table(held))


@main.command()
@JSON
@click.pass_obj
def coverage(path: Path, as_json: bool) -> None:
    """Show what the library contains and searches, and which pages and files could not be read and why."""
    from reviews.terminal.coverage import CoverageReport

    with open_library(path) as library:
        report = CoverageReport.of(library)
    if as_json:
        print_json(report.to_dict())
    else:
        print_lines(report.lines())


def _run(
    path: Path,
    paths: Sequence[Path],
    jobs: int | None,
    *,
    strict: bool,
    as_json: bool,
    trust: bool = False,
    read: bool = True,
    index: bool = True,
    rebuild: bool = False,
    verify: bool = False,
    allow_withdrawals: bool = False,
    allow_copies: bool = False,
) -> None:
    from reviews.maintenance import update as maintenance

    settings = _settings(path, jobs, create=read, trust_hidden_text=trust or None)
    with progress_line() as progress:
        done: Run = maintenance.run(
            settings,
            paths,
            read=read,
            index=index,
            rebuild=rebuild,
            verify=verify,
            allow_withdrawals=allow_withdrawals,
            allow_copies=allow_copies,
            progress=progress,
        )
    from reviews.terminal import coverage as coverage_text

    if as_json:
        print_json(done.to_dict())
    else:
        print_lines(coverage_text.run_lines(done, settings))
    if done.ingested:
        for folder in done.ingested.held_back:  # on stderr, which cron mails
            say(coverage_text.missing_sentence(folder))
        if strict and (done.ingested.failures or done.ingested.held_back):
            raise SomeFilesFailed(_failures_sentence(done.ingested))


def _failures_sentence(done: IngestSummary) -> str:
    from reviews.terminal.results import counted

    parts = [counted(len(done.failures), "file") + " could not be read"] if done.failures else []
    parts += [counted(len(done.held_back), "folder") + " empty or missing"] if done.held_back else []
    return " and ".join(parts) + ". See `reviews coverage`."


def _settings(path: Path, jobs: int | None, *, create: bool, trust_hidden_text: bool | None = None) -> Settings:
    from corpus.errors import NoIndex
    from corpus.layout import create_library
    from corpus.settings import load_settings

    settings = load_settings(path, jobs=jobs, trust_hidden_text=trust_hidden_text)
    if not settings.database.exists():
        if not create:
            raise NoIndex(f"There is no library at {path}. Create one with `reviews update FOLDER`.")
        create_library(path)
    return settings
