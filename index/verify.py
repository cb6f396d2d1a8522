"""Check that the index agrees with the corpus."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from corpus.errors import NoIndex
from corpus.model import SectionKind
from corpus.report import Report
from corpus.storage.store import Store
from index import analyser, spellings
from index.storage.engine import KINDS, Snapshot
from index.storage.generations import Generation

_CANARIES = 20
_FEW = 4  # of documents that an earlier run has verified
_ALL = (1 << 64) - 1
_CODES = {kind.value: code for code, kind in enumerate(KINDS)}


def assert_ours(store: Store, generation: Generation, reports: Mapping[int, Report]) -> Mapping[int, str]:
    """Raise NoIndex if a generation was made from another corpus, in which its readings are other reports. Returns the
    report of each reading that the corpus holds.

    That happens if it comes from another library, or the corpus was restored from an older copy. `reports` is the
    result of `generation.reports()`, which takes a moment to read.
    """
    held_reports = store.readings.reports()
    removed = {removal.report for removal in store.removals()}  # they may not be finished
    for reading, report in reports.items():
        if held_reports.get(reading) != report.id and report.id not in removed:
            raise NoIndex(
                f"The index at {generation.directory.parent} was not made from {store.path}, but from "
                "another library or a newer copy. If nobody else uses that index, run `reviews index --rebuild`. No "
                "PDF is read again."
            )
    return held_reports


def canaries(store: Store, snapshot: Snapshot, verified: Collection[int] = ()) -> Iterator[str]:
    """Look up the words of one paragraph in the middle of a few reports. Yields the problems as sentences.

    Fewer are looked up in documents that an earlier run has `verified`, and whose files have been hashed since.
    """
    readings = snapshot.documents()
    known = [document for document in sorted(readings) if document in verified]
    other = [document for document in sorted(readings) if document not in verified]
    wanted: dict[str, list[tuple[int, int]]] = {}  # for each term, where it must occur: document and position
    chosen: dict[int, tuple[int, int]] = {}  # the reading and paragraph of each document
    for document in [*_spread(other, _CANARIES), *_spread(known, _FEW)]:
        reading = readings[document]
        paragraphs = store.readings.indexable(reading)
        starts = snapshot.layout(document).starts
        if len(starts) != len(paragraphs):
            yield f"The paragraphs in the index differ from the corpus for reading {reading}."
        elif paragraphs:
            ordinal = len(paragraphs) // 2
            chosen[document] = reading, ordinal
            for n, (term, _) in enumerate(analyser.terms(paragraphs[ordinal][0])):
                wanted.setdefault(term, []).append((document, starts[ordinal] + n))
    missing = {document for term, places in wanted.items() for document in _missing(snapshot, term, places)}
    for document in sorted(missing):
        reading, ordinal = chosen[document]
        yield f"The index is missing words of paragraph {ordinal} of reading {reading}."


def _spread(documents: Sequence[int], number: int) -> Sequence[int]:
    """Return about so many of the documents, evenly spread."""
    return documents[:: max(1, len(documents) // number)]


def _missing(snapshot: Snapshot, term: str, places: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield the documents that do not have a term at one of these positions.

    The term's postings are read once for all.
    """
    documents = {document for document, _ in places}
    held = _places(snapshot, term, documents)
    return (document for document, position in places if position not in held.get(document, ()))


def differences(store: Store, snapshot: Snapshot) -> Iterator[str]:
    """Compare the index and the corpus completely, and yield the problems as sentences.

    Every term of every report is compared with its positions, in both directions, as are the paragraphs and the forms
    found for a word. All terms and positions of a report are combined into one number, so that each side is walked
    through once.
    """
    documents = snapshot.documents()
    indexed = dict.fromkeys(documents, 0)
    for term in snapshot.terms():
        for base, postings in snapshot.postings(term):
            for n, document in enumerate(postings.documents):
                if base + document in indexed:
                    indexed[base + document] += _number(term, array("I", postings.at(n)), postings.masks[n])
        if analyser.is_word(term) and term not in snapshot.forms(analyser.word_class(term)):
            yield "The index does not find one of its words by its other forms."
    hyphens: set[tuple[str, str]] = set()
    for document, reading in sorted(documents.items()):
        paragraphs = store.readings.indexable(reading)
        held, masks, starts, kinds = _inverted(paragraphs, store.readings.printed_numbers(reading))
        hyphens.update(pair for text, _, _ in paragraphs for pair in analyser.compounds(text))
        layout = snapshot.layout(document)
        if (layout.starts, layout.kinds) != (starts, kinds):
            yield f"The paragraphs in the index differ from the corpus for reading {reading}."
        if indexed[document] & _ALL != sum(_number(t, held[t], masks[t]) for t in held) & _ALL:
            yield _told(snapshot, document, reading, held)
    if any(pair not in snapshot.compounds("".join(pair)) for pair in hyphens):
        yield "The index does not find one of its words without its hyphen."


def _number(term: str, places: "array[int]", kinds: int) -> int:
    return hash((term, places.tobytes(), kinds))


def _inverted(
    paragraphs: Iterable[tuple[str, str, bool]], numbers: Mapping[int, str]
) -> tuple[dict[str, "array[int]"], dict[str, int], "array[int]", bytes]:
    """Return what the index must contain for a report.

    These are the positions of each term and the kinds of section (bits) that it is in, where paragraphs start, and
    their kinds. Computed without the code that writes the index, because it must find faults in that code.
    """
    held: dict[str, array[int]] = {}
    masks: dict[str, int] = {}
    starts, kinds, place = array("I"), bytearray(), 0
    for ordinal, (text, kind, _) in enumerate(paragraphs):
        starts.append(place)
        kinds.append(_CODES[SectionKind(kind).value])
        here = [(place, analyser.number_term(numbers[ordinal]))] if ordinal in numbers else []
        here += [(place + first, analyser.SPELLED + word) for first, _, word in spellings.spelled(text)]
        for pair in analyser.terms(text):
            here += [(place, term) for term in pair if term]
            place += 1
        for at, term in here:
            held.setdefault(term, array("I")).append(at)
            masks[term] = masks.get(term, 0) | 1 << kinds[-1]
        place += 1
    return held, masks, starts, bytes(kinds)


def _told(snapshot: Snapshot, document: int, reading: int, held: Mapping[str, "array[int]"]) -> str:
    """Return how much of a report is wrong. Does not include the words, because the message may be logged."""

    def indexed(term: str) -> frozenset[int]:
        return _places(snapshot, term, [document]).get(document, frozenset())

    missing = sum(len({*places} - indexed(term)) for term, places in held.items())
    foreign = sum(len(indexed(term) - {*held.get(term, ())}) for term in snapshot.terms())
    if not missing and not foreign:
        return f"For reading {reading} the index has words in other kinds of section than the corpus."
    return (
        f"For reading {reading} the index misses words that the corpus has at {missing} places, and has words that the "
        f"corpus does not have at {foreign}."
    )


def _places(snapshot: Snapshot, term: str, documents: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the positions of a term in each of the documents that contain it."""
    found = {}
    for base, postings in snapshot.among(documents).postings(term):
        for document in documents:
            at = bisect_left(postings.documents, document - base)
            if at < len(postings.documents) and postings.documents[at] == document - base:
                found[document] = frozenset(postings.at(at))
    return found
