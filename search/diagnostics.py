"""Diagnostics: what an answer tells the person about the query, each a stable code with a sentence.

The program decides on the code and never on the wording, so that a sentence can be improved at any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique
from typing import Any, Protocol


def _note(sentence: str) -> tuple[str, bool]:
    return sentence, False


def _guess(sentence: str) -> tuple[str, bool]:
    """The query could only be guessed at."""
    return sentence, True


@unique
class Code(Enum):
    """A kind of diagnostic, with the sentence for it, and whether the query could only be guessed at.

    One person at a time sees how a query was guessed at and types it again. Of the five hundred rows of a batch nobody
    would, and the number would stand in a study: a batch does not ask a query that was guessed at.
    """

    # Signs that were not complete.
    QUOTE_UNCLOSED = _guess("a quotation mark had no partner: the phrase was read to the end")
    SINGLE_QUOTE_UNCLOSED = _guess(
        "the single quotation mark of `{typed}` had no partner and was read as an apostrophe"
    )
    BRACKET_UNCLOSED = _guess("`(` had no partner: the group was read to the end")
    BRACKET_UNOPENED = _guess("`)` had no partner and was ignored")
    GROUP_EMPTY = _note("an empty group was ignored")
    PHRASE_EMPTY = _note("an empty phrase was ignored")
    NO_LETTERS = _note("`{typed}` has no letter or digit and was ignored")
    INVISIBLE = _note("characters that cannot be seen were dropped")
    QUESTION = _note("the question mark at the end was read as the end of a question, not as one more letter")

    # Operators, or what looks like one.
    SMALL_OPERATOR = _note("`{typed}` was searched like any other word: {purpose}, write {operator} in capitals")
    HALF_OPERATOR = _guess(
        "`{typed}` was searched like any other word: {purpose}, write {operator} in capitals; for the word, write "
        "`{small}` in small letters"
    )
    SHOUTED = _guess(
        "the whole query is in capitals, so AND, OR, NOT and NEAR were searched like any other word: for an operator, "
        "write only that in capitals"
    )
    SINGLE_QUOTES = _guess("{typed} was read as a phrase in quotation marks: write a phrase with double ones")
    AMPERSAND = _note("`{typed}` was read as AND")
    OPERATOR_READ_AS = _guess("`{typed}` was read as {operator}: write {operator}, in capitals")
    NEARNESS_WORDS = _guess("`{typed}` was searched as words: for nearness, write {operator}, in capitals")
    TRUNCATION = _guess(
        "`{typed}` was searched as the word `{word}`: to find every word that begins so, write `{word}*`"
    )
    FOLLOWED_BY = _guess("`{typed}` was followed by `{next}`: {typed} was ignored")
    NOTHING_BEFORE = _guess("`{typed}` had nothing before it and was ignored")
    NOTHING_AFTER = _guess("`{typed}` had nothing after it and was ignored")
    ENDED_EARLY = _guess("the query ended early after `{typed}`: {typed} was ignored")
    NEAR_AS_AND = _guess("NEAR joins words, phrases and groups with OR; anything else beside it was read as AND")
    IN_ONE_ONLY = _note("`{typed}` holds for the next word or group only: put several words in brackets")
    IN_LAST = _guess("`{typed}` stood last, so it was read for the words before it")
    DISTANCE = _note("`{typed}` was read as {distance}, the largest distance")
    SLOP_MISSING = _guess('`~` after a phrase needs a number, for example "information sharing"~5: it was ignored')

    # Words and patterns.
    EXACT_PATTERN = _note("`=` was ignored: the pattern in `{typed}` finds only what it spells anyway")
    FUZZY_PATTERN = _guess("`~` was ignored in `{typed}`: a word is either a pattern or fuzzy")
    FUZZY_SHORT = _guess("`~` was ignored in `{typed}`: it works on one word of three letters or more")
    FUZZY_EDITS = _guess("`{typed}` was read as `{word}~`: a word may differ in 1 or 2 letters")
    PATTERN_SHORT = _guess("`{typed}` is too short, three letters are needed before `*`: read as the word `{word}`")
    PATTERN_LEADING = _guess(
        "`*` cannot stand at the beginning of a word, so `{typed}` was read as `{word}`: write the beginning of the "
        "word and then `*`, or each whole word with OR between"
    )
    PATTERN_ONE_MORE = _note(
        "`?` stands for one more letter, so `{typed}` does not find `{word}`: leave the question mark out to find the "
        "word"
    )
    PATTERN_ALONE = _guess("`{typed}` alone in a phrase was ignored: write ~1 after the phrase to allow one more word")

    # `name:value`.
    FIELD_SPACE = _note("`{field}: {value}` was read as `{field}:{value}`, without the space")
    FIELD_EMPTY = _guess("`{field}:` needs a word or a quoted phrase directly after it and was ignored")
    FIELD_UNKNOWN = _guess(
        "`{field}:` is not a field, so `{typed}` was searched as words; the fields are {fields}, in and theme"
    )
    FIELD_PATTERN = _guess("`*` and `?` were ignored in `{field}:`, where whole words are compared")
    YEAR_UNREADABLE = _guess("`{value}` is no year and was ignored: write year:2015, year:2015..2020 or year:2015..")
    YEARS_REVERSED = _guess("the years were turned round: {years}")
    YEARS_APART = _note("`year:{value}` was read as one range of years")
    SECTION_UNKNOWN = _guess(
        "`{value}` is no kind of section, so the whole reports were searched; the kinds are {kinds}"
    )
    THEME_UNKNOWN = _guess("there is no theme “{theme}”, so these words were searched as a phrase; {hint}")
    THEME_CIRCULAR = _note("the theme “{theme}” names itself ({path}): left out there")
    THEME_DEEP = _note("themes name themes more than {most} deep: “{theme}” was left out")
    THEME_EMPTY = _guess("it holds nothing to search for")

    # The whole.
    NOTHING_ASKED = _guess("nothing was asked: type a word, for example: neglect")
    ONLY_EXCLUDES = _note("the query says only what must not occur, so all other reports are the answer")
    READ_AS = _note("read as: {said}")
    MORE = _note("{number} more oddities like these were passed over")

    # What was found, and what was searched.
    INDEX = _note("{sentence}")
    THEME_FILE = _note("{file}, line {line}: {message}")
    VALUE_UNKNOWN = _note("No report is known to have the {name} “{wanted}”.")
    FILTERED_OUT = _note("Without the filters, {number:,} would be found: none of them fits all filters.")
    TITLE_ONLY = _note(
        "{number:,} {number:report has|reports have} it in the title only and {number:is|are} not counted here: search "
        "for `{query}`."
    )
    UNREADABLE = _note(
        "{number:,} of them could not be read: what {number:its words say|their words say} is not known. "
        "{number:It is|They are} counted in N as well."
    )
    WORDS_NOWHERE = _note("`{part}` occurs nowhere: none of the reports that were searched has {words}.")
    PHRASE_NOWHERE = _note(
        "`{part}` occurs nowhere as a phrase. {number:,} {number:report has|reports have} all of its words, in one "
        "form or another."
    )
    PHRASE_APART = _note("`{part}` occurs nowhere as a phrase. Its words all occur, but never in one report.")
    PART_NOWHERE = _note("`{part}` occurs in none of the reports that were searched.")
    NEVER_NEAR = _note("`{left}` and `{right}` never stand so near each other.")
    EXCLUDES_ALL = _note("`{part}` leaves no report: every report has it.")
    PART_UNMET = _note("`{part}` fits none of the reports that were searched.")
    NEVER_TOGETHER = _note("`{left}` and `{right}` both occur, but never in one report.")
    NEVER_ALL = _note("Each part of the query fits some report, but no report has them all.")
    REST = _note("{number:,} {number:report has|reports have} the rest: search for `{query}`.")

    def __init__(self, sentence: str, guess: bool) -> None:
        self.sentence = sentence
        self.guess = guess

    @property
    def key(self) -> str:
        """The name in JSON, which stays the same."""
        return self.name.lower()


_LENGTHS = {"typed": 40, "next": 40, "word": 40, "phrase": 40, "field": 40, "value": 40, "theme": 80, "said": 500}


class _Number(int):
    """A number that chooses between two texts: `{number:report has|reports have}`."""

    def __format__(self, spec: str) -> str:
        if "|" not in spec:
            return super().__format__(spec)
        one, several = spec.split("|")
        return one if self == 1 else several


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to tell. arguments: what the sentence of the code names. theme: the theme in whose queries it is."""

    code: Code
    arguments: tuple[tuple[str, str | int], ...] = ()
    theme: str = ""

    def __str__(self) -> str:
        values: dict[str, Any] = {name: _Number(v) if isinstance(v, int) else v for name, v in self.arguments}
        said = self.code.sentence.format_map(values)
        return f"in the theme “{self.theme}”: {said}" if self.theme else said

    @property
    def guess(self) -> bool:
        """Whether the query could only be guessed at. What is odd in a theme is not for the person who asks."""
        return self.code.guess and not self.theme


class Warn(Protocol):
    """Reports a diagnostic from a part of the parser."""

    def __call__(self, code: Code, /, **arguments: str | int) -> None: ...


def diagnostic(code: Code, /, **arguments: str | int) -> Diagnostic:
    """A diagnostic, with what its sentence names; what was typed is cut where it is long."""
    short = {n: _short(v, _LENGTHS[n]) if isinstance(v, str) and n in _LENGTHS else v for n, v in arguments.items()}
    return Diagnostic(code, tuple(short.items()))


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def sentences(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    """The diagnostics as sentences for people."""
    return tuple(map(str, diagnostics))
