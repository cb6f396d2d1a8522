"""The themes, as a person or a machine reads them."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import click

from corpus.errors import NotFound
from corpus.themes import Theme, Themes
from reviews.text import counted, width


def chosen(themes: Themes, name: str | None) -> Sequence[Theme]:
    """All themes, or the one of that name. Raises NotFound with the names that are near."""
    if name is None:
        return themes.themes
    theme = themes.find(name)
    if theme is None:
        near = " or ".join(f"`{each}`" for each in themes.close(name))
        hint = f"Did you mean {near}?" if near else "`reviews themes` lists them."
        raise NotFound(f"There is no theme called {name!r}. {hint}")
    return (theme,)


def to_dict(themes: Themes, shown: Sequence[Theme]) -> dict[str, Any]:
    """`reviews themes --json`."""
    return {
        "themes": [{"name": t.name, "queries": list(t.queries), "note": t.note, "sources": t.sources} for t in shown],
        "problems": [str(problem) for problem in themes.problems],
    }


def lines(themes: Themes, shown: Sequence[Theme], *, in_full: bool) -> Iterator[str]:
    """For a person: a line each, or everything about those that were asked for."""
    for problem in themes.problems:
        yield click.style(f"Note: {problem}", fg="yellow")
    for theme in shown:
        if not in_full:
            yield f"{theme.name}  ({counted(len(theme.queries), 'term')})"
            continue
        yield click.style(theme.name, bold=True)
        yield from (f"  {query}" for query in theme.queries)
        if theme.note:
            yield from textwrap.wrap(f"Note: {theme.note}", width())
    if not in_full:
        yield "What one stands for: `reviews themes NAME`. Search with it: `reviews search 'theme:\"NAME\"'`."
