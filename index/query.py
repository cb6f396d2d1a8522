"""The query tree, which represents a query independently of any engine.

`str(tree)` is a query that parses back to the same tree. Matching uses the terms that `index.analyser` produces, so a
Word contains the text as typed, and the engine folds it.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.operator_words import NEARNESS, is_in_capitals


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its forms: `neglect` also finds neglected, neglectful, neglecting.

    With `exact`, only the word itself (`=neglect`). With `exact` and all capitals (`=DNA`), only the word in capitals.
    """

    text: str
    exact: bool = False

    def __str__(self) -> str:
        return f"={self.text}" if self.exact else self.text


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word with `*` (any letters) or `?` (one letter): `neglect*`, `wom?n`. At least three letters come before the
    first `*`.
    """

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word with a spelling difference of up to `edits` (1 or 2) letters (`neglcet~`). The first letter must agree."""

    text: str
    edits: int = 2

    def __str__(self) -> str:
        return f"{self.text}~" if self.edits == 2 else f"{self.text}~{self.edits}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Adjacent words, each exactly as written: `"missed appointment*"`.

    `words` are Word (always with exact=False here, although matched as written) or Pattern. `slop` is how many other
    words may be between the first and the last, in the order given (`"information sharing"~5`).
    """

    words: tuple[Word | Pattern, ...]
    slop: int = 0

    def __str__(self) -> str:
        inside = " ".join(str(word) for word in self.words)
        return f'"{inside}"' + (f"~{self.slop}" if self.slop else "")


@dataclass(frozen=True, slots=True)
class Near:
    """`left NEAR/10 right`: at most `distance` words are between a match of one side and a match of the other, in
    either order.

    Operands must have positions: words, patterns, fuzzy words, phrases, OR groups of those, themes, and NEAR itself,
    whose match is the whole span from one side to the other.
    """

    left: Query
    right: Query
    distance: int = 10

    def __str__(self) -> str:
        return f"{_operand(self.left)} NEAR/{self.distance} {_operand(self.right)}"


@dataclass(frozen=True, slots=True)
class And:
    """All parts must occur somewhere in the report."""

    parts: tuple[Query, ...]

    def __str__(self) -> str:
        words = [f"-{_operand(part.part)}" if isinstance(part, Not) else _operand(part) for part in self.parts]
        if not all(isinstance(part, Word) for part in self.parts):
            return " ".join(words)
        return (" & " if is_in_capitals(["AND", *words]) else " AND ").join(words)  # adjacent words would be Plain


@dataclass(frozen=True, slots=True)
class Plain(And):
    """Words typed without operators: all must occur, and a mention is a place where they occur together.

    `parts` are two or more words, without function words. It is always the whole query, never a part of one.
    """

    def __str__(self) -> str:
        return " ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part must occur. Binds more tightly than And: `a b OR c` is `a (b OR c)`, as in web search."""

    parts: tuple[Query, ...]

    def __str__(self) -> str:
        words = [_operand(part) for part in self.parts]
        return (" | " if is_in_capitals(["OR", *words]) else " OR ").join(words)


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not occur in the report. Adds no mentions."""

    part: Query

    def __str__(self) -> str:
        part = _operand(self.part)
        return f"-{part}" if is_in_capitals(["NOT", part]) else f"NOT {part}"


@dataclass(frozen=True, slots=True)
class Field:
    """A condition on the description of the report: `board:knowsley`, `year:2015..2020`, `title:"child y"`.

    `value` is as typed. Every word of it must occur in the field's value; `year` also accepts ranges. Adds no mentions.
    """

    name: str
    value: str

    def __str__(self) -> str:
        quoted = self.value if _plain(self.value) else f'"{self.value}"'
        return f"{self.name}:{quoted}"


@dataclass(frozen=True, slots=True)
class In:
    """`in:recommendations neglect`: the part must match inside sections of that kind, and only such matches count."""

    kind: str
    part: Query

    def __str__(self) -> str:
        name = self.kind if _plain(self.kind) else f'"{self.kind}"'
        return f"in:{name} {_operand(self.part)}"


@dataclass(frozen=True, slots=True)
class Theme:
    """A named group of queries, `theme:"voice of the child"`. The parts are the queries of the theme, joined by OR."""

    name: str
    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return f"theme:{self.name}" if _plain(self.name) else f'theme:"{self.name}"'


@dataclass(frozen=True, slots=True)
class Nothing:
    """The empty query, which matches no report."""

    def __str__(self) -> str:
        return ""


Query = Word | Pattern | Fuzzy | Phrase | Near | And | Or | Not | Field | In | Theme | Nothing


def _operand(query: Query) -> str:
    asks = isinstance(query, Pattern) and query.text.endswith("?")  # at the end it would look like a question
    joins = isinstance(query, Word) and not query.exact and NEARNESS.fullmatch(query.text)  # or it would be an operator
    return f"({query})" if asks or joins or isinstance(query, And | Or | Not | Near | In) else str(query)


def _plain(text: str) -> bool:
    return bool(text) and all(c.isalnum() or c in "-_.'" for c in text)
