"""How is a query read? What a person typed becomes a tree, and sentences that say where the reading was a guess.

`NEAR` binds tightest, then `NOT`, `-` and `in:`, then `OR`, then words side by side and `AND`: the grammar stands in
docs/query-language.md. Brackets are kept on a list instead of the call stack, so nesting cannot overflow anything.
"""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from corpus.errors import QueryRefused
from corpus.model import SectionKind
from index.query import And, Field, Fuzzy, In, Not, Nothing, Or, Pattern, Phrase, Query, Theme, Word
from search.parsing.lexer import HYPHENS, QUOTES, Token, tokens, trimmed, visible, words_of
from search.parsing.tree_builder import DEFAULT_DISTANCE, MAX_DEPTH, Joiner, Operand, Operator, deeper, leaf, too_deep

MAX_LENGTH = 10_000
MAX_CLAUSES = 500
MAX_DISTANCE = 1_000
MAX_THEMES_DEEP = 8
MAX_WARNINGS = 20

FIELDS = ("title", "board", "area", "child", "author", "kind", "type", "year", "case", "file")

ThemeLookup = Callable[[str], tuple[str, tuple[str, ...]] | None]
"""From a name as typed to the theme's name as it is written in the theme file, and its queries; None when unknown."""

_NEAR = re.compile(r"NEAR(?:/([0-9]*))?")
_NAMED = re.compile(r"([A-Za-z]+):(.*)", re.DOTALL)
_FUZZY = re.compile(r"(.*)~([0-9]*)", re.DOTALL)
_YEARS = re.compile(r"([0-9]{4})?(?:\s*(?:\.\.+|[-–—…])\s*([0-9]{4})?)?")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree, and how odd input was read, one sentence each."""

    tree: Query
    warnings: tuple[str, ...] = ()


def parse(text: str, themes: ThemeLookup | None = None, theme_names: Sequence[str] = ()) -> Parsed:
    """Read a query. Raises only QueryRefused, when the query is beyond a limit; odd input gives a warning.

    theme_names: the themes that exist, to be offered when one is asked for that does not.
    """
    shared = _Shared(themes, theme_names)
    tree = _Reader(shared).read(text).tree
    if isinstance(tree, Nothing):
        shared.warn("nothing was asked: type a word, for example: neglect")
    elif _only_excludes(tree):
        shared.warn("the query says only what must not occur, so all other reports are the answer")
    if len(str(tree)) > MAX_LENGTH:
        raise _too_long(" with its brackets written out")
    return Parsed(tree, shared.sentences())


@dataclass(slots=True)
class _Shared:
    """What the query and the themes it names have in common."""

    themes: ThemeLookup | None
    theme_names: Sequence[str]
    inside: list[str] = field(default_factory=list)
    clauses: int = 0
    warnings: dict[str, None] = field(default_factory=dict)

    def warn(self, sentence: str) -> None:
        self.warnings[f"in the theme “{self.inside[-1]}”: {sentence}" if self.inside else sentence] = None

    def sentences(self) -> tuple[str, ...]:
        """The first warnings, the last one kept too: it tells how the whole was read."""
        all_of_them = tuple(self.warnings)
        if len(all_of_them) <= MAX_WARNINGS:
            return all_of_them
        more = f"{len(all_of_them) - MAX_WARNINGS} more oddities like these were passed over"
        return (*all_of_them[: MAX_WARNINGS - 1], more, all_of_them[-1])

    def count(self, clauses: int) -> None:
        self.clauses += clauses
        if self.clauses > MAX_CLAUSES:
            raise QueryRefused(
                f"The query holds more than {MAX_CLAUSES} words (themes are counted with all their words): "
                "ask it in several queries, or write a pattern such as neglect* in place of a list of words."
            )


class _Reader:
    """Reads one text: the query, or one query of a theme."""

    def __init__(self, shared: _Shared) -> None:
        self.shared = shared
        self.warn = shared.warn
        self.levels: list[list[Operand | Operator]] = [[]]
        self.joiner = Joiner(shared.warn)

    def read(self, text: str) -> Operand:
        if len(text) > MAX_LENGTH:
            raise _too_long()
        plain, dropped = visible(text)
        if dropped:
            self.warn("characters that cannot be seen were dropped")
        if _asks(plain):
            plain = plain.rstrip(" ?")
            self.warn("the question mark at the end was read as the end of a question, not as one more letter")
        pieces, unclosed = tokens(plain)
        if unclosed:
            self.warn("a quotation mark had no partner: the phrase was read to the end")
        at = 0
        while at < len(pieces):
            at = self._take(pieces, at)
        while len(self.levels) > 1:
            self.warn("`(` had no partner: the group was read to the end")
            self._close()
        whole = self.joiner.join(self.levels[0])
        if self.joiner.mixed and not isinstance(whole.tree, Nothing):
            self.warn(f"read as: {_short(str(whole.tree), 500)}")
        return whole

    def _take(self, pieces: list[Token], at: int) -> int:
        """Take the piece at `at` with those that belong to it; return where to go on."""
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
                self.warn("`)` had no partner and was ignored")
        elif token.kind == "or":
            self._add(Operator("OR", "|"))
        else:
            self._add(self._phrase(token.text, token.slop))
        return at + 1

    def _add(self, item: Operand | Operator) -> None:
        self.levels[-1].append(item)

    def _close(self) -> None:
        group = self.joiner.join(self.levels.pop())
        group.bracketed = True
        if isinstance(group.tree, Nothing):
            self.warn("an empty group was ignored")
        self._add(group)

    # One run of characters between spaces: an operator, a field, a word.

    def _run(self, pieces: list[Token], at: int) -> int:
        token = pieces[at]
        text = token.text
        if text in ("AND", "OR", "NOT"):
            self._add(Operator(text, text))
            return at + 1
        if near := _NEAR.fullmatch(text):
            self._add(Operator("NEAR", text, self._number(near[1], DEFAULT_DISTANCE, text)))
            return at + 1
        rest = text.lstrip(HYPHENS)
        if not any(c.isalnum() for c in rest):
            if not rest and token.glued and at + 1 < len(pieces) and pieces[at + 1].kind in ("open", "quoted"):
                self._add(Operator("NOT", "-"))
            else:
                self.warn(f"`{_short(text)}` has no letter or digit and was ignored")
            return at + 1
        if len(rest) < len(text):
            self._add(Operator("NOT", "-"))
        rest = trimmed(rest, before="=*?", after="*?~:.…")
        if rest.startswith("="):
            self._add(self._exact(rest))
        elif named := _NAMED.fullmatch(rest):
            return self._named(named[1], named[2], pieces, at)
        else:
            if text == "or" and 0 < at < len(pieces) - 1:
                self.warn("`or` was searched like any other word: for one or the other, write OR in capitals")
            elif text == "not" and 0 < at < len(pieces) - 1:
                self.warn("`not` was searched like any other word: to leave out what has a word, write NOT in capitals")
            elif _NEAR.fullmatch(text.upper()) and "/" in text:
                self.warn(f"`{_short(text)}` was searched like any other word: for nearness, write it in capitals")
            self._add(leaf(self._loose(rest)))
        return at + 1

    def _exact(self, text: str) -> Operand:
        if "*" in text or "?" in text:
            self.warn(f"`=` was ignored: the pattern in `{_short(text)}` finds only what it spells anyway")
            return leaf(self._loose(text))
        self.shared.count(len(words_of(text)))
        return Operand(Word(trimmed(text), exact=True))

    def _loose(self, text: str) -> Query:
        """A word, fuzzy word or pattern. `text` holds a letter or digit and does not begin with a field's name."""
        text = trimmed(text, before="*?", after="*?~")
        fuzzy = _FUZZY.fullmatch(text)
        if "*" in text or "?" in text:
            if fuzzy:
                self.warn(f"`~` was ignored in `{_short(text)}`: a word is either a pattern or fuzzy")
            return self._phrase_of(fuzzy[1] if fuzzy else text, 0, alone=True)
        if not fuzzy or not (body := trimmed(fuzzy[1])):
            return self._word(text)
        if len(words_of(body)) > 1 or sum(c.isalnum() for c in body) < 3:
            self.warn(f"`~` was ignored in `{_short(text)}`: it works on one word of three letters or more")
            return self._word(body.replace("~", "-"))
        if fuzzy[2] not in ("", "1", "2"):
            self.warn(f"`{_short(text)}` was read as `{_short(body)}~`: a word may differ in 1 or 2 letters")
        self.shared.count(1)
        return Fuzzy(body, 1 if fuzzy[2] == "1" else 2)

    def _word(self, text: str) -> Word:
        text = trimmed(text)
        self.shared.count(len(words_of(text)))
        return Word(text.lower() if text in ("AND", "OR", "NOT") or _NEAR.fullmatch(text) else text)

    def _pattern(self, text: str) -> Word | Pattern:
        """`text` is letters, digits, apostrophes and wildcards, at least one letter or digit among them."""
        text = re.sub(r"\*+", "*", text)
        before, star, _ = text.partition("*")
        if star and sum(c.isalnum() for c in before) < 3:
            longest = max(re.split(r"[*?]+", text), key=lambda part: sum(c.isalnum() for c in part))
            word = trimmed(before.replace("?", "")) or trimmed(longest)
            self.warn(
                f"`{_short(text)}` is too short, three letters are needed before `*`: read as the word `{_short(word)}`"
            )
            return self._word(word)
        self.shared.count(1)
        if text.endswith("?"):
            self.warn(
                f"`?` stands for one more letter, so `{_short(text)}` does not find `{_short(text.rstrip('?'))}`: "
                "leave the question mark out to find the word"
            )
        return Pattern(text)

    # Phrases.

    def _phrase(self, inside: str, slop: str | None) -> Operand:
        between = 0
        if slop == "":
            self.warn('`~` after a phrase needs a number, for example "information sharing"~5: it was ignored')
        elif slop:
            between = self._number(slop, 0, f"~{slop}")
        return leaf(self._phrase_of(inside, between))

    def _phrase_of(self, inside: str, slop: int, alone: bool = False) -> Query:
        """The phrase; an OR of phrases where a pattern holds a hyphen, for `self-harm*` is also written `selfharm*`.

        alone: it was typed without quotation marks, so what is one word is no phrase.
        """
        slots: list[list[list[Word | Pattern]]] = []
        for typed in inside.split():
            parts = words_of(typed, also="*?") if "*" in typed or "?" in typed else []
            if parts:
                split = [self._pattern(part) if "*" in part or "?" in part else self._word(part) for part in parts]
                whole = unicodedata.normalize("NFC", "".join(parts))
                several = len(parts) > 1 and ("*" in whole or "?" in whole)
                if several and sum(len(slot) > 1 for slot in slots) < 3:  # 8 phrases at most
                    slots.append([split, [self._pattern(whole)]])
                else:
                    slots.append([split])
            elif trimmed(typed):
                slots.append([[self._phrase_word(typed)]])
            elif "*" in typed or "?" in typed:
                self.warn(
                    f"`{_short(typed)}` alone in a phrase was ignored: write ~1 after the phrase to allow one more word"
                )
        if not slots:
            self.warn("an empty phrase was ignored")
            return Nothing()
        phrases: list[Query] = []
        for choice in itertools.product(*slots):
            words = tuple(itertools.chain.from_iterable(choice))
            if alone and len(words) == 1:
                word = words[0]
                phrases.append(self._word(word.text) if isinstance(word, Word) else word)
            else:
                phrases.append(Phrase(words, slop))
        self.shared.count((len(phrases) - 1) * len(slots))
        return phrases[0] if len(phrases) == 1 else Or(tuple(phrases))

    def _phrase_word(self, typed: str) -> Word:
        """A word of a phrase: there AND, OR, NOT and NEAR are words like any other."""
        text = trimmed(typed)
        self.shared.count(len(words_of(text)))
        return Word(text)

    # `name:value`.

    def _named(self, typed: str, value: str, pieces: list[Token], at: int) -> int:
        name = typed.lower()
        known = name in FIELDS or name in ("in", "theme")
        value = trimmed(value, before=".…", after=".…*?") if name == "year" else trimmed(value, after="*?")
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        if not value and following:
            touches = pieces[at].glued
            if following.kind == "quoted" and (known or touches):
                value, at = following.text, at + 1
            elif known and following.kind == "run" and self._is_value(following.text):
                value, at = trimmed(following.text), at + 1
            if value and known and not touches:
                self.warn(f"`{typed}: {_short(value)}` was read as `{typed}:{_short(value)}`, without the space")
        if not known:
            self._add(self._unknown(typed, value))
        elif not any(c.isalnum() for c in value):
            self.warn(f"`{typed}:` needs a word or a quoted phrase directly after it and was ignored")
            self._add(Operand(Nothing()))
        elif name == "in":
            self._in(value)
        elif name == "theme":
            self._add(self._theme(" ".join(value.split())))
        else:
            self._add(leaf(self._field(name, " ".join(value.split()))))
        return at + 1

    def _is_value(self, text: str) -> bool:
        operator = text in ("AND", "OR", "NOT") or _NEAR.fullmatch(text)
        return bool(trimmed(text)) and not operator and text[0] not in HYPHENS + "=" and not _NAMED.fullmatch(text)

    def _unknown(self, typed: str, value: str) -> Operand:
        words: list[Query] = [self._loose(part) for part in (typed, *value.replace(":", " ").split()) if trimmed(part)]
        if len(words) > 1:
            self.warn(
                f"`{_short(typed)}:` is not a field, so `{_short(f'{typed} {value}')}` was searched as words; "
                f"the fields are {', '.join(FIELDS)}, in and theme"
            )
        return self.joiner.all_of([leaf(word) for word in words])

    def _field(self, name: str, value: str) -> Query:
        if name == "year":
            years = _YEARS.fullmatch(value)
            if not years or not (years[1] or years[2]):
                self.warn(
                    f"`{_short(value)}` is no year and was ignored: write year:2015, year:2015..2020 or year:2015.."
                )
                return Nothing()
            first, last = years[1] or "", years[2] or ""
            if first and last and first > last:
                self.warn(f"the years were turned round: {last}..{first}")
                first, last = last, first
            value = f"{first}..{last}" if first != value else first
        elif "*" in value or "?" in value:
            self.warn(f"`*` and `?` were ignored in `{name}:`, where whole words are compared")
            value = " ".join(re.sub(r"[*?]+", " ", value).split())
        self.shared.count(max(1, len(words_of(value))))
        return Field(name, trimmed(value) if name != "year" else value)

    def _in(self, value: str) -> None:
        wanted = _section_key(value)
        for kind in SectionKind:
            if _section_key(kind.value) == wanted:
                self._add(Operator("IN", f"in:{_short(value)}", kind=kind.value))
                return
        self.warn(
            f"`{_short(value)}` is no kind of section, so the whole reports were searched; "
            f"the kinds are {', '.join(kind.value for kind in SectionKind)}"
        )

    def _theme(self, typed: str) -> Operand:
        found = self.shared.themes(typed) if self.shared.themes else None
        inside = self.shared.inside
        if found is None:
            close = difflib.get_close_matches(typed, self.shared.theme_names, n=3, cutoff=0.5)
            known = len(self.shared.theme_names)
            names = f"; there is: {'; '.join(close)}" if close else f"; `reviews themes` lists the {known} that exist"
            self.warn(f"there is no theme “{_short(typed)}”, so these words were searched as a phrase{names}")
            return leaf(self._phrase_of(typed, 0))
        name, queries = found
        if name in inside:
            self.warn(
                f"the theme “{name}” names itself ({' → '.join([*inside[inside.index(name) :], name])}): left out there"
            )
            return Operand(Nothing())
        if len(inside) == MAX_THEMES_DEEP:
            self.warn(f"themes name themes more than {MAX_THEMES_DEEP} deep: “{name}” was left out")
            return Operand(Nothing())
        self.shared.count(1)
        inside.append(name)
        read = [_Reader(self.shared).read(query) for query in queries]
        kept = [operand for operand in read if not isinstance(operand.tree, Nothing)]
        if not kept:
            self.warn("it holds nothing to search for")
        inside.pop()
        if not kept:
            return Operand(Nothing())
        return Operand(Theme(name, tuple(operand.tree for operand in kept)), deeper(kept))

    def _number(self, digits: str | None, default: int, typed: str) -> int:
        if not digits:
            return default
        if len(digits.lstrip("0")) > 4 or int(digits[-5:]) > MAX_DISTANCE:
            self.warn(f"`{_short(typed)}` was read as {MAX_DISTANCE}, the largest distance")
            return MAX_DISTANCE
        return int(digits[-5:])


def _asks(text: str) -> bool:
    """Whether it is a question of three words or more, with no other sign of the query language."""
    words = text.rstrip().rstrip("?").rstrip()
    return text.rstrip().endswith("?") and len(words.split()) > 2 and not set(words) & set(f"?*()|:~={QUOTES}")


def _only_excludes(tree: Query) -> bool:
    if isinstance(tree, And | Or | Theme):
        return all(_only_excludes(part) for part in tree.parts)
    return isinstance(tree, Not) or (isinstance(tree, In) and _only_excludes(tree.part))


def _section_key(text: str) -> str:
    """`action-plan`, `Action Plans` and `action plan` name one kind."""
    return " ".join(word.removesuffix("s") for word in words_of(text.casefold()))


def _short(text: str, length: int = 40) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _too_long(how: str = "") -> QueryRefused:
    return QueryRefused(
        f"The query is longer than {MAX_LENGTH:,} characters{how}: "
        "shorten it, or ask it as several queries in a batch file."
    )
