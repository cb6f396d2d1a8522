"""Notes and warnings about a query: a stable code, and the sentence shown for it.

Decisions depend on `Code`, never on the wording, so any sentence can be reworded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique
from typing import Any, Protocol


def _note(sentence: str) -> tuple[str, bool]:
    return sentence, False


def _guess(sentence: str) -> tuple[str, bool]:
    """Return the sentence for a query whose meaning had to be guessed, marked as a guess."""
    return sentence, True


@unique
class Code(Enum):
    """A kind of diagnostic: its sentence, and whether it means that the query's meaning was guessed.

    A person who searches sees the guess and can change the query. Nobody would check 500 rows of a batch, and a wrong
    count would end up in a study. So a batch refuses a query whose meaning had to be guessed.
    """

    # Incomplete punctuation.
    QUOTE_UNCLOSED = _guess("a quotation mark was not closed, so the phrase was read to the end")
    SINGLE_QUOTE_UNCLOSED = _guess(
        "the single quotation mark in `{typed}` was not closed, so it was read as an apostrophe"
    )
    BRACKET_UNCLOSED = _guess("`(` was not closed, so the group was read to the end")
    BRACKET_UNOPENED = _guess("`)` had no matching `(` and was ignored")
    GROUP_EMPTY = _note("an empty group was ignored")
    PHRASE_EMPTY = _note("an empty phrase was ignored")
    NO_LETTERS = _note("`{typed}` has no letters or digits and was ignored")
    INVISIBLE = _note("invisible characters were ignored")
    QUESTION = _note("the question mark at the end was read as punctuation, not as one more letter")

    # Operators, or what looks like one.
    SMALL_OPERATOR = _note("`{typed}` was read as an ordinary word: {purpose}, write {operator} in capitals")
    HALF_OPERATOR = _guess(
        "`{typed}` was read as an ordinary word: {purpose}, write {operator} in capitals; for the word, write "
        "`{small}` in lower case"
    )
    SHOUTED = _guess(
        "the whole query is in capitals, so AND, OR, NOT and NEAR were read as ordinary words: to use one as an "
        "operator, write only that word in capitals"
    )
    SINGLE_QUOTES = _guess("{typed} was read as a phrase: write phrases in double quotation marks")
    AMPERSAND = _note("`{typed}` was read as AND")
    OPERATOR_READ_AS = _guess("`{typed}` was read as {operator}: write {operator}, in capitals")
    NEARNESS_WORDS = _guess(
        "`{typed}` was searched as ordinary words: to find words near each other, write {operator}, in capitals"
    )
    TRUNCATION = _guess(
        "`{typed}` was searched as the word `{word}`: to find every word that starts like this, write `{word}*`"
    )
    FOLLOWED_BY = _guess("`{typed}` was followed by `{next}`, so {typed} was ignored")
    NOTHING_BEFORE = _guess("`{typed}` had nothing before it and was ignored")
    NOTHING_AFTER = _guess("`{typed}` had nothing after it and was ignored")
    ENDED_EARLY = _guess("the query ended after `{typed}`, so {typed} was ignored")
    NEAR_AS_AND = _guess(
        "NEAR works between words, phrases and groups with OR; beside anything else it was read as AND"
    )
    IN_ONE_ONLY = _note("`{typed}` applies only to the next word or group: put several words in brackets")
    IN_LAST = _guess("`{typed}` came last, so it was applied to the words before it")
    DISTANCE = _note("`{typed}` was read as {distance}, the largest distance allowed")
    SLOP_MISSING = _guess('`~` after a phrase needs a number, for example "information sharing"~5: it was ignored')

    # Words and patterns.
    FUNCTION_WORDS = _note(
        "words left out because they are too common: {left_out}; put words in quotation marks to keep them{operators}"
    )
    LETTERS = _note("`{typed}` was read as the word `{word}`")
    OPENING = _note(
        "words left out because they only begin a question: {left_out}; put words in quotation marks to keep them"
    )
    FUNCTION_WORDS_ONLY = _note("the query has only very common words, so it was read as a phrase")
    EXACT_PATTERN = _note("`=` was ignored in `{typed}`: a pattern finds only words spelled like it")
    FUZZY_PATTERN = _guess("`~` was ignored in `{typed}`: it cannot be combined with `*` or `?`")
    FUZZY_SHORT = _guess("`~` was ignored in `{typed}`: it needs a single word of three letters or more")
    FUZZY_EDITS = _guess("`{typed}` was read as `{word}~`: a word can differ by 1 or 2 letters")
    PATTERN_SHORT = _guess("`{typed}` was read as the word `{word}`: `*` needs at least three letters before it")
    PATTERN_LEADING = _guess(
        "`*` cannot come first, so `{typed}` was read as `{word}`: write the start of the word and then `*`, or write "
        "out the words with OR between them"
    )
    PATTERN_ONE_MORE = _note(
        "`?` stands for one more letter, so `{typed}` does not find `{word}`: leave out the question mark to find the "
        "word"
    )
    PATTERN_ALONE = _guess(
        "`{typed}` on its own in a phrase was ignored: write ~1 after the phrase to allow one extra word"
    )

    # `name:value`.
    FIELD_EQUALS = _note("`{typed}` was read as `{said}`, with a colon")
    FIELD_SPACE = _note("`{field}: {value}` was read as `{field}:{value}`, without the space")
    FIELD_EMPTY = _guess("`{field}:` was ignored: it needs a word or a quoted phrase straight after it")
    FIELD_UNKNOWN = _guess(
        "`{field}:` is not a field, so `{typed}` was searched as ordinary words; the fields are {fields}, in and theme"
    )
    FIELD_PATTERN = _guess("`*` and `?` were ignored in `{field}:`, which matches whole words only")
    YEAR_UNREADABLE = _guess(
        "`{value}` is not a valid year and was ignored: write year:2015, year:2015..2020 or year:2015.."
    )
    YEARS_REVERSED = _guess("the years were the wrong way round and were read as {years}")
    YEARS_APART = _note("`year:{value}` was read as one range of years")
    SECTION_UNKNOWN = _guess("`{value}` is not a section, so whole reports were searched; the sections are {kinds}")
    THEME_UNKNOWN = _guess("there is no theme “{theme}”, so it was searched as a phrase; {hint}")
    THEME_CIRCULAR = _note("the theme “{theme}” refers to itself ({path}) and was left out there")
    THEME_DEEP = _note("themes are nested more than {most} deep, so “{theme}” was left out")
    THEME_EMPTY = _guess("it contains nothing to search for")

    # The whole query.
    NOTHING_ASKED = _guess("the query is empty: type a word, for example neglect")
    ONLY_EXCLUDES = _note("the query only excludes words, so every other report matches")
    READ_AS = _note("read as: {said}")
    MORE = _note("{number} more notes like these are not shown")

    # What was found, and what was searched.
    INDEX = _note("{sentence}")
    THEME_FILE = _note("{file}, line {line}: {message}")
    VALUE_UNKNOWN = _note("No report has the {name} “{wanted}”.{near}")
    FILTERED_OUT = _note("Without the filters there are {number:,} results. None of them matches all the filters.")
    TITLE_ONLY = _note(
        "{number:,} {number:report has|reports have} it only in the title and {number:is|are} not counted here. To "
        "find {number:it|them}, search for `{query}`."
    )
    UNREADABLE = _note(
        "{number:,} of them could not be read, so {number:its text is|their text is} not searched. "
        "{number:It is|They are} still counted in N."
    )
    TOGETHER_IGNORED = _note(
        "The restriction to words in one paragraph was ignored: it is for two words or more, without operators and "
        "quotation marks."
    )
    NEVER_BESIDE = _note(
        "No report has all the words in one paragraph. {number:,} {number:report has|reports have} them further apart."
    )
    WORDS_NOWHERE = _note("`{part}` was not found: none of the reports searched contains {words}.")
    PHRASE_NOWHERE = _note(
        "`{part}` was not found as a phrase. {number:,} {number:report contains|reports contain} all its words, in one "
        "form or another."
    )
    PHRASE_APART = _note("`{part}` was not found as a phrase. All its words occur, but never in the same report.")
    PART_NOWHERE = _note("`{part}` was not found in any of the reports searched.")
    NEVER_NEAR = _note("`{left}` and `{right}` never occur that close together.")
    EXCLUDES_ALL = _note("`{part}` excludes every report.")
    PART_UNMET = _note("`{part}` matches none of the reports searched.")
    NEVER_TOGETHER = _note("`{left}` and `{right}` both occur, but never in the same report.")
    NEVER_ALL = _note("Each part of the query matches some reports, but no report matches them all.")
    REST = _note("{number:,} {number:report matches|reports match} the rest of the query: search for `{query}`.")

    def __init__(self, sentence: str, guess: bool) -> None:
        self.sentence = sentence
        self.guess = guess

    @property
    def key(self) -> str:
        """The name in JSON, which never changes."""
        return self.name.lower()


_LENGTHS = {
    "typed": 40,
    "next": 40,
    "word": 40,
    "phrase": 40,
    "field": 40,
    "value": 40,
    "theme": 80,
    "said": 500,
    "left_out": 200,
}


class _Number(int):
    """A number that chooses between two texts: `{number:report has|reports have}`."""

    def __format__(self, spec: str) -> str:
        if "|" not in spec:
            return super().__format__(spec)
        one, several = spec.split("|")
        return one if self == 1 else several


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One note.

    `arguments` are the values for the sentence of the code. `theme` is the theme whose queries it concerns.
    """

    code: Code
    arguments: tuple[tuple[str, str | int], ...] = ()
    theme: str = ""

    def __str__(self) -> str:
        values: dict[str, Any] = {name: _Number(v) if isinstance(v, int) else v for name, v in self.arguments}
        sentence = self.code.sentence.format_map(values)
        return f"in the theme “{self.theme}”: {sentence}" if self.theme else sentence

    @property
    def guess(self) -> bool:
        """Whether the query's meaning was guessed.

        Notes on a theme do not count, because the person searching did not write it.
        """
        return self.code.guess and not self.theme


class Warn(Protocol):
    """A callback through which the parser reports a diagnostic."""

    def __call__(self, code: Code, /, **arguments: str | int) -> None: ...


def diagnostic(code: Code, /, **arguments: str | int) -> Diagnostic:
    """Create a diagnostic. Long values are truncated."""
    short = {n: _short(v, _LENGTHS[n]) if isinstance(v, str) and n in _LENGTHS else v for n, v in arguments.items()}
    return Diagnostic(code, tuple(short.items()))


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def sentences(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    """Return the sentences of some diagnostics."""
    return tuple(map(str, diagnostics))
