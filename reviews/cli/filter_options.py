"""The options by which commands are narrowed, made from the table of filters."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from corpus.errors import UsageError
from search.filters import FILTERS, Filters


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every filter. The command is called with all of them as `filters`."""

    @functools.wraps(command)
    def called(*arguments: Any, **values: Any) -> None:
        typed: dict[str, tuple[str, ...]] = {each.name: values.pop(each.name) for each in FILTERS}
        for name, given in typed.items():
            if not all(value.strip() for value in given):  # an unset variable of a script would ask for all reports
                raise UsageError(f"--{name} is empty. Give it a value, or leave it out.")
        command(*arguments, filters=Filters.read(typed), **values)

    for each in reversed(FILTERS):
        told = each.help.removesuffix(".") + ("; may be repeated." if each.several else ".")
        called = click.option(f"--{each.name}", each.name, metavar=each.metavar, multiple=True, help=told)(called)
    return called
