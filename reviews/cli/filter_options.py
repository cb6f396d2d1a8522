"""The filter options of the commands, generated from the table of filters."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from corpus.errors import UsageError
from search.filters import FILTERS, Filters


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for every filter to a command, which receives them combined as `filters`."""

    @functools.wraps(command)
    def called(*arguments: Any, **values: Any) -> None:
        typed: dict[str, tuple[str, ...]] = {each.name: values.pop(each.name) for each in FILTERS}
        for name, given in typed.items():
            if not all(value.strip() for value in given):  # an unset variable in a script would match every report
                raise UsageError(f"--{name} is empty. Give it a value, or leave it out.")
        command(*arguments, filters=Filters.read(typed), **values)

    for each in reversed(FILTERS):
        help_text = each.help.removesuffix(".") + (
            "; can be repeated." if each.several and len(each.choices) != 1 else "."
        )
        called = click.option(f"--{each.name}", each.name, metavar=each.metavar, multiple=True, help=help_text)(called)
    return called
