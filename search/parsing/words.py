"""Parse words, patterns and phrases."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable

from index.matching.expansion import joined_pattern
from index.query import Fuzzy, Nothing, Or, Pattern, Phrase, Query, Word
from search.diagnostics import Code, Warn
from search.parsing.lexer import trimmed, words_of
from search.parsing.operators import without_operators
from search.parsing.tree_builder import Operand, leaf

_FUZZY = re.compile(r"(.*)~([0-9]*)", re.DOTALL)
_TRUNCATED = re.compile(r"(\w{3,})\$")  # `neglect$`, which means `neglect*` in other databases


class Words:
    """Parses words. `count` is called with the number of words read, to enforce the limit of a query."""

    def __init__(self, warn: Warn, count: Callable[[int], None]) -> None:
        self.warn = warn
        self.count = count

    def exact(self, text: str) -> Operand:
        """Parse `=word`."""
        if "*" in text or "?" in text:
            self.warn(Code.EXACT_PATTERN, typed=text)
            return leaf(self.loose(text))
        self.count(len(words_of(text)))
        return Operand(Word(trimmed(text), exact=True))

    def loose(self, text: str) -> Query:
        """Parse a word, fuzzy word or pattern. `text` has a letter or digit and does not start with a field name."""
        if truncated := _TRUNCATED.fullmatch(text):
            self.warn(Code.TRUNCATION, typed=text, word=truncated[1])
        text = trimmed(text, before="*?", after="*?~")
        fuzzy = _FUZZY.fullmatch(text)
        if "*" in text or "?" in text:
            if fuzzy:
                self.warn(Code.FUZZY_PATTERN, typed=text)
            return self.phrase(fuzzy[1] if fuzzy else text, 0, alone=True)
        if not fuzzy or not (body := trimmed(fuzzy[1])):
            return self._word(text)
        if len(words_of(body)) > 1 or sum(c.isalnum() for c in body) < 3:
            self.warn(Code.FUZZY_SHORT, typed=text)
            return self._word(body.replace("~", "-"))
        if fuzzy[2] not in ("", "1", "2"):
            self.warn(Code.FUZZY_EDITS, typed=text, word=body)
        self.count(1)
        return Fuzzy(body, 1 if fuzzy[2] == "1" else 2)

    def _word(self, text: str) -> Word:
        text = trimmed(text)
        self.count(len(words_of(text)))
        return Word(without_operators(text))

    def _pattern(self, text: str) -> Word | Pattern:
        """Parse a word or pattern.

        `text` has at least one letter or digit, and otherwise only letters, digits, apostrophes and wildcards.
        """
        text = re.sub(r"\*+", "*", text)
        if text.startswith("*"):
            typed, text = text, trimmed(text.lstrip("*"), before="?", after="*?")
            self.warn(Code.PATTERN_LEADING, typed=typed, word=text)
            if "*" not in text and "?" not in text:
                return self._word(text)
        before, star, _ = text.partition("*")
        if star and sum(c.isalnum() for c in before) < 3:
            longest = max(re.split(r"[*?]+", text), key=lambda part: sum(c.isalnum() for c in part))
            word = trimmed(before.replace("?", "")) or trimmed(longest)
            self.warn(Code.PATTERN_SHORT, typed=text, word=word)
            return self._word(word)
        self.count(1)
        if text.endswith("?"):
            self.warn(Code.PATTERN_ONE_MORE, typed=text, word=text.rstrip("?"))
        return Pattern(text)

    def phrase(self, inside: str, slop: int, alone: bool = False) -> Query:
        """Parse a phrase. A pattern with a hyphen gives an OR of phrases: `self-harm*` also finds `selfharm*`.

        `alone` means that it was typed without quotation marks, so that a single word is parsed as a word.
        """
        slots: list[list[list[Word | Pattern]]] = []
        for typed in inside.split():
            parts = words_of(typed, also="*?") if "*" in typed or "?" in typed else []
            if parts:
                split = [self._pattern(part) if "*" in part or "?" in part else self._word(part) for part in parts]
                whole = unicodedata.normalize("NFC", "".join(parts))
                several = ("*" in whole or "?" in whole) and joined_pattern(typed, parts) != ""
                if several and sum(len(slot) > 1 for slot in slots) < 3:  # 8 phrases at most
                    slots.append([split, [self._pattern(whole)]])
                else:
                    slots.append([split])
            elif trimmed(typed):
                slots.append([[self._phrase_word(typed)]])
            elif "*" in typed or "?" in typed:
                self.warn(Code.PATTERN_ALONE, typed=typed)
        if not slots:
            self.warn(Code.PHRASE_EMPTY)
            return Nothing()
        phrases: list[Query] = []
        for choice in itertools.product(*slots):
            words = tuple(itertools.chain.from_iterable(choice))
            if alone and len(words) == 1:
                word = words[0]
                phrases.append(self._word(word.text) if isinstance(word, Word) else word)
            else:
                phrases.append(Phrase(words, slop))
        self.count((len(phrases) - 1) * len(slots))
        return phrases[0] if len(phrases) == 1 else Or(tuple(phrases))

    def _phrase_word(self, typed: str) -> Word:
        """Parse a word of a phrase. In a phrase, AND, OR, NOT and NEAR are ordinary words."""
        text = trimmed(typed)
        self.count(len(words_of(text)))
        return Word(text)
