"""English function words, such as the, of and was. They structure a sentence but do not say what it is about.

The list is Snowball's unmodified English stop word list, published by Martin Porter at
https://snowballstem.org/algorithms/english/stop.txt under the 3-clause BSD licence (copyright 2001 Martin Porter, 2002
Richard Boulton). It does not include will, can, may, must and might, which are also nouns.

It applies to words typed without operators or quotation marks. Never apply it within a phrase: `"was not brought"`
needs its *not*, and every word in quotation marks is wanted. The index contains all words.
"""

from index import analyser

_WORDS = """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it
    its itself they them their theirs themselves what which who whom this that these those
    am is are was were be been being have has had having do does did doing would should could ought
    i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd
    i'll you'll he'll she'll we'll they'll isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't
    won't wouldn't shan't shouldn't can't cannot couldn't mustn't
    let's that's who's what's here's there's when's where's why's how's
    a an the
    and but if or because as until while
    of at by for with about against between into through during before after above below to from up down in out on off
    over under again further then once here there when where why how
    all any both each few more most other some such no nor not only own same so than too very
    """

FUNCTION_WORDS = frozenset(_WORDS.split())
"""174 words, folded."""


PARTICLES = frozenset(("after", "down", "in", "off", "on", "out", "over", "through", "up"))
"""Function words that form a phrasal verb when they follow a verb: step down, looked after, drop out."""

BOUNDS = frozenset(("above", "below", "over", "under"))
"""Function words that limit a number when they precede it: under 18, over fives."""

LETTERS = frozenset((("a", "and", "e"), ("b", "and", "b")))
"""Abbreviations that are written with "and" between two letters: accident and emergency, bed and breakfast. Other
letters with "and" are names: Child A and B.
"""

_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = frozenset((*_COUNTED, *(f"{word}s" for word in _COUNTED), "eleven", "twelve", "sixteen", "eighteen"))
"""Numbers in words, as ages are written."""


def is_number(word: str) -> bool:
    """Return whether a word is a number: 18, 5s, five, fives."""
    folded = analyser.fold(word)
    return folded[:1].isdigit() or folded in NUMBERS


def is_function_word(word: str) -> bool:
    """Return whether one word, as typed or folded, is a function word: `The`, `didn’t`. False for several tokens."""
    return analyser.fold(word) in FUNCTION_WORDS
