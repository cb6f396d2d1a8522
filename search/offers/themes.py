"""Find the themes that cover what was typed: `missed appointments` → Was not brought.

A theme covers it if one of its terms, or its name, has the same words, so that switching to the theme loses nothing. If
no theme does, those that cover a part of it are offered: `baby not brought to clinic`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product

from corpus.themes import Theme, Themes
from index import analyser
from index.forms.roots import root
from index.function_words import FUNCTION_WORDS, is_function_word
from index.query import And, Phrase, Query, Word
from index.spellings import whole
from search.results import Offer

_THEMES = 2  # themes offered
_BEGINNING = 2  # letters
_SEVERAL = 2  # words that a theme is named after
_KEPT = 4096  # cached words of theme terms
_NEGATIONS = frozenset(("no", "not", "never"))
_QUERY_SIGNS = re.compile(r"[:=()|~?]|\b(?:AND|OR|NOT|NEAR)\b")
_PIECES = re.compile(r"\w[\w'’-]*\*?")
_PLAIN = re.compile(r"(?<![^ \"])[a-z]+(?![^ \"])")
_EXACT = re.compile(r"=([A-Z]{2,})")
_ABBREVIATION = re.compile(r"([A-Z]{2,})(?:['’]?s)?")
_PARENTHESES = re.compile(r"\([^)]*\)")
_SIDES = re.compile(r" / |, ")


def theme_offers(
    tree: Query, themes: Themes, having: Callable[[Theme], int], missing: Sequence[str] = ()
) -> list[Offer]:
    """Return the themes that cover a query of words or of one phrase, or otherwise a part of it.

    `missing` are its words that no report has. A theme that covers one of them has other words for it, so it comes
    before those that cover another part.

    A theme that is part of another comes before it, and a theme with the words in its name, or words of their family,
    comes before one that has them among its terms. Then themes that cover more of the query come first. `having`
    returns how many reports have a theme.
    """
    words = [whole(word).upper() or word for word in typed_words(tree)]
    typed = _Words(" ".join(words))
    if not typed.all:
        return []
    short = _ABBREVIATION.fullmatch(words[0]) if len(words) == 1 else None
    covering = [
        theme
        for theme in themes.themes
        if _covers(theme, typed) or (short is not None and short[1] in _abbreviations(theme))
    ]
    best_first = sorted(
        covering,
        key=lambda theme: (
            sum(_holds(theme, other) for other in covering),
            -_in_name(theme, typed),
        ),
    )
    if best_first:
        chosen = [("theme", theme, theme.queries) for theme in best_first[:_THEMES]]
    else:
        parts: dict[str, tuple[str, Theme, tuple[str, ...]]] = {}
        for theme, said in (*_on_missing(themes, missing), *_on_a_part(themes, typed, words)):
            parts.setdefault(theme.name, ("part", theme, (said, *theme.queries)))
        chosen = [*parts.values()][:_THEMES]
    offers = [Offer(kind, f'theme:"{theme.name}"', having(theme), theme.name, terms) for kind, theme, terms in chosen]
    return [offer for offer in offers if offer.reports]


def typed_words(tree: Query) -> list[str]:
    """Return the words of a query that consists only of words or of one phrase. Empty for any other query."""
    match tree:
        case Word(text, exact) if not exact:
            return [text]
        case Phrase(parts, slop) if slop:
            return []
        case Phrase(parts) | And(parts) if all(isinstance(part, Word) and not part.exact for part in parts):
            return [str(part) for part in parts]
    return []


def _holds(theme: Theme, other: Theme) -> bool:
    return f'theme:"{other.name}"' in theme.queries


def _covers(theme: Theme, typed: "_Words") -> bool:
    most = len(typed.content)
    return any(_read(text).covers(typed) for text in _ways_to_say(theme) if _min_content_words(text) <= most)


def _on_missing(themes: Themes, missing: Sequence[str]) -> list[tuple[Theme, str]]:
    """Return the themes that cover one of the missing words, and that word."""
    typed = {word: _read(word) for word in missing}
    begin = {each[:_BEGINNING].lower() for word, read in typed.items() for each in (word, *read.content)}
    ways = [
        (theme, [_read(text) for text in _ways_to_say(theme) if _beginnings(text) <= begin])
        for theme in (themes.themes if typed else ())
    ]
    return [(theme, word) for word, read in typed.items() for theme, some in ways if any(w.covers(read) for w in some)]


def _on_a_part(themes: Themes, typed: "_Words", words: Sequence[str]) -> list[tuple[Theme, str]]:
    """Return the themes with a term or name of several words inside the query, and these words.

    The themes that are named after several of these words come first: `health visitor` → Health visiting. Then those
    with the longest words.

    Reading all terms takes long, so only those are read whose words begin like the words of the query.
    """
    begin = {word[:_BEGINNING].lower() for word in (*words, *typed.content)}
    found: list[tuple[Theme, str]] = []
    for theme in themes.themes:
        ways = (_read(said) for said in _ways_to_say(theme) if _beginnings(said) <= begin)
        found.append((theme, max((way.inside(typed) for way in ways), key=len, default="")))

    def order(each: tuple[Theme, str]) -> tuple[bool, int, int]:
        named = _in_name(each[0], _read(each[1]))
        return named < _SEVERAL, -len(each[1]), -named

    return sorted((each for each in found if each[1]), key=order)


def _in_name(theme: Theme, words: "_Words") -> int:
    """Return how many of the words have a word of their family in the name of a theme."""
    return len({root(word) for word in words.content} & {root(word) for word in _read(theme.name).all})


@lru_cache(_KEPT)
def _ways_to_say(theme: Theme) -> list[str]:
    return [*(query for query in theme.queries if not _QUERY_SIGNS.search(query)), *_names(theme.name)]


@lru_cache(_KEPT)
def _abbreviations(theme: Theme) -> frozenset[str]:
    """Return the terms that are abbreviations in capitals: `=HV`. In small letters they can be other words: send."""
    return frozenset(found[1] for query in theme.queries if (found := _EXACT.fullmatch(query)))


@lru_cache(_KEPT)
def _min_content_words(text: str) -> int:
    """Return the minimum number of content words of a text.

    This is faster than finding the words, and rules out most texts, which have too many.
    """
    return sum(word not in FUNCTION_WORDS for word in _PLAIN.findall(text.lower()))


@lru_cache(_KEPT)
def _beginnings(text: str) -> frozenset[str]:
    return frozenset(word[:_BEGINNING] for word in _PLAIN.findall(text.lower()) if word not in FUNCTION_WORDS)


def _names(name: str) -> Iterator[str]:
    """Yield the ways to refer to a theme: `Missing from home/care` → Missing from home, Missing from care.

    A single word of several, such as care, or words in parentheses are not enough. If the theme were about them, they
    would be terms.
    """
    sides = _SIDES.split(_PARENTHESES.sub("", name).strip())
    for side in sides:
        for words in product(*(word.split("/") for word in side.split())):
            if len(words) > 1 or side == name:
                yield " ".join(words)


class _Words:
    """The words of a term or query.

    `all` has each as its class, or as written with `*`. `content` leaves out function words.
    """

    def __init__(self, text: str) -> None:
        terms = [
            (term, f"{term}*" if star else analyser.word_class(term))
            for piece in _PIECES.findall(text)
            for star in (piece.endswith("*"),)
            for term, _ in analyser.terms(piece)
        ]
        telling = [at for at, (term, _) in enumerate(terms) if term in _NEGATIONS or not is_function_word(term)]
        self.all = [known for _, known in terms]
        self._at = telling or [*range(len(terms))]
        self._typed = [term for term, _ in terms]
        self.content = [self.all[at] for at in self._at]
        self._ordered = sorted(self.content)
        self._starred = any(known.endswith("*") for known in self.content)

    def covers(self, other: "_Words") -> bool:
        """Return whether both have the same content words, in any order.

        With a single content word, the function words must agree as well: `child on child` is not about every child,
        and `killed by` is not about everything that was killed.
        """
        if len(self.content) != len(other.content) or (not self._starred and self._ordered != other._ordered):
            return False
        if len(self.content) == 1 and not set(self.all) - set(self.content) <= set(other.all):
            return False
        left = list(other.content)
        for known in sorted(self.content, key=lambda word: word.endswith("*")):
            same = next((word for word in left if _same(known, word)), None)
            if same is None:
                return False
            left.remove(same)
        return True

    def inside(self, other: "_Words") -> str:
        """Return the part of the other that has these content words side by side.

        Empty if there is none, if it is the whole, or if this is a single word.
        """
        size = len(self.content)
        if 1 < size < len(other.content):
            for at in range(len(other.content) - size + 1):
                if all(map(_same, self.content, other.content[at : at + size])):
                    return " ".join(other._typed[other._at[at] : other._at[at + size - 1] + 1])
        return ""


def _same(known: str, word: str) -> bool:
    return known == word or (known.endswith("*") and word.startswith(known[:-1]))


@lru_cache(_KEPT)
def _read(text: str) -> _Words:
    return _Words(text)
