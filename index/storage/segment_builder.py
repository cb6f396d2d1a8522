"""Build a segment: add texts one by one, and collect their terms and postings.

A term is a word as the analyser returns it. The segment also has the forms of the terms (`class TAB term`), so that a
word is found by its class, and the compounds (`joined TAB left`), so that `multiagency` is found where `multi-agency`
is printed. A word that is printed as several tokens has its own term (`index.spellings`), and so does a printed
paragraph number.
"""

from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import count, groupby, pairwise
from operator import call, or_
from string import ascii_lowercase

from corpus.model import SectionKind
from index import analyser, spellings
from index.ranking_policy import INDEXED_HEADING_WEIGHT, INDEXED_SECTION_WEIGHTS
from index.storage.engine import KINDS, IndexedParagraph, Layout
from index.storage.postings import PostingsBuilder

TERM, FORM, COMPOUND = "text", "form", "compound"
"""The fields. The module's docstring describes them."""

SEPARATOR = "\t"
"""Never part of a term. It sorts before any character of a term."""

_CODES = {kind: code for code, kind in enumerate(KINDS)}


class Inverted:
    """Collects the terms of all documents, which are added one by one.

    Each distinct token has a function that records its position, so that the words of a report are processed without a
    Python loop. Afterwards, each distinct token is notified that the document is complete.
    """

    def __init__(self) -> None:
        self._terms: dict[str, PostingsBuilder] = {}
        self._compounds: dict[str, PostingsBuilder] = {}
        self._count = 0  # number of documents
        self._gaps = array("I")
        self._put = _Put(self._terms, self._gaps)

    def add(self, paragraphs: Sequence[IndexedParagraph]) -> tuple[Layout, int]:
        """Add the next document. Returns its layout and number of tokens."""
        texts = [paragraph.text for paragraph in paragraphs]
        tokens = analyser.tokens_of(texts)
        # A gap takes the single position that is free between two paragraphs.
        deque(map(call, map(self._put.__getitem__, tokens), count()), maxlen=0)
        starts = array("I", [0] * bool(texts))
        starts.extend(gap + 1 for gap in self._gaps)
        del self._gaps[:]
        layout = Layout(starts, bytes(_CODES[paragraph.kind] for paragraph in paragraphs))
        extras = _extras(paragraphs, starts, tokens)
        document, builders_of = self._count, self._put.builders_of
        for token, mask in _masks(paragraphs, starts, tokens).items():
            for term, builder in builders_of[token]:
                places, ends = len(builder.positions), builder.ends
                before = ends[-1] if ends else 0
                if places > before:  # and the term has not already been written in another way
                    builder.documents.append(document)
                    builder.weights.append(places - before + extras.get(term, 0.0))
                    builder.masks.append(mask)
                    ends.append(places)
                else:
                    builder.masks[-1] |= mask
        for left, right in set(analyser.compounds(" ".join(texts))):
            key = f"{left}{right}{SEPARATOR}{left}"
            self._compounds.setdefault(key, PostingsBuilder()).add(document, 0.0, (), 0)
        for term, marked in self._marks(paragraphs, layout, tokens).items():
            mask = reduce(or_, (1 << layout.kinds[layout.paragraph_at(place)] for place in marked))
            self._terms.setdefault(term, PostingsBuilder()).add(document, float(len(marked)), marked, mask)
        self._count += 1
        return layout, len(tokens) - max(0, len(texts) - 1)

    def _marks(
        self, paragraphs: Sequence[IndexedParagraph], layout: Layout, tokens: Sequence[str]
    ) -> dict[str, list[int]]:
        """Return the positions of text that is not one token: printed paragraph numbers, and words printed as
        several.
        """
        found: dict[str, list[int]] = {}
        for paragraph, start in zip(paragraphs, layout.starts, strict=True):
            if paragraph.number:
                found.setdefault(analyser.number_term(paragraph.number), []).append(start)
        # Only a paragraph with two adjacent letters, or a number after "section", is read a second time.
        letters = {place for letter in ascii_lowercase for place in self._places(letter)}
        likely = [place for place in letters if place + 1 in letters]
        for word in spellings.SECTIONS:
            likely += [
                place for place in self._places(word) if place + 1 < len(tokens) and tokens[place + 1][0].isdigit()
            ]
        for ordinal in sorted(set(map(layout.paragraph_at, likely))):
            for first, _, word in spellings.spelled(paragraphs[ordinal].text):
                found.setdefault(analyser.SPELLED + word, []).append(layout.starts[ordinal] + first)
        return found

    def _places(self, term: str) -> Sequence[int]:
        """Return the positions of a term in the document that was added last."""
        builder = self._terms.get(term)
        if builder is None or not builder.documents or builder.documents[-1] != self._count:
            return ()
        return builder.positions[builder.ends[-2] if len(builder.ends) > 1 else 0 :]

    def by_field(self) -> dict[str, dict[str, PostingsBuilder]]:
        """Return all terms of all documents."""
        terms, nowhere = self._terms, PostingsBuilder()
        forms = {f"{analyser.word_class(term)}{SEPARATOR}{term}": nowhere for term in terms if analyser.is_word(term)}
        return {COMPOUND: self._compounds, FORM: forms, TERM: terms}


def _masks(paragraphs: Sequence[IndexedParagraph], starts: Sequence[int], tokens: list[str]) -> dict[str, int]:
    """Return the section mask of each token, including the gaps between paragraphs."""
    ends = [*starts[1:], len(tokens)]
    by_kind: dict[SectionKind, set[str]] = {}
    for kind, run in groupby(range(len(paragraphs)), key=lambda ordinal: paragraphs[ordinal].kind):
        ordinals = list(run)
        by_kind.setdefault(kind, set()).update(tokens[starts[ordinals[0]] : ends[ordinals[-1]]])
    masks: dict[str, int] = {}
    for kind, some in by_kind.items():
        bit = 1 << _CODES[kind]
        for token in some:
            masks[token] = masks.get(token, 0) | bit
    return masks


def _extras(paragraphs: Sequence[IndexedParagraph], starts: Sequence[int], tokens: list[str]) -> dict[str, float]:
    """Return the extra weight of terms because of the sections and headings that they are in."""
    weighted: dict[float, list[str]] = {}
    for paragraph, (start, next_start) in zip(paragraphs, pairwise([*starts, len(tokens) + 1]), strict=True):
        extra = (
            INDEXED_SECTION_WEIGHTS.get(paragraph.kind, 1.0) * (INDEXED_HEADING_WEIGHT if paragraph.heading else 1.0)
            - 1.0
        )
        if extra:
            weighted.setdefault(extra, []).extend(tokens[start : next_start - 1])
    extras: dict[str, float] = {}
    for extra, some in weighted.items():
        for token, often in Counter(some).items():
            term = analyser.term(token)[0]
            extras[term] = extras.get(term, 0.0) + extra * often
    return extras


class _Put(dict[str, Callable[[int], None]]):
    """The functions that record the position of each token under its term, and under its capitals.

    `builders_of` has, for each token seen, its terms with their postings.
    """

    def __init__(self, terms: dict[str, PostingsBuilder], gaps: "array[int]") -> None:
        super().__init__({analyser.GAP: gaps.append})
        self._terms = terms
        self.builders_of: dict[str, list[tuple[str, PostingsBuilder]]] = {analyser.GAP: []}

    def __missing__(self, token: str) -> Callable[[int], None]:
        term, capitals = analyser.term(token)
        terms = [term, capitals] if capitals not in ("", term) else [term]
        builders = [(each, self._terms.setdefault(each, PostingsBuilder())) for each in terms]
        put = builders[0][1].positions.append
        if len(builders) == 2:
            first, second = (builder.positions.append for _, builder in builders)

            def put(place: int) -> None:
                first(place)
                second(place)

        self[token] = put
        self.builders_of[token] = builders
        return put


def in_order(by_field: dict[str, dict[str, PostingsBuilder]]) -> Iterator[tuple[str, bytes, PostingsBuilder]]:
    """Yield (field, term, postings), sorted by field and by the bytes of the term."""
    for field, terms in by_field.items():
        for key in sorted(term.encode() for term in terms):
            yield field, key, terms[key.decode()]
