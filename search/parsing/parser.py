"""Parse what a person typed into a query tree, with diagnostics where the meaning had to be guessed.

`NEAR` binds most tightly, then `NOT`, `-` and `in:`, then `OR`, then adjacent words and `AND`. The grammar is in
docs/query-language.md. Open brackets are kept in a list instead of on the call stack, so nesting cannot cause an
overflow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from corpus.errors import QueryRefused
from corpus.model import SectionKind
from index.analyser import with_years_as_words
from index.operator_words import NEARNESS
from index.query import And, Field, In, Not, Nothing, Or, Phrase, Query, Theme, Word
from search import years
from search.diagnostics import Code, Diagnostic, diagnostic, sentences
from search.parsing.lexer import HYPHENS, Token, tokens, trimmed, visible, words_of
from search.parsing.operators import NEAR, all_in_capitals, match_operator
from search.parsing.quotes import QUOTES, singles
from search.parsing.section_names import section_called
from search.parsing.tree_builder import (
    DEFAULT_DISTANCE,
    MAX_DEPTH,
    Operand,
    Operator,
    TreeBuilder,
    deeper,
    leaf,
    too_deep,
)
from search.parsing.words import Words

MAX_LENGTH = 10_000
MAX_CLAUSES = 500
MAX_DISTANCE = 1_000
MAX_THEMES_DEEP = 8
MAX_WARNINGS = 20

FIELDS = ("title", "board", "area", "child", "author", "kind", "type", "year", "case", "file", "paragraph")

ThemeLookup = Callable[[str], tuple[str, tuple[str, ...]] | None]
"""Looks up a theme by its name as typed. Returns its name in the theme file and its queries, or None if it is
unknown."""

_NAMED = re.compile(r"([A-Za-z]+):(.*)", re.DOTALL)
_WITH_EQUALS = re.compile(rf"({'|'.join((*FIELDS, 'in', 'theme'))})=(.*)", re.DOTALL | re.IGNORECASE)
_LETTERS = re.compile(r"(?<![^\s(])(?:a & e|b & b)(?![^\s).,;?])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The query tree, and notes on how unusual input was read.

    `only_words` is whether nothing but words was typed, which `plain_words` checks. `verbatim` is what was typed as a
    phrase, if it includes function words; it affects the order but not the counts.
    """

    tree: Query
    diagnostics: tuple[Diagnostic, ...] = ()
    only_words: bool = False
    verbatim: Phrase | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return how unusual input was read, as one sentence each."""
        return sentences(self.diagnostics)


def parse(text: str, themes: ThemeLookup | None = None, theme_names: Sequence[str] = ()) -> Parsed:
    """Parse a query. Raises only QueryRefused, if the query exceeds a limit. Unusual input gives a warning.

    `theme_names` are the existing themes, to suggest one if the query names a theme that does not exist.
    """
    shared = _Shared(themes, theme_names)
    reader = _Reader(shared)
    tree = reader.read(text).tree
    if isinstance(tree, Nothing):
        shared.warn(Code.NOTHING_ASKED)
    elif _only_excludes(tree):
        shared.warn(Code.ONLY_EXCLUDES)
    if len(str(tree)) > MAX_LENGTH:
        raise _too_long(" with its brackets written out")
    return Parsed(tree, shared.diagnosed(), only_words=all(map(_is_words, reader.levels[0])))


@dataclass(slots=True)
class _Shared:
    """State shared by the query and the themes that it names."""

    themes: ThemeLookup | None
    theme_names: Sequence[str]
    inside: list[str] = field(default_factory=list)
    clauses: int = 0
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)

    def warn(self, code: Code, /, **arguments: str | int) -> None:
        self.add(diagnostic(code, **arguments))

    def add(self, one: Diagnostic) -> None:
        self.diagnostics[replace(one, theme=self.inside[-1]) if self.inside else one] = None

    def diagnosed(self) -> tuple[Diagnostic, ...]:
        """Return the first diagnostics, with guesses before others.

        The last one is also kept, because it says how the whole query was read.
        """
        every = list(self.diagnostics)
        if len(every) <= MAX_WARNINGS:
            return tuple(every)
        *others, last = every
        others.sort(key=lambda one: not one.guess)
        more = diagnostic(Code.MORE, number=len(every) - MAX_WARNINGS)
        return (*others[: MAX_WARNINGS - 1], more, last)

    def count(self, clauses: int) -> None:
        self.clauses += clauses
        if self.clauses > MAX_CLAUSES:
            raise QueryRefused(
                f"The query has more than {MAX_CLAUSES} words, counting all the words of its themes. Split it into "
                "several queries, or write a pattern such as neglect* instead of a list of words."
            )


class _Reader:
    """Parses one text: the query, or one query of a theme."""

    def __init__(self, shared: _Shared) -> None:
        self.shared = shared
        self.warn = shared.warn
        self.levels: list[list[Operand | Operator]] = [[]]
        self.builder = TreeBuilder(shared.warn)
        self.words = Words(shared.warn, shared.count)
        self.in_capitals = False

    def read(self, text: str) -> Operand:
        if len(text) > MAX_LENGTH:
            raise _too_long()
        pieces, unclosed = tokens(self._cleaned(text))
        if unclosed:
            self.warn(Code.QUOTE_UNCLOSED)
        self.in_capitals = all_in_capitals(pieces)
        if self.in_capitals:
            self.warn(Code.SHOUTED)
        at = 0
        while at < len(pieces):
            at = self._take(pieces, at)
        while len(self.levels) > 1:
            self.warn(Code.BRACKET_UNCLOSED)
            self._close()
        whole = self.builder.build(self.levels[0])
        if self.builder.ambiguous and not isinstance(whole.tree, Nothing):
            self.warn(Code.READ_AS, said=str(whole.tree))
        return whole

    def _cleaned(self, text: str) -> str:
        """Return the text without invisible characters, single quotation marks, or the question mark of a question."""
        plain, dropped = visible(text)
        if dropped:
            self.warn(Code.INVISIBLE)
        if _is_question(plain):
            plain = plain.rstrip(" ?")
            self.warn(Code.QUESTION)
        plain = _LETTERS.sub(lambda letters: letters[0].replace(" ", ""), plain)
        plain, quoted, alone = singles(with_years_as_words(plain))
        for typed in quoted:
            self.warn(Code.SINGLE_QUOTES, typed=typed)
        for typed in alone:
            self.warn(Code.SINGLE_QUOTE_UNCLOSED, typed=typed)
        return plain

    def _take(self, pieces: list[Token], at: int) -> int:
        """Process the token at `at` and those that belong to it. Returns the index at which to continue."""
        token = pieces[at]
        if token.kind == "run":
            return self._run(pieces, at)
        if token.kind == "open":
            if len(self.levels) > MAX_DEPTH:
                raise too_deep()
            self.levels.append([])
        elif token.kind == "close":
            if len(self.levels) > 1:
                self._close()
            else:
                self.warn(Code.BRACKET_UNOPENED)
        elif token.kind == "or":
            self._add(Operator("OR", "|"))
        else:
            self._add(self._phrase(token.text, token.slop))
        return at + 1

    def _add(self, item: Operand | Operator) -> None:
        self.levels[-1].append(item)

    def _close(self) -> None:
        group = self.builder.build(self.levels.pop())
        group.bracketed = True
        if isinstance(group.tree, Nothing):
            self.warn(Code.GROUP_EMPTY)
        self._add(group)

    # One run of characters between spaces: an operator, a field, a word.

    def _run(self, pieces: list[Token], at: int) -> int:
        token = pieces[at]
        text = token.text
        operator = None if self.in_capitals else match_operator(pieces, at)
        if operator and operator.note:
            self.shared.add(operator.note)
        if operator and operator.name:
            distance = self._number(operator.digits, DEFAULT_DISTANCE, text)
            self._add(Operator(operator.name, text, distance))
            return at + operator.width
        rest = text.lstrip(HYPHENS + "!")
        if not any(c.isalnum() for c in rest):
            if not rest and token.glued and at + 1 < len(pieces) and pieces[at + 1].kind in ("open", "quoted"):
                self._not(text)
            else:
                self.warn(Code.NO_LETTERS, typed=text)
            return at + 1
        if len(rest) < len(text):
            self._not(text)
        if with_equals := _WITH_EQUALS.fullmatch(rest):
            self.warn(Code.FIELD_EQUALS, typed=rest, said=(said := f"{with_equals[1]}:{with_equals[2]}"))
            rest = said
        rest = trimmed(rest, before="=*?", after="*?~:$" + years.MARKS)
        if rest.startswith("="):
            self._add(self.words.exact(rest))
        elif named := _NAMED.fullmatch(rest):
            return self._named(named[1], named[2], pieces, at)
        else:
            self._add(leaf(self.words.loose(rest)))
        return at + 1

    def _phrase(self, inside: str, slop: str | None) -> Operand:
        between = 0
        if slop == "":
            self.warn(Code.SLOP_MISSING)
        elif slop:
            between = self._number(slop, 0, f"~{slop}")
        return leaf(self.words.phrase(inside, between))

    def _not(self, text: str) -> None:
        if text[0] == "!":
            self.warn(Code.OPERATOR_READ_AS, typed="!", operator="NOT")
        self._add(Operator("NOT", text[0]))

    # `name:value`.

    def _named(self, typed: str, value: str, pieces: list[Token], at: int) -> int:
        name = typed.lower()
        known = name in FIELDS or name in ("in", "theme")
        ends = years.MARKS if name == "year" else ""
        value = trimmed(value, before=ends, after=ends + "*?")
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        if not value and following:
            touches = pieces[at].glued
            if following.kind == "quoted" and (known or touches):
                value, at = following.text, at + 1
            elif known and following.kind == "run" and self._is_value(following.text, ends):
                value, at = trimmed(following.text, before=ends, after=ends), at + 1
            if value and known and not touches:
                self.warn(Code.FIELD_SPACE, field=typed, value=value)
        if name == "year":
            value, at = self._rest_of_years(value, pieces, at)
        if not known:
            self._add(self._unknown(typed, value))
        elif not any(c.isalnum() for c in value):
            self.warn(Code.FIELD_EMPTY, field=typed)
            self._add(Operand(Nothing()))
        elif name == "in":
            self._in(value)
        elif name == "theme":
            self._add(self._theme(" ".join(value.split())))
        else:
            self._add(leaf(self._field(name, " ".join(value.split()))))
        return at + 1

    def _rest_of_years(self, first: str, pieces: list[Token], at: int) -> tuple[str, int]:
        """Return the whole range, if its other end is a separate word: `year:2015 to 2020`, `year:2015 - 2020`."""
        runs = [piece.text for piece in pieces[at + 1 : at + 3] if piece.kind == "run"]
        if len(runs) < 2 or not (
            years.is_one(first) and years.stand_between(runs[0]) and years.is_one(trimmed(runs[1]))
        ):
            return first, at
        whole = f"{first} {runs[0]} {trimmed(runs[1])}"
        self.warn(Code.YEARS_APART, value=whole)
        return whole, at + 2

    def _is_value(self, text: str, ends: str) -> bool:
        if ends and text.strip(ends).isdecimal():  # `year: -2020`
            return True
        operator = text in ("AND", "OR", "NOT") or NEAR.fullmatch(text)
        return bool(trimmed(text)) and not operator and text[0] not in HYPHENS + "=" and not _NAMED.fullmatch(text)

    def _unknown(self, typed: str, value: str) -> Operand:
        parts = (typed, *re.sub(r"[:|()]", " ", value).split())
        read = [self.words.loose(part) for part in parts if trimmed(part)]
        words = [word for word in read if not isinstance(word, Nothing)]
        if len(words) > 1:
            self.warn(Code.FIELD_UNKNOWN, field=typed, typed=f"{typed} {value}", fields=", ".join(FIELDS))
        return self.builder.all_of([leaf(word) for word in words])

    def _field(self, name: str, value: str) -> Query:
        if name == "year":
            try:
                span = years.read(value)
            except years.BadYears as wrong:
                if wrong.turned is None:
                    self.warn(Code.YEAR_UNREADABLE, value=value)
                    return Nothing()
                span = wrong.turned
                self.warn(Code.YEARS_REVERSED, years=years.written(span))
            value = years.written(span)
        elif "*" in value or "?" in value:
            self.warn(Code.FIELD_PATTERN, field=name)
            value = " ".join(re.sub(r"[*?]+", " ", value).split())
        self.shared.count(max(1, len(words_of(value))))
        return Field(name, trimmed(value) if name != "year" else value)

    def _in(self, value: str) -> None:
        if kind := section_called(value):
            self._add(Operator("IN", f"in:{value}", kind=kind))
            return
        self.warn(Code.SECTION_UNKNOWN, value=value, kinds=", ".join(kind.value for kind in SectionKind))

    def _theme(self, typed: str) -> Operand:
        found = self.shared.themes(typed) if self.shared.themes else None
        inside = self.shared.inside
        if found is None:
            import difflib  # here, because few queries name a theme that does not exist

            close = difflib.get_close_matches(typed, self.shared.theme_names, n=3, cutoff=0.5)
            known = len(self.shared.theme_names)
            hint = f"there is: {'; '.join(close)}" if close else f"see the list of all {known} themes"
            self.warn(Code.THEME_UNKNOWN, theme=typed, hint=hint)
            return leaf(self.words.phrase(typed, 0))
        name, queries = found
        if name in inside:
            self.warn(Code.THEME_CIRCULAR, theme=name, path=" → ".join([*inside[inside.index(name) :], name]))
            return Operand(Nothing())
        if len(inside) == MAX_THEMES_DEEP:
            self.warn(Code.THEME_DEEP, theme=name, most=MAX_THEMES_DEEP)
            return Operand(Nothing())
        self.shared.count(1)
        inside.append(name)
        read = [_Reader(self.shared).read(query) for query in queries]
        kept = [operand for operand in read if not isinstance(operand.tree, Nothing)]
        if not kept:
            self.warn(Code.THEME_EMPTY)
        inside.pop()
        if not kept:
            return Operand(Nothing())
        return Operand(Theme(name, tuple(operand.tree for operand in kept)), deeper(kept))

    def _number(self, digits: str | None, default: int, typed: str) -> int:
        if not digits:
            return default
        if len(digits.lstrip("0")) > 4 or int(digits[-5:]) > MAX_DISTANCE:
            self.warn(Code.DISTANCE, typed=typed, distance=MAX_DISTANCE)
            return MAX_DISTANCE
        return int(digits[-5:])


def _is_question(text: str) -> bool:
    """Return whether the text is a question of three or more words, with no other sign of the query language."""
    words = text.rstrip().rstrip("?").rstrip()
    return text.rstrip().endswith("?") and len(words.split()) > 2 and not set(words) & set(f"?*()|:~={QUOTES}")


def _is_words(item: Operand | Operator) -> bool:
    """Return whether an item of a query is a word, or words that follow an unknown field name."""
    if isinstance(item, Operator) or item.bracketed or item.prefixes:
        return False
    parts = item.tree.parts if isinstance(item.tree, And) else (item.tree,)
    return all(isinstance(part, Word) and not NEARNESS.fullmatch(part.text) for part in parts)


def _only_excludes(tree: Query) -> bool:
    if isinstance(tree, And | Or | Theme):
        return all(_only_excludes(part) for part in tree.parts)
    return isinstance(tree, Not) or (isinstance(tree, In) and _only_excludes(tree.part))


def _too_long(how: str = "") -> QueryRefused:
    return QueryRefused(
        f"The query is longer than {MAX_LENGTH:,} characters{how}: "
        "shorten it, or ask it as several queries in a batch file."
    )
