"""Helpers shared by the commands: output, input files, progress, opening the library."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.disk.names import CONTROLS, escaped_controls
from corpus.errors import UsageError

if TYPE_CHECKING:
    from reviews.library import Library

JSON = click.option("--json", "as_json", is_flag=True, help="Output JSON.")

_MOST_TYPED = 100_000  # maximum bytes of a query on standard input
_CONTROLS = re.compile(rf"(?!\x1b\[[0-9;]*m)[{CONTROLS}]")  # all but our colours
_SETTLING = 3.0  # seconds before the time left is estimated

Progress = Callable[[str, int, int], None]
"""Called with the name of the step, how much is done, and the total."""


class QueryCommand(click.Command):
    """A command whose argument is a query.

    A query may begin with a hyphen, like an option. `-` reads it from standard input, which keeps it out of the process
    list and the shell history.
    """

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        typed = list(arguments)
        context.allow_extra_args = True  # so that the message below can say what to do about them
        try:
            left = super().parse_args(context, arguments)
            if left and not context.resilient_parsing:
                query = " ".join((context.params["query"], *left))
                raise click.UsageError(
                    f'Put a query of several words in quotation marks: {context.command_path} "{query}"', context
                )
            if context.params.get("query") == "-":
                context.params["query"] = _query_from_stdin()
            return left
        except click.NoSuchOption as error:
            query = next((each for each in typed if each.startswith("-") and error.option_name.lstrip("-") in each), "")
            if error.possibilities or not query:
                raise
            quote = "'" if '"' in query else '"'
            raise click.UsageError(
                f"{error.format_message()} If {query} is part of your query, put `--` and then the query in quotation "
                f"marks after all options: {context.command_path} -- {quote}{query}{quote}",
                context,
            ) from error


def _query_from_stdin() -> str:
    """Return the query on standard input. Line breaks count as spaces."""
    try:
        typed = sys.stdin.buffer.read(_MOST_TYPED + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("The query on standard input is not UTF-8 text. Save it as UTF-8.") from error
    if len(typed) > _MOST_TYPED or not typed.strip():
        wrong = "is too long" if typed.strip() else "is empty"
        raise UsageError(f"The query on standard input {wrong}. Type one query, or use `reviews batch` for many.")
    return " ".join(typed.split())


def open_library(path: Path) -> Library:
    """Open the library named by --library."""
    from reviews.library import Library

    return Library(path)


def input_of(file: Path) -> bytes:
    """Return the contents of a file, or of stdin for `-`."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error


@contextmanager
def progress_line() -> Iterator[Progress]:
    """Show progress and the time left on one line of stderr, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda step, done, total: None
        return
    started: dict[str, tuple[float, int]] = {}

    def progress(step: str, done: int, total: int) -> None:
        since, before = started.setdefault(step, (time.monotonic(), done))
        passed = time.monotonic() - since
        left = (
            f", {lasting(passed / (done - before) * (total - done))} left"
            if done > before and passed > _SETTLING
            else ""
        )
        click.echo(f"\r\x1b[K{step} {done:,} of {total:,}{left if done < total else ''}", nl=False, err=True)

    try:
        yield progress
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def lasting(seconds: float) -> str:
    """Return a duration such as `about 40 s` or `about 12 min`."""
    return f"about {seconds:.0f} s" if seconds < 100 else f"about {seconds / 60:.0f} min"


def print_lines(lines: Iterable[str]) -> None:
    """Print results for a person. Colour is used on a terminal only, and never when NO_COLOR is set."""
    colour = False if "NO_COLOR" in os.environ else None
    for line in lines:
        click.echo(line if line.isprintable() else _CONTROLS.sub("", line), color=colour)


def print_json(value: object) -> None:
    """Print results as JSON. What would control a terminal is escaped, which changes no value."""
    click.echo(escaped_controls(json.dumps(value, ensure_ascii=False, indent=2)))


def say(sentence: str) -> None:
    """Print a diagnostic to stderr. A closed stderr is ignored."""
    with suppress(OSError):
        click.echo(_CONTROLS.sub("", sentence), err=True)
