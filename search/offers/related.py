"""Further queries to offer with an answer. Each finds something and says how much. None is applied automatically."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from corpus.themes import Theme, Themes
from index import analyser
from index.forms.roots import ENDINGS, LEAST, root
from index.function_words import is_function_word
from index.matching.evaluator import Evaluator
from index.query import And, Field, In, Near, Not, Or, Phrase, Plain, Query, Word
from search.offers.joined_words import joined_offers
from search.offers.other_names import other_names
from search.offers.themes import theme_offers, typed_words
from search.results import Offer

Count = Callable[[Query], int]
"""Returns how many reports a query finds, with the filters of the search."""

_WORDS = 5  # words of a family
_WIDER = 3
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PARTS = 12  # parts of a query without hits; each is left out once
_FAMILY = re.compile(f"[ey]?|e?{ENDINGS}(?:s|'s)?")


def offers(
    tree: Query,
    suggestion: str | None,
    typed: Query,
    read: Callable[[str], Query],
    themes: Themes,
    having: Callable[[Theme], int],
    count: Count,
    evaluator: Evaluator,
    *,
    found: bool,
) -> tuple[Offer, ...]:
    """Return all queries to offer, without duplicates.

    `typed` is the query with its function words, and `read` parses another as it would be searched. `having` returns
    how many reports have a theme, with the filters of the search. `found` is whether the query finds anything without
    the filters.
    """
    missing = [] if found else [text for text in typed_words(tree) if not evaluator.evaluate(Word(text)).documents]
    every = theme_offers(typed, themes, having, missing)
    every += other_names(tree, read, count)
    if suggestion and (number := count(meant := read(suggestion))):
        every.append(Offer("title" if _asks_titles(meant) else "spelling", suggestion, number))
    every += joined_offers(typed, tree, evaluator, read, count)
    if not found:
        every += wider_offers(tree, count)
    every += family_offers(tree, evaluator, count)
    by_query: dict[str, Offer] = {}
    for offer in every:
        by_query.setdefault(offer.query, offer)
    return tuple(by_query.values())


def _asks_titles(query: Query) -> bool:
    parts = query.parts if isinstance(query, And) else (query,)
    return any(isinstance(part, Field) and part.name == "title" for part in parts)


def family_offers(tree: Query, evaluator: Evaluator, count: Count) -> list[Offer]:
    """Offer words that begin like the single word of a query but are not forms of it: `appoint` → appointment."""
    words = typed_words(tree)
    terms = [term for text in words for term, _ in analyser.terms(text)]
    if len(terms) != 1 or is_function_word(terms[0]):
        return []
    own = analyser.word_class(terms[0])
    common = root(own)
    if len(common) < LEAST or not common.isalpha():
        return []
    classes: defaultdict[str, list[str]] = defaultdict(list)
    for term in evaluator.expansion.slot(f"{common}*"):
        if _FAMILY.fullmatch(term[len(common) :]):
            classes[analyser.word_class(term)].append(term)
    classes.pop(own, None)
    shortest = [min(forms, key=len) for forms in classes.values()]
    evaluator.ahead(map(Word, shortest))
    counted = [(count(Word(word)), word) for word in shortest]
    best = sorted(((found, word) for found, word in counted if found), key=lambda pair: (-pair[0], pair[1]))[:_WORDS]
    if not best:
        return []
    offered = [word for _, word in best]
    query = Or(tuple(map(Word, offered))) if len(offered) > 1 else Word(offered[0])
    return [Offer("family", str(query), count(query), terms[0], tuple(offered))]


def wider_offers(tree: Query, count: Count) -> list[Offer]:
    """Offer wider queries for one without hits: without one of its parts, or with its words further apart.

    Queries that keep most of the original come first.
    """
    found: dict[str, Offer] = {}
    for level in _wider(tree, count):
        for query in level:
            if number := count(query):
                found.setdefault(str(query), Offer("wider", str(query), number))
        if found:
            break
    return sorted(found.values(), key=lambda offer: -offer.reports)[:_WIDER]


def _wider(tree: Query, count: Count) -> Iterator[list[Query]]:
    """Yield lists of queries, each list one step wider than the previous one."""
    match tree:
        case Word(text, exact=False) if several := _run_together(text):
            yield [_all(several), Or(several)]
            yield list(several)
        case Phrase(words, _) if len(words) > 1:
            yield [_all(words)]
            yield list(words)
        case Near(left, right):
            yield [_all((left, right))]
            yield [left, right]
        case In(_, part):
            yield [part]
            yield from _wider(part, count)
        case And(parts):
            yield from _without_some(parts, count)


def _without_some(parts: Sequence[Query], count: Count) -> Iterator[list[Query]]:
    """Yield the query with one part widened, then without parts that never occur, then without one part, then each part
    alone.
    """
    some = parts[:_PARTS]
    yield [
        _all((*parts[:i], query, *parts[i + 1 :]))
        for i, part in enumerate(some)
        for query in next(_wider(part, count), [])
    ]
    present = [part for part in some if count(part)]
    yield [_all(present)] if _asks(present) and len(present) < len(parts) else []
    fewer = [(*parts[:i], *parts[i + 1 :]) for i in range(len(some))] if len(parts) > 2 else []
    yield [_all(rest) for rest in fewer if _asks(rest)]
    yield [part for part in some if _asks([part])]


def _run_together(text: str) -> tuple[Word, ...]:
    """Return the words of `visitor/GP` or `neglect,abuse`. Empty with a hyphen, a number or a single letter."""
    terms = [term for term, _ in analyser.terms(text)]
    if len(terms) < 2 or analyser.hyphened(text) or not all(len(term) > 1 and term.isalpha() for term in terms):
        return ()
    return tuple(dict.fromkeys(map(Word, _WORD.findall(text))))


def _asks(parts: Sequence[Query]) -> bool:
    """Return whether the parts include anything other than exclusions and very common words."""
    return not all(isinstance(part, Not) or (isinstance(part, Word) and _is_common(part)) for part in parts)


def _is_common(word: Word) -> bool:
    return not word.exact and is_function_word(word.text)


def _all(parts: Sequence[Query]) -> Query:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    if len(flat) == 1:
        return flat[0]
    return Plain(tuple(flat)) if all(isinstance(part, Word) for part in flat) else And(tuple(flat))
