"""Suggest a corrected query, and explain why nothing was found. No suggestion is applied automatically."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from index import analyser
from index.function_words import is_function_word
from index.matching.evaluator import Evaluator
from index.matching.result_set import Answer
from index.query import And, Field, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Plain, Query, Word
from index.spellings import SECTIONS
from search.answering.ranking import Titles
from search.diagnostics import Code, Diagnostic, diagnostic
from search.offers.other_names import names_besides
from search.request import SearchRequest

_VOWELS = re.compile("[aeiou]")
_DOUBLE = re.compile(r"(.)\1+")
_EDITS = 2
_LETTERS = 3  # letters typed per wrong letter: with fewer, any word would be similar
_SHARE = 2.56  # share of the reports that must have the suggested word, halved for each letter typed per wrong letter
_LONG = 30  # letters; a longer word is not one that a person meant
_NEARBY = 5  # maximum words between two words of a phrase that never occurs as typed
_MOST_WORDS = 8  # words looked up for a suggestion
_SLIPS = 1  # reports: a word in no more than these can be a misprint
_SLIP_TIMES = 20  # times as many reports must have the intended word
_SLIP_LETTERS = 6  # letters; shorter words resemble too many others
_FUNCTION_LETTERS = 5  # letters; shorter words resemble a function word by chance
_ABBREVIATION = re.compile(r"[A-Z]{2,5}(?:['’]?s)?|[A-Z]{3,}o")  # GP, SENCOs, SENCo
_SEVERAL = re.compile(r"([0-9]{1,2})['’]?s")  # under 5s
_SHOUTED = 6  # letters; a longer word in capitals is not an abbreviation
_MANY_PAIRS = 12  # parts of a query of which all pairs are tried


def suggestion(tree: Query, evaluator: Evaluator, typed: Sequence[str] = ()) -> str | None:
    """Return the query with each word that occurs in no report, or only one, replaced by the most similar word.

    Returns None if no word is similar enough, or if the new query would not find anything either. An abbreviation in
    capitals is replaced only among other words in capitals. `typed` are the words of a query of plain words, with the
    very common ones, which stay where they are: `voice of the chld` → voice of the child.
    """
    looked_up = 0
    whole = ""

    def mended(text: str, exact: bool = False) -> str | None:
        nonlocal looked_up
        term = _correctable(text, shouted)
        if not term or looked_up == _MOST_WORDS:
            return None
        having = len(evaluator.evaluate(Word(text, exact)).documents)
        if having > _SLIPS:
            return None
        looked_up += 1
        if having:
            return _meant_instead(term, having, evaluator)
        if number := _SEVERAL.fullmatch(text):
            return number[1]
        return _most_alike(term, evaluator) or _split(term, evaluator)

    words: list[Word] = []

    def noted(text: str, exact: bool = False) -> None:
        words.append(Word(text, exact))

    _mapped(tree, noted)
    evaluator.ahead(words)
    shouted = any(len(word.text) >= _SHOUTED and word.text.isupper() for word in words)
    changed = _mapped(tree, mended)
    if changed == tree:
        changed = _looser(tree)
    elif isinstance(tree, Plain):
        whole = _replaced(typed, tree, changed)
        changed = _without_common(changed, tree)
    if changed == tree or not evaluator.evaluate(changed).documents:
        return None
    return whole or _as_typed(changed)


def _replaced(typed: Sequence[str], tree: Plain, changed: Query) -> str:
    """Return what was typed with the changed words in their places, or "" if they are not single words."""
    if not isinstance(changed, And) or not all(isinstance(part, Word) for part in changed.parts):
        return ""
    instead = dict(zip(map(str, tree.parts), map(str, changed.parts), strict=True))
    return " ".join(instead.get(word, word) for word in typed)


def _as_typed(query: Query) -> str:
    """Return a query as a person would type it."""
    if isinstance(query, And) and all(isinstance(part, Word) for part in query.parts):
        return str(Plain(query.parts))
    return str(query)


def _without_common(changed: Query, tree: Query) -> Query:
    """Return a corrected query without the very common words that misspelt ones became: thier, agianst.

    Returns the query as it was if nothing else remains.
    """
    before = tree.parts if isinstance(tree, And) else ()
    parts = changed.parts if isinstance(changed, And) else (changed,)
    kept = tuple(
        part for part in parts if part in before or not (isinstance(part, Word) and is_function_word(part.text))
    )
    if not kept:
        return tree
    return kept[0] if len(kept) == 1 else And(kept)


def _correctable(text: str, shouted: bool) -> str:
    """Return the term of a word that may be misspelt, or "" for any other.

    `shouted` means that the query is in capitals. Otherwise CSE is not "case". In `sec 17`, sec is not "see".
    """
    terms = [term for term, _ in analyser.terms(text)]
    if len(terms) != 1 or terms[0] in SECTIONS or (_ABBREVIATION.fullmatch(text) and not shouted):
        return ""
    if names_besides(text):  # "dad" is not "did"
        return ""
    return terms[0] if 3 <= len(terms[0]) <= _LONG or _SEVERAL.fullmatch(text) else ""


def _meant_instead(term: str, having: int, evaluator: Evaluator) -> str | None:
    """Return the intended word for one that occurs in the reports only as a misprint, or None if it may be a real
    word.
    """
    alike = [word for word in evaluator.expansion.alike(term, 1) if word != term and word.isalpha()]
    if len(term) < _SLIP_LETTERS or not alike:
        return None
    evaluator.ahead(Word(word, exact=True) for word in alike)
    often, word = max((len(evaluator.evaluate(Word(word, exact=True)).documents), word) for word in alike)
    return word if often >= having * _SLIP_TIMES else None


def _looser(tree: Query) -> Query:
    """Return the query with each phrase read as its words in all their forms: two words near each other, more words
    anywhere.
    """
    match tree:
        case Phrase(words, _) if not any(isinstance(word, Word) and word.exact for word in words):
            return Near(words[0], words[1], _NEARBY) if len(words) == 2 else And(words)
        case And(parts):
            loose = [_looser(part) for part in parts]
            return And(tuple(one for part in loose for one in (part.parts if isinstance(part, And) else (part,))))
        case In(_, part):
            return replace(tree, part=_looser(part))
    return tree


def _most_alike(term: str, evaluator: Evaluator) -> str | None:
    """Return the word with the fewest differences, preferring the one in most reports.

    Returns None if it is in too few reports to be a safe suggestion. A word that never occurs is often spelled
    correctly, and nearly every short word resembles some rare name.
    """
    edits = min(_EDITS, len(term) // _LETTERS)
    alike = {
        word: distance
        for word, distance in evaluator.expansion.alike(term, edits).items()
        if word != term and not any(map(str.isdigit, word)) and not _hides(term, word)
    }
    if not alike:
        return None
    near = min(alike.values())
    nearest = [word for word, distance in alike.items() if distance == near]
    nearest = [word for word in nearest if _consonants(word) == _consonants(term)] or nearest
    evaluator.ahead(Word(word, exact=True) for word in nearest[:50])
    found = [(len(evaluator.evaluate(Word(word, exact=True)).documents), word) for word in nearest[:50]]
    most, word = min(found, key=lambda pair: (-pair[0], pair[1]))
    held = len(evaluator.evaluate(Not(Nothing())).documents)
    return word if most >= max(1.0, held * _SHARE / 2 ** (len(term) / near)) else None


def _hides(term: str, word: str) -> bool:
    """Return whether a short word is only like a function word, which nearly every report has: "dog" is not "do".

    If the letters are the same, in another order, it is a slip: teh.
    """
    return len(term) < _FUNCTION_LETTERS and is_function_word(word) and sorted(term) != sorted(word)


def _consonants(word: str) -> str:
    """Return a word without its vowels, and with double letters reduced to one. Most misspellings get these right."""
    return _DOUBLE.sub(r"\1", word[0] + _VOWELS.sub("", word[1:]))


def _split(term: str, evaluator: Evaluator) -> str | None:
    """Return two words that were typed without a space: the pair that occurs in most reports."""
    best = (0, "")
    pairs = [(at, (Word(term[:at]), Word(term[at:]))) for at in range(3, len(term) - 2)]
    evaluator.ahead(word for _, words in pairs for word in words)
    for at, words in pairs:
        if all(evaluator.evaluate(word).documents for word in words):
            both = len(evaluator.evaluate(Phrase(words)).documents)
            best = max(best, (both, f"{term[:at]} {term[at:]}"))
    return best[1] or None


def _mapped(tree: Query, mended: Callable[[str, bool], str | None]) -> Query:
    """Return the query with each word replaced for which `mended` returns another."""
    match tree:
        case Word(text, exact):
            other = mended(text, exact)
            words = [Word(word) for word in other.split()] if other else [tree]
            return words[0] if len(words) == 1 else Phrase(tuple(words))
        case Phrase(words, _):
            kept: list[Word | Pattern] = []
            for word in words:
                other = mended(word.text, True) if isinstance(word, Word) else None
                kept.extend([Word(part) for part in other.split()] if other else [word])
            return replace(tree, words=tuple(kept))
        case And(parts) | Or(parts):
            return replace(tree, parts=tuple(_mapped(part, mended) for part in parts))
        case In(_, part):
            return replace(tree, part=_mapped(part, mended))
        case Near(left, right):
            return replace(tree, left=_mapped(left, mended), right=_mapped(right, mended))
    return tree


def why_nothing(tree: Query, evaluator: Evaluator) -> Sequence[Diagnostic]:
    """Explain a query without hits: which parts never occur, or never occur together."""
    if isinstance(tree, Nothing):
        return ()
    parts = tree.parts if isinstance(tree, And) else (tree,)
    evaluator.ahead(parts)
    absent = [part for part in parts if not evaluator.evaluate(part).documents]
    if absent:
        return [*(_nowhere(part, evaluator) for part in absent), *_without(tree, [absent], evaluator)]
    fewer = _without(tree, [[part] for part in parts], evaluator) if len(parts) <= _MANY_PAIRS else []
    if len(parts) <= _MANY_PAIRS:
        for i, left in enumerate(parts):
            for right in parts[i + 1 :]:
                if not evaluator.evaluate(And((left, right))).documents:
                    return [diagnostic(Code.NEVER_TOGETHER, left=str(left), right=str(right)), *fewer]
    return [diagnostic(Code.NEVER_ALL), *fewer]


def _without(tree: Query, choices: Iterable[Sequence[Query]], evaluator: Evaluator) -> Sequence[Diagnostic]:
    """Report the combination of parts to leave out that finds the most, if two or more parts remain."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    best: tuple[int, Query] | None = None
    for left_out in choices:
        rest = tuple(part for part in parts if part not in left_out)
        if len(rest) > 1 and not all(isinstance(part, Not) for part in rest):
            fewer = replace(tree, parts=rest) if isinstance(tree, And) else And(rest)
            found = len(evaluator.evaluate(fewer).documents)
            if found and (best is None or found > best[0]):
                best = (found, fewer)
    return [diagnostic(Code.REST, number=best[0], query=str(best[1]))] if best else []


def _nowhere(part: Query, evaluator: Evaluator) -> Diagnostic:
    match part:
        case Phrase(words, _) if len(words) > 1:
            absent = [f"`{word}`" for word in words if not evaluator.evaluate(word).documents]
            if absent:
                return diagnostic(Code.WORDS_NOWHERE, part=str(part), words=" or ".join(absent))
            together = len(evaluator.evaluate(And(words)).documents)
            code = Code.PHRASE_NOWHERE if together else Code.PHRASE_APART
            return diagnostic(code, part=str(part), number=together)
        case Word() | Phrase() | Fuzzy():
            return diagnostic(Code.PART_NOWHERE, part=str(part))
        case Near(left, right):
            return diagnostic(Code.NEVER_NEAR, left=str(left), right=str(right))
        case Not(_):
            return diagnostic(Code.EXCLUDES_ALL, part=str(part))
    return diagnostic(Code.PART_UNMET, part=str(part))


def only_in_titles(tree: Query, answer: Answer, evaluator: Evaluator, titles: Titles) -> tuple[set[int], Query | None]:
    """Return the documents that would match if the words of titles counted as text, and the query that finds them.

    An anonymised report may have the name only in its title, and must not be missing from the answer without a note.
    """
    parts = tree.parts if isinstance(tree, And) else (tree,)
    words = {i: text for i, part in enumerate(parts) if isinstance(part, Word | Phrase) and (text := _text(part))}
    titled = {i: titles.having([text]) for i, text in words.items()}
    if not any(titled.values()):
        return set(), None
    held = [evaluator.evaluate(part).documents for part in parts]
    wider = [documents | titled.get(i, set()) for i, documents in enumerate(held)]
    more = set.intersection(*wider) - answer.documents
    lifted = [i for i in titled if more & (titled[i] - held[i])]
    if not more or not lifted:
        return set(), None
    asked: Iterable[Query] = (Field("title", words[i]) if i in lifted else part for i, part in enumerate(parts))
    several = tuple(asked)
    return more, several[0] if len(several) == 1 else And(several)


def _text(part: Word | Phrase) -> str:
    """Return the terms of the part, or "" if the part cannot be searched for in titles."""
    typed = [part] if isinstance(part, Word) else part.words
    if any(isinstance(word, Pattern) or word.exact for word in typed):
        return ""
    return " ".join(term for word in typed for term, _ in analyser.terms(word.text))


def together_notes(request: SearchRequest, found: int, near: set[int] | None) -> list[Diagnostic]:
    """Return the diagnostics for a restriction to words that occur together.

    `found` is how many reports have the words anywhere.
    """
    if not request.together:
        return []
    if near is None:
        return [diagnostic(Code.TOGETHER_IGNORED)]
    return [diagnostic(Code.NEVER_BESIDE, number=found)] if found and not near else []
