"""A brute-force search to test against: the section "Exact rules" of docs/query-language.md, rule by rule.

It is deliberately slow, small and independent. It shares only the query tree with the program, so an error would have
to be made twice, in different code, to remain unnoticed. It also generates queries of every form from the words of a
corpus.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from index.forms.lexicon import class_of
from index.function_words import BOUNDS, FUNCTION_WORDS, NUMBERS, PARTICLES
from index.query import And, Field, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Plain, Query, Theme, Word
from search.parsing.openings import OPENINGS, REVIEWS

Span = tuple[int, int]
"""The first and last token of a match, as positions in the report."""
Place = tuple[int, int, int]
"""The place of a match: ordinal of the paragraph, first character, and one past the last character."""


class Token(NamedTuple):
    """A token.

    `raw` is as written, and `folded` as compared. `start` and `end` are characters in the paragraph, end exclusive.
    """

    raw: str
    folded: str
    paragraph: int
    start: int
    end: int


RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"
"""Footnote marks. Unicode classifies them as digits, but they are not part of a word."""


APOSTROPHES = "'’"
JOINING = "-‐‑−–"
"""Hyphens, and the characters with which word processors replace them."""


def letter(char: str) -> bool:
    """Return whether a character can be part of a word."""
    return char.isalnum() and char not in RAISED


def thousands(text: str, comma: int) -> bool:
    """Return whether a comma separates the thousands of a number from the rest."""
    after = text[comma + 1 : comma + 4]
    if len(after) < 3 or not plain_digits(after) or plain_digits(text[comma + 4 : comma + 5]):
        return False
    start = comma
    while start and letter(text[start - 1]):
        start -= 1
    before = text[start:comma]
    return plain_digits(before) and len(before) <= 3


def plain_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def tokenise(text: str, paragraph: int = 0) -> list[Token]:
    """Return the runs of letters and digits.

    An apostrophe between two letters and a thousands comma are part of a run. The second year of a range is folded to
    four digits.
    """
    found: list[Token] = []
    start = None
    for i, char in enumerate(text + " "):
        apostrophe = char in APOSTROPHES and 0 < i < len(text) - 1 and text[i - 1].isalpha() and text[i + 1].isalpha()
        comma = char == "," and start is not None and thousands(text, i)
        if letter(char) or (apostrophe and start is not None) or comma:
            start = i if start is None else start
        elif start is not None:
            found.append(Token(text[start:i], fold(text[start:i]), paragraph, start, i))
            start = None
    for i, (left, right) in enumerate(pairwise(found), 1):
        found[i] = right._replace(folded=second_year(left, right, text) or right.folded)
    return found


MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec",
]  # fmt: skip


def second_year(left: Token, right: Token, text: str) -> str:
    """Return the year of which a range has only the last two digits, or "" if this is not a range."""
    if len(left.raw) != 4 or left.raw[:2] not in ("19", "20") or not plain_digits(left.raw):
        return ""
    if len(right.raw) != 2 or not plain_digits(right.raw) or text[: left.start].endswith("/"):
        return ""
    between = text[left.end : right.start].replace("\u00a0", " ")
    sign = between.strip(" ")
    if len(sign) != 1 or sign not in JOINING + "/" or between not in (sign, sign + " ", " " + sign, f" {sign} "):
        return ""
    behind, after = text[right.end : right.end + 1], text[right.end + 1 :]
    if behind and behind in JOINING + "/" and sum(1 for _ in takewhile(plain_digits, after)) in (1, 2):
        return ""  # a date: 2011-12-01
    if behind in (" ", "\u00a0") and "".join(takewhile(letter, after)) in MONTHS:
        return ""  # 4 July 2016–28 July
    following = str(int(left.raw) + 1)
    if following.endswith(right.raw):
        return following
    return left.raw[:2] + right.raw if between in JOINING and right.raw > left.raw[2:] else ""


def fold(word: str) -> str:
    """Return a word without case, accents, ligatures or thousands commas, and with a straight apostrophe."""
    plain = unicodedata.normalize("NFKC", word).replace("’", "'").replace(",", "").casefold()
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def may_join(left: Token, right: Token, text: str) -> bool:
    """Return whether only hyphens separate two tokens, and no two digits would touch."""
    between = text[left.end : right.start]
    return (
        bool(between) and all(c in JOINING for c in between) and not (left.raw[-1].isdigit() and right.raw[0].isdigit())
    )


SECTION_WORDS = ["s", "ss", "sec", "secs", "sect", "sects", "section", "sections"]


def one_letter(token: Token) -> bool:
    return len(token.raw) == 1 and token.raw.isascii() and token.raw.isalpha()


def numbers_a_section(token: Token) -> bool:
    """Return whether a token is one to three digits, followed by at most two letters."""
    digits = len(token.raw) - len(token.raw.lstrip("0123456789"))
    rest = token.raw[digits:]
    return 1 <= digits <= 3 and len(rest) <= 2 and (not rest or (rest.isascii() and rest.isalpha()))


def printed_apart(tokens: Sequence[Token], text: str) -> list[tuple[int, int, str]]:
    """Return words that are printed as several tokens: the first token, how many there are, and the word."""
    found = []
    at = 0
    while at < len(tokens):
        width, word = _initials(tokens, at, text) or _section(tokens, at, text) or (1, "")
        if word and len(word) <= 20:
            found.append((at, width, word))
        at += width
    return found


def _free(token: Token, text: str) -> bool:
    return token.start == 0 or text[token.start - 1] not in APOSTROPHES


def _initials(tokens: Sequence[Token], at: int, text: str) -> tuple[int, str] | None:
    """Match letters separated by full stops, capitals separated by spaces, or capitals with both."""
    for stops, gap, capitals in ((False, ".", False), (False, " ", True), (True, ". ", True)):
        last = at
        while last < len(tokens) and one_letter(tokens[last]):
            if capitals and not tokens[last].raw.isupper():
                break
            if stops and text[tokens[last].end : tokens[last].end + 1] != ".":
                break
            quoted = text[tokens[last].end : tokens[last].end + 2]
            if last > at and not stops and quoted[:1] in APOSTROPHES and len(quoted) == 2 and letter(quoted[1]):
                break
            last += 1
            if last < len(tokens) and text[tokens[last - 1].end : tokens[last].start].replace("\u00a0", " ") != gap:
                break
        width = last - at
        if width < 2 or not _free(tokens[at], text):
            continue
        behind = tokens[last - 1].end
        after = text[behind : behind + 4].replace("\u00a0", " ")
        if not stops and len(after) == 4 and after[0] in ". " and after[2] in APOSTROPHES:
            ascii_letter = after[1].isascii() and after[1].isalpha()
            if after[0] == gap and ascii_letter and (after[1].isupper() or not capitals) and letter(after[3]):
                continue
        return width, "".join(token.folded for token in tokens[at:last])
    return None


def _section(tokens: Sequence[Token], at: int, text: str) -> tuple[int, str] | None:
    """Match the section of an Act, in any of the ways in which it is cited."""
    if at + 1 >= len(tokens) or tokens[at].raw.lower() not in SECTION_WORDS or not _free(tokens[at], text):
        return None
    number = tokens[at + 1]
    between = text[tokens[at].end : number.start].replace("\u00a0", " ")
    if between not in (".", " ", ". ") or not numbers_a_section(number):
        return None
    after = text[number.end : number.end + 5]
    if after[:1] in APOSTROPHES and len(after) > 1 and letter(after[1]):
        return None
    if after[:1] == "." and plain_digits(after[1:2]):
        return None
    if after[:1] == "," and plain_digits(after[1:4]) and len(after) >= 4 and not plain_digits(after[4:5]):
        return None
    return 2, "s" + number.folded


def as_one(tokens: Sequence[Token], text: str) -> str:
    """Return the one word that a text of several tokens also is, or ""."""
    if len(tokens) < 2:
        return ""
    if all(may_join(a, b, text) for a, b in pairwise(tokens)):
        return "".join(token.folded for token in tokens)
    apart = printed_apart(tokens, text)
    return apart[0][2] if len(apart) == 1 and apart[0][1] == len(tokens) else ""


def side_by_side_in_a_query(words: Sequence[str | None]) -> list[tuple[int, int, str]]:
    """Return which neighbouring words of a query are an abbreviation with spaces in between, in the form of
    `printed_apart`.
    """
    found = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and (word := words[end]) is not None and len(word) == 1 and "a" <= word <= "z":
            end += 1
        if 2 <= end - at <= 20:
            found.append((at, end - at, "".join(word or "" for word in words[at:end])))
        at = max(end, at + 1)
    for i, (a, b) in enumerate(pairwise(words)):
        if a in SECTION_WORDS and b is not None and numbers_a_section(Token(b, b, 0, 0, len(b))):
            found.append((i, 2, "s" + b))
    return found


DATED = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
AGED = ("Minute", "Hour", "Day", "Week", "Month", "Year")


def without_number(tokens: list[Token], text: str, number: str | None) -> list[Token]:
    """Return the tokens of a paragraph without its printed number, which is not a mention of anything."""
    if number is None or any(c.isspace() for c in number) or not text.startswith(number):
        return tokens
    rest = [token for token in tokens if token.start >= len(number)]
    said = number.isdigit() and rest and text[len(number) : rest[0].start].isspace()
    if said and rest[0].raw.startswith(DATED + AGED):
        return tokens  # "15 June 2023", "24 Hours"
    parts = number.split(".")
    if len(parts) == 3 and all(part.isdigit() and len(part) <= 2 for part in parts) and len(parts[2]) == 2:
        day, month = (len(part) == 2 and part[0] == "0" for part in parts[:2])
        return tokens if day or month else rest  # "12.03.14"
    return rest


def in_capitals(word: str) -> bool:
    """Return whether a word is all in capitals and has at least two letters."""
    return word.isupper() and sum(c.isalpha() for c in word) >= 2


def word_class(folded: str) -> str:
    """Return what the forms of a word share, without the apostrophe of a name.

    Which words are forms of one another is a list, judged by hand in `tests/index/forms`.
    """
    first, *rest = folded.removesuffix("'s").removesuffix("'").split("'")
    for piece in rest[:-1]:
        first += piece
    if rest:
        first += ("'" if rest[-1] in ("s", "t", "d", "m", "re", "ve", "ll") else "") + rest[-1]
    return class_of(first)


def matches(pattern: str, word: str) -> bool:
    """Return whether `pattern` matches `word`: `*` is any run, `?` one character. Both are folded."""
    reached = {0}  # lengths of the word that the pattern can match so far
    for sign in pattern:
        if sign == "*":
            reached = set(range(min(reached), len(word) + 1)) if reached else set()
        else:
            reached = {i + 1 for i in reached if i < len(word) and sign in ("?", word[i])}
    return len(word) in reached


def edits(a: str, b: str) -> int:
    """Return how many letters to change, add, remove or swap with a neighbour (optimal string alignment)."""
    cost = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            least = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                least = min(least, cost[i - 2, j - 2] + 1)
            cost[i, j] = least
    return cost[len(a), len(b)]


@dataclass
class OracleReport:
    """A report.

    `paragraphs` has the text and section kind of each, in order. `fields` describe the report; None or absent is
    unknown. `numbers` are the printed numbers of paragraphs, by ordinal.
    """

    id: str
    paragraphs: Sequence[tuple[str, str]]
    fields: Mapping[str, str | int | None] = field(default_factory=dict)
    numbers: Mapping[int, str] = field(default_factory=dict)


class _Read:
    """A report as one stream of tokens, with the positions of each folded token."""

    def __init__(self, report: OracleReport) -> None:
        self.report = report
        self.tokens: list[Token] = []
        self.apart: dict[str, set[int]] = defaultdict(set)
        for i, (text, _) in enumerate(report.paragraphs):
            tokens = without_number(tokenise(text, i), text, report.numbers.get(i))
            for first, _width, word in printed_apart(tokens, text):
                self.apart[word].add(len(self.tokens) + first)
            self.tokens += tokens
        self.where: dict[str, set[int]] = defaultdict(set)
        for position, token in enumerate(self.tokens):
            self.where[token.folded].add(position)

    def paragraph(self, position: int) -> int:
        return self.tokens[position].paragraph

    def in_one_paragraph(self, spans: Iterable[Span]) -> dict[int, set[Span]]:
        """Return the spans that begin and end in the same paragraph, by paragraph."""
        found: dict[int, set[Span]] = defaultdict(set)
        for span in spans:
            if self.paragraph(span[0]) == self.paragraph(span[1]):
                found[self.paragraph(span[0])].add(span)
        return found

    def together(self, words: Sequence[AbstractSet[Span]]) -> set[Span]:
        """Return the smallest spans of one paragraph that contain a match of every word."""
        groups = [self.in_one_paragraph(spans) for spans in words]
        found: set[Span] = set()
        for paragraph in set(groups[0]).intersection(*groups):
            matched = [group[paragraph] for group in groups]
            edges = set().union(*matched)
            found |= {
                (first, last)
                for first in {span[0] for span in edges}
                for last in {span[1] for span in edges}
                if all(any(first <= a and b <= last for a, b in spans) for spans in matched)
            }
        return self.smallest(found)

    def smallest(self, spans: Iterable[Span]) -> set[Span]:
        """Return the spans that contain no other span."""
        groups = self.in_one_paragraph(spans).values()
        return {s for group in groups for s in group if not any(_inside(other, s) for other in group)}

    def mentions(self, spans: Iterable[Span]) -> list[Place]:
        """Return the stretches of text that the spans cover. Two tokens belong to one if some span has both."""
        covered: set[int] = set()
        followed: set[int] = set()  # tokens that belong to the same stretch as the next one
        for group in self.in_one_paragraph(spans).values():
            for first, last in group:
                covered.update(range(first, last + 1))
                followed.update(range(first, last))
        firsts = sorted(token for token in covered if token - 1 not in followed)
        lasts = sorted(token for token in covered if token not in followed)
        return self.places(zip(firsts, lasts, strict=True))

    def places(self, spans: Iterable[Span]) -> list[Place]:
        """Return the place of each span, in order."""
        return [
            (self.paragraph(first), self.tokens[first].start, self.tokens[last].end) for first, last in sorted(spans)
        ]


def _inside(inner: Span, outer: Span) -> bool:
    return inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]


Slot = Callable[[_Read], set[int]]
"""Returns the positions of the tokens that can fill one place of a phrase."""


class Oracle:
    """Answers queries over some reports by checking every token."""

    def __init__(self, reports: Iterable[OracleReport]) -> None:
        self.reports = [_Read(report) for report in reports]
        self.vocabulary = {token.folded for read in self.reports for token in read.tokens}
        self.compounds = {
            (a.folded, b.folded)
            for read in self.reports
            for a, b in pairwise(read.tokens)
            if a.paragraph == b.paragraph
            and a.end + 1 == b.start
            and may_join(a, b, read.report.paragraphs[a.paragraph][0])
        }
        self._classes: dict[str, set[str]] = defaultdict(set)
        for word in self.vocabulary:
            self._classes[word_class(word)].add(word)
        self._splits: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for a_word, b_word in sorted(self.compounds):
            self._splits[a_word + b_word].append((a_word, b_word))

    def answer(self, tree: Query, kind: str | None = None) -> dict[str, list[Place]]:
        """Return the reports that match, each with its mentions in order.

        `kind` is the only section kind that counts.
        """
        found = {}
        for read in self.reports:
            holds, spans = self._evaluate(read, tree, frozenset({kind}) if kind else None)
            if holds:
                found[read.report.id] = read.places(spans) if isinstance(tree, Plain) else read.mentions(spans)
        return found

    def marks(self, tree: Query, kind: str | None = None) -> dict[str, list[Place]]:
        """Return what is highlighted in matching reports: every match of a word for plain words, otherwise the
        mentions.
        """
        return self.answer(And(tree.parts) if isinstance(tree, Plain) else tree, kind)

    def _evaluate(self, read: _Read, tree: Query, kinds: frozenset[str] | None) -> tuple[bool, set[Span]]:
        """Return whether the report matches, and the matches outside NOT. `kinds` are the section kinds that count."""
        match tree:
            case Nothing():
                return False, set()
            case Field("paragraph", value):
                return any(_number(value) == _number(each) for each in read.report.numbers.values()), set()
            case Field():
                return _field_holds(read.report.fields, tree), set()
            case Not(part):
                return not self._evaluate(read, part, kinds)[0], set()
            case In(kind, part):
                return self._evaluate(read, part, frozenset({kind}) if kinds is None else kinds & {kind})
            case Or(parts) | Theme(_, parts):
                results = [self._evaluate(read, part, kinds) for part in parts]
                return any(holds for holds, _ in results), set().union(*(spans for _, spans in results))
            case And(parts):
                each = self._each_part(read, parts, kinds)
                marked = set().union(*(spans for _, spans in each))
                mentioned = read.together([spans for _, spans in each]) if isinstance(tree, Plain) else marked
                return all(holds for holds, _ in each), mentioned
            case _:
                spans = self._counting(read, self._spans(read, tree), kinds)
                return bool(spans), spans

    def _each_part(
        self, read: _Read, parts: Sequence[Query], kinds: frozenset[str] | None
    ) -> list[tuple[bool, set[Span]]]:
        """Return what each part finds, including where one word stands for the part and its neighbours."""
        results = [self._evaluate(read, part, kinds) for part in parts]
        holds = [result[0] for result in results]
        found = [set(spans) for _, spans in results]
        for i, (left, right) in enumerate(pairwise(parts)):
            if joined := self._counting(read, self._standing_for(read, left, right), kinds):
                for each in (i, i + 1):
                    holds[each] = True
                    found[each] |= joined
        for first, width, word in side_by_side_in_a_query([_lone(part) for part in parts]):
            written = _single(read.where.get(word, set())) | self._apart(read, word)
            if counting := self._counting(read, written, kinds):
                for each in range(first, first + width):
                    holds[each] = True
                    found[each] |= counting
        return list(zip(holds, found, strict=True))

    def _counting(self, read: _Read, spans: set[Span], kinds: frozenset[str] | None) -> set[Span]:
        paragraphs = read.report.paragraphs
        return spans if kinds is None else {s for s in spans if paragraphs[read.paragraph(s[0])][1] in kinds}

    def _standing_for(self, read: _Read, left: Query, right: Query) -> set[Span]:
        """Return where one joined word stands for two neighbouring words of the query."""
        a, b = _lone(left), _lone(right)
        if a is None or b is None or (a, b) not in self.compounds:
            return set()
        return _single(read.where.get(a + b, set()))

    def _apart(self, read: _Read, word: str) -> set[Span]:
        """Return where a word is printed as several."""
        return {span for slots in _slots_apart(word) for span in _in_order(read, slots, 0)}

    def _spans(self, read: _Read, tree: Query) -> set[Span]:
        """Return all matches of a part that has positions."""
        match tree:
            case Word(text, exact):
                return self._exact(read, text) if exact else self._word(read, text)
            case Pattern(text):
                return _single(_where(read, self._spelled(text)))
            case Fuzzy(text, most):
                return _single(_where(read, self._alike(text, most)))
            case Phrase(words, slop):
                spellings = self._spellings(words)
                return read.smallest(span for slots in spellings for span in _in_order(read, slots, slop))
            case Near(left, right, distance):
                lefts, rights = read.in_one_paragraph(self._spans(read, left)), self._spans(read, right)
                beside = read.in_one_paragraph(rights)
                return read.smallest(
                    (min(a[0], b[0]), max(a[1], b[1]))
                    for paragraph in lefts
                    for a in lefts[paragraph]
                    for b in beside.get(paragraph, set())
                    if 0 <= max(a[0], b[0]) - min(a[1], b[1]) - 1 <= distance
                )
            case Or(parts) | Theme(_, parts):
                return set().union(*(self._spans(read, part) for part in parts))
        raise TypeError(f"has no positions: {tree!r}")

    def _word(self, read: _Read, text: str) -> set[Span]:
        tokens = tokenise(text)
        if not tokens:
            return set()
        *first, last = [token.folded for token in tokens]
        ways = [[_one(word) for word in first] + [_any(self._forms(last))]]
        if joined := as_one(tokens, text) if first else last:
            if first:
                ways.append([_any(self._forms(joined))])
            ways.extend([_one(a), _one(b)] for a, b in self._splits.get(joined, []))
            ways.extend(_slots_apart(joined))
        if text[1:2] == "&" and len(text) == 3 and all(map(one_letter, tokens)):
            ways.append([_one(tokens[0].folded), _one("and"), _one(tokens[-1].folded)])
        return {span for slots in ways for span in _in_order(read, slots, 0)}

    def _exact(self, read: _Read, text: str) -> set[Span]:
        def slot(token: Token) -> Slot:
            if in_capitals(token.raw):
                return lambda r: {
                    p for p in r.where.get(token.folded, set()) if _plain(r.tokens[p].raw) == _plain(token.raw)
                }
            return _one(token.folded)

        return _in_order(read, [slot(token) for token in tokenise(text)], 0)

    def _forms(self, word: str) -> set[str]:
        return {word} | self._classes.get(word_class(word), set())

    @lru_cache(maxsize=1000)  # noqa: B019 - an oracle lives as long as its test; the answer is the same for every report
    def _spelled(self, pattern: str) -> frozenset[str]:
        folded = "".join(c if c in "*?" else fold(c) for c in pattern)
        return frozenset(word for word in self.vocabulary if matches(folded, word))

    @lru_cache(maxsize=1000)  # noqa: B019
    def _alike(self, text: str, most: int) -> frozenset[str]:
        asked = fold(text)
        near = {word for word in self.vocabulary if word[:1] == asked[:1] and abs(len(word) - len(asked)) <= most}
        return frozenset(word for word in near if edits(asked, word) <= most)

    def _spellings(self, words: Sequence[Word | Pattern]) -> list[list[Slot]]:
        """Return the phrase as slots, once for each way to write its compounds."""
        places: list[tuple[Slot, str | None, bool]] = []  # the slot, its word if it is one, hyphened to the next
        for word in words:
            if isinstance(word, Pattern):
                places.append((_any(self._spelled(word.text)), None, False))
            else:
                parts = tokenise(word.text)
                for i, part in enumerate(parts):
                    hyphened = i + 1 < len(parts) and may_join(part, parts[i + 1], word.text)
                    places.append((_one(part.folded), part.folded, hyphened))
        several = side_by_side_in_a_query([word for _, word, _ in places])

        def ways(at: int) -> list[list[Slot]]:
            if at >= len(places):
                return [[]]
            slot, word, hyphened = places[at]
            found = [[slot, *rest] for rest in ways(at + 1)]
            if word is None:
                return found
            for a, b in self._splits.get(word, []):
                found.extend([_one(a), _one(b), *rest] for rest in ways(at + 1))
            found.extend([*slots, *rest] for slots in _slots_apart(word) for rest in ways(at + 1))
            for _, width, whole in [each for each in several if each[0] == at]:
                written = [[_one(whole)], *_slots_apart(whole)]
                found.extend([*slots, *rest] for slots in written for rest in ways(at + width))
            following = places[at + 1][1] if at + 1 < len(places) else None
            if following is not None and (hyphened or (word, following) in self.compounds):
                found.extend([_one(word + following), *rest] for rest in ways(at + 2))
            return found

        return ways(0) if places else []


def _plain(raw: str) -> str:
    return unicodedata.normalize("NFKC", raw).replace("’", "'")


def _one(word: str) -> Slot:
    return lambda read: read.where.get(word, set())


def _slots_apart(word: str) -> list[list[Slot]]:
    """Return the slots of a word where it is printed as several. Empty for a word that never is."""

    def begins(read: _Read) -> set[int]:
        return read.apart.get(word, set())

    if word[:1] == "s" and numbers_a_section(Token(word[1:], word[1:], 0, 0, len(word) - 1)):
        return [[begins, _one(word[1:])]]
    if 2 <= len(word) <= 20 and all("a" <= c <= "z" for c in word):
        return [[begins, *(_one(c) for c in word[1:])]]
    return []


def _lone(part: Query) -> str | None:
    """Return the token of a word that has only one, or None."""
    if not isinstance(part, Word) or part.exact:
        return None
    tokens = tokenise(part.text)
    return tokens[0].folded if len(tokens) == 1 else None


def _number(printed: str) -> str:
    """Return a printed number in the form in which it is compared, without punctuation at its ends."""
    return " ".join(fold(printed).split()).strip("()[].:")


def _any(words: AbstractSet[str]) -> Slot:
    return lambda read: _where(read, words)


def _where(read: _Read, words: AbstractSet[str]) -> set[int]:
    return set().union(*(read.where[word] for word in words if word in read.where))


def _single(positions: Iterable[int]) -> set[Span]:
    return {(p, p) for p in positions}


def _in_order(read: _Read, slots: Sequence[Slot], slop: int) -> set[Span]:
    """Return spans in one paragraph that fill the slots in order, with at most `slop` other tokens in between."""
    filled = [slot(read) for slot in slots]
    found: set[Span] = set()
    if not all(filled):
        return found
    for first in filled[0]:
        window = range(first + 1, first + len(slots) + slop)
        reached = {first}
        for positions in filled[1:]:
            reached = {p for p in window if p in positions and p > min(reached)}
            if not reached:
                break
        found.update((first, last) for last in reached)
    return {(a, b) for a, b in found if read.paragraph(a) == read.paragraph(b)}


def _field_holds(known: Mapping[str, str | int | None], condition: Field) -> bool:
    value = known.get(condition.name)
    if value is None:
        return False
    if condition.name == "year":
        first, dots, last = condition.value.partition("..")
        if not dots:
            return int(value) == int(first)
        return int(first or 0) <= int(value) <= int(last or 9999)
    held = {token.folded for token in tokenise(str(value))}
    return {token.folded for token in tokenise(condition.value)} <= held


# Queries generated from the words of a corpus.


def generate(oracle: Oracle, seed: int, n: int) -> list[Query]:
    """Return n queries, cycling through all forms, made of the corpus's own words.

    The same seed gives the same queries. Each parses back from its text. Themes are called "theme <number>", and
    contain the queries that they expand to.
    """
    return _Generator(oracle, random.Random(seed)).queries(n)


class _Generator:
    def __init__(self, oracle: Oracle, chance: random.Random) -> None:
        self.oracle = oracle
        self.chance = chance
        self.reads = [read for read in oracle.reports if read.tokens]
        self.compounds = sorted(oracle.compounds)
        self.capitals = sorted({t.raw for read in self.reads for t in read.tokens if in_capitals(t.raw)} - _OPERATORS)
        self.apart = sorted({word for read in self.reads for word in read.apart})
        self.short = sorted(
            {t.folded for read in self.reads for t in read.tokens if _slots_apart(t.folded) and len(t.raw) < 5}
        )
        self.figures = sorted({t.raw for read in self.reads for t in read.tokens if t.raw[0].isdigit()})
        self.ranges = sorted(
            {
                (left.folded, right.folded)
                for read in self.reads
                for left, right in pairwise(read.tokens)
                if right.folded != fold(right.raw)
            }
        )
        self.numbers = sorted({number for read in self.reads for number in read.report.numbers.values()})
        self.kinds = sorted({kind for read in self.reads for _, kind in read.report.paragraphs})
        self.known = sorted(
            {
                (name, str(value))
                for read in oracle.reports
                for name, value in read.report.fields.items()
                if value is not None and tokenise(str(value))
            }
        )
        self.themes = 0

    def queries(self, n: int) -> list[Query]:
        """Return queries, cycling through the forms. Forms for which this corpus has no words are skipped."""
        forms: list[Callable[[], Query | None]] = [
            self.word, self.phrase, self.both, self.pattern, self.near, self.either, self.exact, self.inside,
            self.fuzzy, self.loose_phrase, self.compound, self.without, self.field, self.patterned_phrase, self.theme,
            self.years, self.group_near, self.single_phrase, self.chain_near, self.absent, self.everything,
            self.abbreviation, self.figure, self.paragraph, self.nested_near,
            self.plain_words, self.year_range,
        ]  # fmt: skip
        found: list[Query] = []
        turn = 0
        while len(found) < n:
            query = forms[turn % len(forms)]()
            turn += 1
            if query is not None:
                found.append(query)
        return found

    # Choosing words.

    def run(self, length: int) -> list[Token]:
        """Return some adjacent tokens of one paragraph, or fewer if it is short."""
        read = self.chance.choice(self.reads)
        at = self.chance.randrange(len(read.tokens))
        return [t for t in read.tokens[at : at + length] if t.paragraph == read.tokens[at].paragraph]

    def text(self, token: Token | None = None) -> str:
        """Return a token as a person might type it: as printed, or with a different case, ending or apostrophe."""
        raw = (token or self.chance.choice(self.run(1))).raw
        change = self.chance.randrange(8)
        if change == 0:
            raw = raw.upper()
        elif change == 1:
            raw = raw.replace("'", "’") if "'" in raw else raw.replace("’", "'")
        elif change == 2 and raw.isalpha() and len(raw) > 3:
            raw = raw + self.chance.choice(["s", "ing", "ed"])
        elif change == 3:
            raw = raw.replace("'", "").replace("’", "")
        raw = unicodedata.normalize("NFC", raw)
        return raw.lower() if raw in _OPERATORS else raw

    def one_of(self, *forms: Callable[[], Query]) -> Query:
        """Return a query of one of the forms."""
        return self.chance.choice(forms)()

    def positional(self) -> Query:
        """Return a short query whose matches have positions."""
        return self.one_of(self.word, self.word, self.word, self.phrase, self.pattern, self.any_word)

    # The forms.

    def word(self) -> Word:
        return Word(self.text())

    def exact(self) -> Word:
        if self.capitals and self.chance.random() < 0.5:
            return Word(unicodedata.normalize("NFC", self.chance.choice(self.capitals)), exact=True)
        return Word(self.text(), exact=True)

    def pattern(self) -> Pattern:
        word = next(
            (w for _ in range(50) if len(w := self.chance.choice(self.run(1)).folded) >= 4 and w.isalnum()), "the"
        )
        shape = self.chance.randrange(4)
        at = self.chance.randrange(3, max(4, len(word)))
        if shape == 0:
            return Pattern(word[:at] + "?" + word[at + 1 :])
        if shape == 1:
            return Pattern(word[:at] + "*" + word[-1])
        return Pattern(word[:at] + "*")

    def fuzzy(self) -> Fuzzy:
        word = next(
            (w for _ in range(50) if len(w := self.chance.choice(self.run(1)).folded) >= 5 and w.isalnum()), "neglect"
        )
        at = self.chance.randrange(1, len(word) - 1)
        changed = self.chance.choice(
            [
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + "x" + word[at:],
                word,
            ]
        )
        return Fuzzy(changed, self.chance.choice([1, 2]))

    def phrase(self) -> Phrase:
        return Phrase(tuple(Word(self.plain(token)) for token in self.run(self.chance.randint(2, 4))))

    def single_phrase(self) -> Phrase:
        return Phrase((Word(self.plain(self.run(1)[0])),))

    def plain(self, token: Token) -> str:
        """Return a token, perhaps in a different case. A phrase is found as written."""
        return unicodedata.normalize("NFC", self.chance.choice([token.raw, token.raw.lower(), token.folded]))

    def loose_phrase(self) -> Phrase:
        tokens = self.run(self.chance.randint(3, 8))
        kept = [t for t in tokens[1:-1] if self.chance.random() < 0.4]
        words = [Word(self.plain(t)) for t in (tokens[0], *kept, *tokens[1:][-1:])]
        return Phrase(tuple(words), self.chance.randint(1, 6))

    def patterned_phrase(self) -> Phrase:
        tokens = self.run(self.chance.randint(2, 4))
        words: list[Word | Pattern] = [Word(self.plain(token)) for token in tokens]
        at = self.chance.randrange(len(words))
        stump = tokens[at].folded[: self.chance.randint(3, 6)]
        if len(stump) >= 3 and stump.isalnum():
            words[at] = Pattern(stump + self.chance.choice(["*", "*", "?"]))
        return Phrase(tuple(words))

    def compound(self) -> Query | None:
        """Return a compound hyphenated, joined or as two words, alone or in a phrase with a word before or after it."""
        if not self.compounds:
            return None
        a, b = self.chance.choice(self.compounds)
        around = self.chance.choice(["", "and", "the", "a", "working"])
        ways: list[Query] = [
            Word(f"{a}-{b}"),
            Word(f"{a}‐{b}"),
            Word(a + b),
            And((Word(a), Word(b))),
            And((Word(a), Word(b), self.word())),
            Phrase((Word(f"{a}-{b}"),)),
            Phrase((Word(a), Word(b))),
            Phrase((Word(a + b),)),
            Phrase((Word(around or "of"), Word(f"{a}-{b}"))),
            Phrase((Word(a + b), Word(around or "of")), 2),
            Word(f"{a}-{b}", exact=True),
            Near(Word(a + b), self.positional(), 5),
        ]
        safe = [way for way in ways if not {a, b, a + b} & {"and", "or", "not", "near"}]
        return self.chance.choice(safe) if safe else None

    def abbreviation(self) -> Query | None:
        """Return an abbreviation or the section of an Act, joined, dotted or with spaces, alone or in a phrase."""
        known = self.chance.choice([self.apart, self.short]) or self.apart or self.short
        if not known:
            return None
        word = self.chance.choice(known)
        parts = [word[0], word[1:]] if any(c.isdigit() for c in word) else list(word)
        long = ["section", *parts[1:]] if len(parts) == 2 and parts[1][0].isdigit() else parts
        around = self.word()
        ways: list[Query] = [
            Word(word),
            Word(word if word.upper() in _OPERATORS else word.upper()),
            Word(".".join(parts)),
            Word("-".join(parts)),
            Word("/".join(parts)),
            all_of(*map(Word, parts)),
            all_of(*map(Word, long), around),
            Phrase(tuple(map(Word, parts))),
            Phrase(tuple(map(Word, long))),
            Phrase((Word(word),)),
            Phrase((Word("of"), Word(word))),
            Phrase((Word("of"), *map(Word, parts))),
            Phrase((Word(word), around), 4),
            Phrase((Word(".".join(parts)),)),
            Near(Word(word), around, 10),
        ]
        return self.chance.choice(ways)

    def figure(self) -> Query | None:
        """Return numbers as printed, and in equivalent forms."""
        if not self.figures:
            return None
        one, other = self.chance.choice(self.figures), self.chance.choice(self.figures)
        sign = self.chance.choice([".", ":", "/", "-", "–", ","])
        text = self.chance.choice([one, one.replace(",", ""), f"{one}{sign}{other}"])
        return self.one_of(lambda: Word(text), lambda: Phrase((Word(text),)), lambda: Word(text, exact=True))

    def year_range(self) -> Query | None:
        """Return a range of years in any spelling, one of its years, or only the last two digits."""
        if not self.ranges:
            return None
        first, last = self.chance.choice(self.ranges)
        sign = self.chance.choice([*JOINING, "/"])
        text = self.chance.choice([f"{first}{sign}{last[2:]}", f"{first}{sign}{last}", first, last, last[2:]])
        beside = self.word()
        ways: list[Query] = [
            Word(text),
            Word(text, exact=True),
            Phrase((Word("for"), Word(text))),
            Near(Word(text), beside, 10),
            Plain((Word(text), beside)) if self.content(beside.text) else And((Word(text), Not(beside))),
        ]
        return self.chance.choice(ways)

    def paragraph(self) -> Query | None:
        """Return a query for reports with a printed number."""
        if not self.numbers:
            return None
        condition = Field("paragraph", self.chance.choice(self.numbers).strip("()"))
        return self.chance.choice([condition, all_of(condition, self.word())])

    def any_word(self) -> Or:
        return Or((self.word(), self.word()))

    def near(self) -> Near:
        tokens = self.run(self.chance.randint(2, 10))
        left, right = Word(self.text(tokens[0])), Word(self.text(tokens[-1]))
        sides: tuple[Query, Query] = (left, right) if self.chance.random() < 0.5 else (right, left)
        return Near(*sides, self.chance.choice([0, 1, 3, 5, 10, 10, 50]))

    def group_near(self) -> Near:
        return Near(self.positional(), self.positional(), self.chance.choice([2, 5, 10, 30]))

    def plain_words(self) -> Query | None:
        """Return single words from one paragraph or from anywhere. Some are exact, compounds or abbreviations."""
        tokens = self.run(self.chance.choice([4, 10, 40]))
        chosen = [Word(self.text(token)) for token in self.chance.sample(tokens, min(len(tokens), 2))]
        more: list[Callable[[], Word]] = [self.word, self.exact]
        if self.compounds:
            pair = self.chance.choice(self.compounds)
            more += [lambda: Word("-".join(pair)), lambda: Word("".join(pair))]
            if self.chance.random() < 0.2:
                chosen += map(Word, pair)
        words = [*chosen, *(self.chance.choice(more)() for _ in range(self.chance.randint(0, 2)))]
        kept = [word for word in words if word.exact or self.content(word.text)]
        return Plain(tuple(kept)) if len(kept) > 1 and not _length_of_opening(kept) else None

    def content(self, text: str) -> bool:
        """Return whether a word is neither a function word nor read as an operator."""
        return fold(text) not in FUNCTION_WORDS and fold(text) not in _NEARNESS

    def sentence(self) -> str:
        """Return words as they occur in a paragraph, and how they are understood."""
        tokens = self.run(self.chance.randint(2, 9))
        words = [t.raw.lower() for t in tokens if t.raw.replace("’", "").isalpha() and t.folded not in _NEARNESS]
        if self.chance.random() < 0.1:  # nothing but function words
            words = [word for word in words if word in FUNCTION_WORDS]
        asking = self.chance.choice(_BEGINNINGS).split() if self.chance.random() < 0.2 else []
        return " ".join([*asking, *words])

    def nested_near(self) -> Query | None:
        """Return NEAR between groups in which one member can be inside a match of another: `("social work" OR
        work)`.
        """
        tokens = self.run(5)
        if len(tokens) < 4:
            return None
        words = [Word(self.plain(token)) for token in tokens]
        cut = self.chance.randint(1, 3)
        left, right = (self.nested(side) for side in (words[:cut], words[cut:]))
        sides = (left, right) if self.chance.random() < 0.5 else (right, left)
        return Near(*sides, self.chance.choice([0, 0, 0, 1, 3]))

    def nested(self, words: list[Word]) -> Query:
        """Return a run of words, or its first or last word, or any other word."""
        whole: Query = Phrase(tuple(words)) if len(words) > 1 else words[0]
        inside = self.chance.choice([words[-1], words[0]])
        return any_of(whole, inside, *(self.word() for _ in range(self.chance.randint(0, 2))))

    def chain_near(self) -> Near:
        return Near(self.near(), self.positional(), self.chance.choice([3, 10, 30]))

    def both(self) -> Query:
        return all_of(*(self.positional() for _ in range(self.chance.randint(2, 3))))

    def either(self) -> Query:
        return any_of(*(self.positional() for _ in range(self.chance.randint(2, 3))))

    def without(self) -> Query:
        excluded = Not(self.one_of(self.word, self.phrase, self.both, self.either, self.near))
        return excluded if self.chance.random() < 0.2 else all_of(self.positional(), excluded)

    def inside(self) -> Query:
        part = self.one_of(self.word, self.word, self.phrase, self.near, self.both, self.either, self.without)
        restricted = In(self.chance.choice(self.kinds), part)
        if self.chance.random() < 0.1:
            restricted = In(self.chance.choice(self.kinds), restricted)
        return self.chance.choice([restricted, restricted, all_of(restricted, self.word()), Not(restricted)])

    def field(self) -> Query | None:
        texts = [(name, value) for name, value in self.known if name != "year"]
        if not texts:
            return None
        name, value = self.chance.choice(texts)
        words = [unicodedata.normalize("NFC", token.raw) for token in tokenise(value)]
        chosen = self.chance.choice([words, words[:1], words[-1:], self.chance.sample(words, len(words))])
        condition = Field(name, " ".join(chosen))
        return self.chance.choice(
            [condition, all_of(condition, self.positional()), all_of(self.word(), Not(condition))]
        )

    def years(self) -> Query | None:
        years = sorted(int(value) for name, value in self.known if name == "year")
        if not years:
            return None
        first, last = sorted((self.chance.choice(years), self.chance.choice(years) + self.chance.randint(-1, 1)))
        value = self.chance.choice(
            [f"{first}..{last}" if first < last else f"{first}", f"{first}", f"{first}..", f"..{last}"]
        )
        return self.chance.choice([Field("year", value), all_of(Field("year", value), self.positional())])

    def theme(self) -> Query:
        self.themes += 1
        theme = Theme(f"theme {self.themes}", tuple(self.positional() for _ in range(self.chance.randint(1, 4))))
        return self.chance.choice([theme, theme, Near(theme, self.word(), 10), all_of(theme, self.word())])

    def absent(self) -> Query:
        nowhere = Word("zq" + self.text().lower())
        return self.chance.choice([nowhere, any_of(nowhere, self.word()), all_of(nowhere, self.word())])

    def everything(self) -> Query:
        """Return several forms combined at random."""
        forms: list[Callable[[], Query]] = [self.word, self.phrase, self.near, self.either, self.both, self.pattern]
        forms += [self.without, self.inside, self.exact]
        parts = [self.one_of(*forms) for _ in range(self.chance.randint(2, 4))]
        return self.chance.choice([all_of, any_of])(*parts)


_BEGINNINGS = (
    """
tell me about|please tell me|lessons about|good examples of|what did the review say about|how many|how can|please
what do these serious case reviews say|please find cases where|is there any evidence of
lessons|what did the|how|reports of|a and e|visits to a and e and
""".strip()
    .replace("\n", "|")
    .split("|")
)
"""Beginnings of a request, and in the last line some words that are none."""

_OPERATORS = {"AND", "OR", "NOT", "NEAR"}
_NEARNESS = {"near", "adj", "within", "w", "n", "next", "same"}


def sentences(oracle: Oracle, seed: int, n: int) -> list[str]:
    """Return n texts of plain words from the corpus, including function words."""
    generator = _Generator(oracle, random.Random(seed))
    return [text for text in (generator.sentence() for _ in range(n)) if text]


def as_meant(text: str) -> Query:
    """Return what plain words in lower case mean, by the rules of docs/query-language.md, word by word."""
    words = [Word(word) for word in re.sub(r"\b(a) and (e)\b|\b(b) and (b)\b", _with_ampersand, text).split()]
    typed = words
    while asking := _length_of_opening(words):
        words = words[asking:]
    if all(fold(word.text) in FUNCTION_WORDS for word in words):
        words = typed
    folded = [fold(word.text) for word in words]
    numbered = {at for at, word in enumerate(folded[1:]) if word in NUMBERS or word[0].isdigit()}
    kept = tuple(
        word
        for at, word in enumerate(words)
        if folded[at] not in FUNCTION_WORDS or (folded[at] in BOUNDS and at in numbered)
    )
    if len(words) == 1:
        return words[0]
    if not kept:
        return Phrase(tuple(words))
    if len(kept) == 1:
        after = words[words.index(kept[0]) + 1 :]
        kept += tuple(takewhile(lambda word: fold(word.text) in PARTICLES, after))
    return kept[0] if len(kept) == 1 else Plain(kept)


_OPENINGS = [line.replace("REVIEW", REVIEWS) for line in OPENINGS.splitlines() if line]


def _with_ampersand(letters: re.Match[str]) -> str:
    return "&".join(filter(None, letters.groups())).upper()


def _length_of_opening(words: Sequence[Word]) -> int:
    """Return how many of the first words only begin a request: `Please` in "Please co operation"."""
    return max(filter(None, (_asking(line.split(), words) for line in _OPENINGS)), default=0)


def _asking(slots: Sequence[str], words: Sequence[Word]) -> int | None:
    """Return how many words fit a beginning of a request at most, or None if they do not fit."""
    if not slots:
        return 0
    first, *rest = slots
    ways = [_asking(rest, words)] if first.startswith("[") else []
    if words and fold(words[0].text) in first.strip("[]").split("|"):
        following = _asking(rest, words[1:])
        ways.append(None if following is None else following + 1)
    return max((way for way in ways if way is not None), default=None)


def all_of(*parts: Query) -> Query:
    """Return And, flattened as the parser builds it."""
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, And) else [part])
    return And(tuple(flat))


def any_of(*parts: Query) -> Query:
    """Return Or, flattened as the parser builds it."""
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Or) else [part])
    return Or(tuple(flat))
