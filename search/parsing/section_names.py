"""Interpret the name of a kind of section, in the same way in a query, a filter and a sheet."""

from corpus.errors import UsageError
from corpus.model import SectionKind
from search.parsing.lexer import words_of


def section_kind(name: str) -> str:
    """Return the kind of section with a name. Raises UsageError, listing the valid names."""
    found = section_called(name)
    if found is None:
        raise UsageError(f"There is no section called {name[:40]!r}. The sections are: {', '.join(SectionKind)}.")
    return found


def section_called(name: str) -> str | None:
    """Return the kind of section that a person means: `action-plan`, `Action Plans` and `action plan` are the same
    kind.
    """
    wanted = _key(name)
    return next((kind.value for kind in SectionKind if _key(kind.value) == wanted), None)


def _key(text: str) -> str:
    return " ".join(word.removesuffix("s") for word in words_of(text.replace("_", " ").casefold()))
