"""Interpret a query of only words: those that only ask and function words are left out, the others belong together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile, zip_longest

from index import analyser
from index.function_words import BOUNDS, LETTERS, PARTICLES, is_function_word, is_number
from index.query import And, Phrase, Plain, Query, Word
from index.ranking_policy import TOGETHER_FIRST_UP_TO
from search.diagnostics import Code, Diagnostic, diagnostic
from search.parsing.openings import opening
from search.parsing.parser import Parsed


def as_meant(parsed: Parsed) -> Parsed:
    """Replace words that were typed without operators or quotation marks with Plain.

    Other queries are returned unchanged. Words that only begin a request are left out, and so are function words;
    notes list them. A query with only function words is a phrase. If one other word remains, the particles that follow
    it are kept: step down. A word that limits the number after it is kept too: under 18. `A and E` is the word A&E.
    """
    if not parsed.only_words or not isinstance(parsed.tree, And):
        return parsed
    parsed, words = _with_letters([part for part in parsed.tree.parts if isinstance(part, Word)], parsed)
    if asking := _asking(words):
        left_out = " ".join(word.text for word in words[:asking])
        parsed = _noted(parsed, parsed.tree, diagnostic(Code.OPENING, left_out=left_out))
        words = words[asking:]
    kept = _kept(words)
    if not kept:
        return _noted(parsed, Phrase(tuple(words)), diagnostic(Code.FUNCTION_WORDS_ONLY))
    limited = any(analyser.fold(word.text) in BOUNDS for word in kept)
    if (len(kept) < len(words) or limited) and len(kept) <= TOGETHER_FIRST_UP_TO:
        parsed = replace(parsed, verbatim=Phrase(tuple(Word(word.text) for word in words)))
    if len(kept) == 1:
        kept += _particles(words[words.index(kept[0]) + 1 :])
    tree = Plain(tuple(kept)) if len(kept) > 1 else kept[0]
    if len(kept) == len(words):
        return replace(parsed, tree=tree)
    common = dict.fromkeys(word.text.lower() for word in words if word not in kept)
    parsed, operators = _without_small_operators(parsed, common)
    note = diagnostic(Code.FUNCTION_WORDS, left_out=", ".join(common), operators=operators)
    return _noted(parsed, tree, note)


def _without_small_operators(parsed: Parsed, left_out: Container[str]) -> tuple[Parsed, str]:
    """Remove notes that "not" or "or" was read as a word, if that word is left out. Returns what to add instead."""
    others: list[Diagnostic] = []
    hints: dict[str, None] = {}
    for note in parsed.diagnostics:
        values = dict(note.arguments)
        if note.code is Code.SMALL_OPERATOR and values["typed"] in left_out:
            hints[f"; {values['purpose']}, write {values['operator']} in capitals"] = None
        else:
            others.append(note)
    return replace(parsed, diagnostics=tuple(others)), "".join(hints)


def _noted(parsed: Parsed, tree: Query, note: Diagnostic) -> Parsed:
    return replace(parsed, tree=tree, diagnostics=(*parsed.diagnostics, note))


def _with_letters(words: Sequence[Word], parsed: Parsed) -> tuple[Parsed, list[Word]]:
    """Return the words with `A and E` as the one word A&E, and a note if there is one."""
    found: list[Word] = []
    for word in words:
        found.append(word)
        if (
            any(each.exact for each in found[-3:])
            or tuple(analyser.fold(each.text) for each in found[-3:]) not in LETTERS
        ):
            continue
        first, last = found[-3].text.upper(), found[-1].text.upper()
        typed = " ".join(each.text for each in found[-3:])
        found[-3:] = [Word(f"{first}&{last}")]
        parsed = _noted(parsed, parsed.tree, diagnostic(Code.LETTERS, typed=typed, word=found[-1].text))
    return parsed, found


def _asking(words: Sequence[Word]) -> int:
    """Return how many words begin a request. None do if all the others are function words."""
    asking = opening(["" if word.exact else analyser.fold(word.text) for word in words])
    return asking if asking and _kept(words[asking:]) else 0


def _particles(after: Iterable[Word]) -> list[Word]:
    return list(takewhile(lambda word: analyser.fold(word.text) in PARTICLES, after))


def _kept(words: Sequence[Word]) -> list[Word]:
    """Return the words that are not function words.

    A word in capitals is a name and is kept: IT, WHO, the A of Child A. But if no other word has lower-case letters,
    capitals mean nothing.
    """
    is_content = [_is_content(word, following) for word, following in zip_longest(words, words[1:])]
    content = [word for word, is_one in zip(words, is_content, strict=True) if is_one]
    if all(word.text.isupper() for word in content):
        return content
    kept: list[Word] = []
    before: Word | None = None
    for word, is_one in zip(words, is_content, strict=True):
        behind_kept = bool(kept) and kept[-1] is before
        if is_one or analyser.capitals(word.text) or (word.text == "A" and behind_kept):
            kept.append(word)
        before = word
    return kept


def _is_content(word: Word, following: Word | None) -> bool:
    """Return whether a word is not a function word, or limits the number after it."""
    if word.exact or not is_function_word(word.text):
        return True
    return following is not None and analyser.fold(word.text) in BOUNDS and is_number(following.text)
