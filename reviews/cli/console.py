"""What every command has in common: how it prints, reads a file, shows progress and opens the library."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import UsageError

if TYPE_CHECKING:
    from reviews.library import Library

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine.")

_SURE = 3.0  # seconds after which what is left can be estimated

Progress = Callable[[str, int, int], None]
"""Told of each step: its name, how much is done, of how much."""


class QueryCommand(click.Command):
    """A command whose argument is a query, which may begin with a hyphen as options do."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        typed = list(arguments)
        try:
            return super().parse_args(context, arguments)
        except click.NoSuchOption as error:
            query = next((each for each in typed if each.startswith("-") and error.option_name.lstrip("-") in each), "")
            if error.possibilities or not query:
                raise
            quote = "'" if '"' in query else '"'
            raise click.UsageError(
                f"{error.format_message()} If {query} is part of the query, put the whole query in quotation marks, "
                f"after all options, and `--` before it: {context.command_path} -- {quote}{query}{quote}",
                context,
            ) from error


def open_library(path: Path) -> Library:
    """The library that the command is about."""
    from reviews.library import Library

    return Library(path)


def input_of(file: Path) -> bytes:
    """What is in a file, or comes on stdin for `-`."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error


@contextmanager
def progress_line() -> Iterator[Progress]:
    """A line on stderr that counts and says how long it will take, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda step, done, total: None
        return
    began: dict[str, tuple[float, int]] = {}

    def progress(step: str, done: int, total: int) -> None:
        since, before = began.setdefault(step, (time.monotonic(), done))
        passed = time.monotonic() - since
        left = (
            f", {lasting(passed / (done - before) * (total - done))} left" if done > before and passed > _SURE else ""
        )
        click.echo(f"\r\x1b[K{step} {done:,} of {total:,}{left if done < total else ''}", nl=False, err=True)

    try:
        yield progress
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def lasting(seconds: float) -> str:
    """`about 40 s`, `about 12 min`."""
    return f"about {seconds:.0f} s" if seconds < 100 else f"about {seconds / 60:.0f} min"


def print_lines(lines: Iterable[str]) -> None:
    """Results for a person. Colours on a terminal only, and never against NO_COLOR."""
    colour = False if "NO_COLOR" in os.environ else None
    for line in lines:
        click.echo(line, color=colour)


def print_json(value: object) -> None:
    """Results for a machine."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say(sentence: str) -> None:
    """A diagnostic. One that nobody can be told, as when the terminal is gone, changes nothing."""
    with suppress(OSError):
        click.echo(sentence, err=True)
