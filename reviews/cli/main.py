"""The `reviews` command: reads what was typed, calls the library, prints. Imports wait until they are needed."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import LimitHit, ReviewsError, SomeFilesFailed, UsageError
from corpus.refusal import refused
from reviews.cli import analysis, batch, search, startup
from reviews.cli.console import JSON, open_library, print_json, print_lines, progress_line, say

if TYPE_CHECKING:
    from corpus.settings import Settings
    from ingest.summary import IngestSummary
    from reviews.maintenance.update import Run

PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path, readable=False))  # we say why
JOBS = click.option("--jobs", type=click.IntRange(min=1), help="Processes to use; default: one for each core.")
STRICT = click.option(
    "--strict", is_flag=True, help="Exit with code 3 when a file could not be read or a folder is gone."
)
TRUST = click.option(
    "--trust-hidden-text", is_flag=True, help="Take text under black boxes too; every run of the library must say so."
)


class _Commands(click.Group):
    """Turns our errors into a sentence and an exit code; a bug keeps its traceback."""

    def main(self, *args: Any, **more: Any) -> Any:
        startup.open_streams()
        return super().main(*args, **more)

    def invoke(self, context: click.Context) -> Any:
        try:
            startup.assert_utf8()
            with startup.ending():
                return super().invoke(context)
        except ReviewsError as error:
            say(f"Error: {error}")
            context.exit(error.exit_code)
        except startup.Ended as error:
            say(f"Ended by {error}. What was finished is kept; run the same command again to go on.")
            context.exit(error.exit_code)
        except KeyboardInterrupt:
            say("Interrupted. What was finished is kept; run the same command again to go on.")
            context.exit(130)
        except BrokenPipeError:  # the reader of our output has seen enough, as in `reviews … | head`
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
        except Exception:  # noqa: BLE001 - the last who can say what to do with it
            traceback.print_exc()
            say("This is a bug. Please report the lines above, and what you did: see CONTRIBUTING.md.")
            context.exit(ReviewsError.exit_code)


_NO_MEMORY = (
    "There is not enough memory for this command. Close other programs, raise the limit (`ulimit -v`), or use fewer "
    "processes (--jobs 1); then run the command again."
)


def _refusal(error: OSError) -> str:
    """What the system refused, and what to do."""
    if error.errno == errno.ENOMEM:
        return _NO_MEMORY
    if isinstance(error.filename, str | bytes):
        return str(refused(Path(os.fsdecode(error.filename)), error))
    what = error.strerror or str(error) or type(error).__name__
    return f"The system refused to go on: {what}. Check the disk, where the output goes, and your rights."


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--library",
    "library",
    type=click.Path(path_type=Path, readable=False),
    envvar="REVIEWS_LIBRARY",
    default=Path("library"),
    help="The folder that holds the collection; also from REVIEWS_LIBRARY; default: ./library.",
)
@click.version_option(package_name="safeguarding-reviews", message="%(version)s")
@click.pass_context
def main(context: click.Context, library: Path) -> None:
    """Search inside safeguarding practice reviews: every answer cites report, page and paragraph.

    Begin with `reviews update FOLDER`, then `reviews search neglect`.
    """
    context.obj = library


@main.command()
@click.option(
    "--catalogue",
    "examples",
    type=click.Choice(["knowsley", "demonstration"]),
    multiple=True,
    help="Begin with the rows of an example; without it the catalogue is empty.",
)
@click.pass_obj
def init(path: Path, examples: tuple[str, ...]) -> None:
    """Create a library: a private folder for reports, catalogue, text and index."""
    from corpus.layout import create_library

    settings = create_library(path, examples)
    click.echo(f"{settings.library} is ready. Put PDFs into {settings.reports}, then run `reviews update`.")


@main.command()
@PATHS
@JOBS
@STRICT
@TRUST
@JSON
@click.pass_obj
def ingest(
    path: Path, paths: tuple[Path, ...], jobs: int | None, strict: bool, trust_hidden_text: bool, as_json: bool
) -> None:
    """Read new and changed PDFs into the corpus; PATHS are files or folders, read where they are."""
    _run(path, paths, jobs, strict=strict, as_json=as_json, trust=trust_hidden_text, index=False)


@main.command()
@click.option("--rebuild", is_flag=True, help="Build everything anew from the corpus; no PDF is read.")
@click.option(
    "--use", metavar="GENERATION", help="Go back to a generation that is kept; the next update goes on from it."
)
@JOBS
@JSON
@click.pass_obj
def index(path: Path, rebuild: bool, use: str | None, jobs: int | None, as_json: bool) -> None:
    """Bring the index up to date with the corpus and the catalogue."""
    if use is not None:
        from reviews.maintenance.update import go_back

        if rebuild:
            raise UsageError("--rebuild makes a new generation and --use goes back to an old one: give one of them.")
        current = go_back(_settings(path, jobs, create=False), use)
        if as_json:
            print_json({"generation": current.manifest.id, "built_at": current.manifest.built_at})
        else:
            click.echo(f"Generation {current.manifest.id}, built {current.manifest.built_at}, is current.")
        return
    _run(path, (), jobs, strict=False, as_json=as_json, read=False, rebuild=rebuild)


@main.command()
@PATHS
@JOBS
@STRICT
@TRUST
@click.option("--verify", is_flag=True, help="Tell changed files by their bytes, not only by size and time.")
@click.option(
    "--allow-withdrawals", is_flag=True, help="Withdraw the reports of a folder that is suddenly empty or not there."
)
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
    as_json: bool,
) -> None:
    """Ingest, index and check: what a nightly job calls. Creates the library if there is none."""
    more = {"verify": verify, "allow_withdrawals": allow_withdrawals}
    _run(path, paths, jobs, strict=strict, as_json=as_json, trust=trust_hidden_text, **more)


@main.command()
@click.argument("report")
@click.option("--page", type=click.IntRange(min=1), help="Only this page (1 is the first of the file).")
@click.option("--recommendations", is_flag=True, help="Only its recommendations and findings, with page and addressee.")
@click.option("--find", "query", metavar="QUERY", help="Only what answers this query: every mention in order.")
@JSON
@click.pass_obj
def show(path: Path, report: str, page: int | None, recommendations: bool, query: str | None, as_json: bool) -> None:
    """Show what is known of a report, or the text of one page. REPORT is an id or the beginning of one."""
    from reviews.terminal import report as showing
    from reviews.terminal import results as results_text

    if recommendations and page is not None:
        raise UsageError("--recommendations shows those of the whole report: leave out --page.")
    if query is not None:
        if recommendations or page is not None:
            raise UsageError("--find looks through the whole report: leave out --page and --recommendations.")
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
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", help="How to print.")
@JSON
@click.pass_obj
def reports(path: Path, form: str, as_json: bool) -> None:
    """List what is held."""
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
    """Say what is held and searched, which pages could not be read, and which files failed and why."""
    from reviews.terminal.coverage import Account

    with open_library(path) as library:
        account = Account.of(library)
    if as_json:
        print_json(account.to_dict())
    else:
        print_lines(account.lines())


@main.command()
@click.option("--full", is_flag=True, help="Check every byte and every word, not a sample.")
@JSON
@click.pass_obj
def check(path: Path, full: bool, as_json: bool) -> None:
    """Verify corpus and index."""
    from corpus.errors import Corrupt
    from index import build

    with open_library(path) as library, library.store() as store:
        unsound = store.check()
        problems = [*unsound, *build.check(store, library.settings.index, full=full)]
        if unsound:
            problems.append("Restore corpus.db from a backup, or move it away and run `reviews update` again.")
    if as_json:
        print_json({"ok": not problems, "problems": problems})
    elif not problems:
        click.echo("Corpus and index are sound.")
    if problems:
        if as_json:
            click.get_current_context().exit(Corrupt.exit_code)
        raise Corrupt(" ".join(problems))


@main.group()
def catalogue() -> None:
    """The catalogue: what people know about the reports."""


@catalogue.command("check")
@JSON
@click.pass_obj
def catalogue_check(path: Path, as_json: bool) -> None:
    """Validate catalogue.csv: every bad row with its line and column."""
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
    """Print rows for reports that the catalogue does not describe, as CSV, from what was read in them."""
    from reviews.terminal.coverage import suggestions

    with open_library(path) as library:
        click.echo(suggestions(library), nl=False)


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
    **more: bool,
) -> None:
    from reviews.maintenance import update as updating

    settings = _settings(path, jobs, create=read, trust_hidden_text=trust or None)
    with progress_line() as progress:
        done: Run = updating.run(settings, paths, read=read, index=index, progress=progress, **more)
    from reviews.terminal import coverage as coverage_text

    if as_json:
        print_json(done.to_dict())
    else:
        print_lines(coverage_text.run_lines(done, settings))
    if done.ingested:
        for folder in done.ingested.held_back:  # on stderr, which a nightly job keeps
            say(coverage_text.missing_sentence(folder))
        if strict and (done.ingested.failures or done.ingested.held_back):
            raise SomeFilesFailed(_not_all(done.ingested))


def _not_all(done: IngestSummary) -> str:
    from reviews.terminal.results import counted

    told = [counted(len(done.failures), "file") + " could not be read"] if done.failures else []
    told += [counted(len(done.held_back), "folder") + " empty or not there"] if done.held_back else []
    return " and ".join(told) + "; `reviews coverage` says more."


def _settings(path: Path, jobs: int | None, *, create: bool, trust_hidden_text: bool | None = None) -> Settings:
    from corpus.errors import NoIndex
    from corpus.layout import create_library
    from corpus.settings import load_settings

    settings = load_settings(path, jobs=jobs, trust_hidden_text=trust_hidden_text)
    if not settings.database.exists():
        if not create:
            raise NoIndex(f"There is no library at {path}. Make one with `reviews update FOLDER`.")
        create_library(path)
    return settings


main.add_command(search.search)
main.add_command(search.similar)
main.add_command(search.themes)
main.add_command(batch.batch)
main.add_command(batch.log)
for _command in analysis.COMMANDS:
    main.add_command(_command)


from reviews.cli.web import serve, token  # noqa: E402 - the commands of the web page, in a module of their own

main.add_command(serve)
main.add_command(token)


from reviews.cli import operations  # noqa: E402

main.add_command(operations.status)
main.add_command(operations.runs)
main.add_command(operations.remove)
