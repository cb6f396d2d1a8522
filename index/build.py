"""Build a generation of the index from the corpus.

Only changes are analysed, and a generation is verified before it is published.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from corpus.disk.atomic import delete_folder
from corpus.errors import Corrupt, NoIndex, OtherVersion
from corpus.model import SectionKind
from corpus.signals import sigint_blocked
from corpus.storage.store import Store
from index import analyser, verify
from index.storage import generations, whoosh_engine
from index.storage.engine import Engine, IndexedParagraph, SegmentSummary, Snapshot
from index.storage.generations import Generation
from index.storage.manifest import Manifest

ENGINE: Engine = whoosh_engine.WhooshEngine()
FINGERPRINT = f"{ENGINE.name} {whoosh_engine.FORMAT}, analysis {analyser.VERSION}"
"""An index with a different fingerprint is rebuilt from the corpus."""

_CHUNK = 500  # maximum readings in one segment: limits the memory of the process that writes it
_MIN_PER_PROCESS = 100  # new readings: with fewer for each process, starting them takes longer than they save
_LARGE = 250  # readings: segments of this size are merged only with each other, or if too many documents are dead
_MAX_SMALL = 3  # small segments, not counting large ones and the largest of the rest: more are merged into one
_SHARE = 0.25  # if these small segments together exceed this share of the largest of the rest, it is merged too
MIN_LIVE_RATIO = 0.9  # share of live tokens below which a segment is compacted

Progress = Callable[[int, int], None]
"""Called with (readings indexed, readings to index)."""


class Ahead:
    """The next segment, started while other reports are still being read.

    It stays in memory until `build` writes it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._draft = ENGINE.draft()
        self.readings: set[int] = set()
        self.sound = True  # False while a reading is incomplete

    def take(self, reading: int) -> bool:
        """Index a reading of the corpus. Returns False, without indexing it, if the segment is full."""
        if len(self.readings) >= _CHUNK:
            return False
        self.sound = False
        self._draft.add(reading, _paragraphs(self._store, reading))
        self.readings.add(reading)
        self.sound = True
        return True

    def write(self, building: Path, name: str) -> SegmentSummary:
        """Write the segment."""
        return self._draft.write(building, name)


def build(
    store: Store,
    index: Path,
    *,
    jobs: int = 1,
    rebuild: bool = False,
    clean: bool = False,
    interim: bool = False,
    ahead: Ahead | None = None,
    progress: Progress = lambda done, total: None,
) -> Generation | None:
    """Bring the index up to date with the corpus. Returns the new generation, or None if nothing had changed.

    Every byte of the generation that is then current has been checked. If the last one is damaged, the previous one is
    used as the base. With `clean`, a new generation is made in any case, without any data of readings that are not
    current. `interim` means that some files have not been read yet. `ahead` is the segment that was indexed while files
    were read.

    Raises Corrupt if the new generation does not agree with the corpus; the old generation then stays current. Raises
    NoIndex if the index was made from another corpus.
    """
    revision = store.revision

    def is_current(generation: Generation | None) -> bool:
        if generation is None or generation.manifest.revision != revision or generation.warnings:
            return False
        return not clean and (interim or not generation.manifest.interim)

    before = None if rebuild else _usable(store, index)
    if is_current(before):  # nothing is taken over, so its postings have not been hashed yet
        before = _usable(store, index, thorough=True)
        if is_current(before):
            return None
    live = frozenset(reading for reading, _ in store.readings.current())
    building = generations.start(index)
    try:
        name = generations.next_id(index)
        try:
            kept, taken, damaged = _take_over(index, before, building, live)
        except Corrupt:
            before = _usable(store, index, thorough=True)
            building = generations.start(index)
            kept, taken, damaged = _take_over(index, before, building, live)
        held = {reading for segment in kept for reading, _ in segment.documents}
        new = sorted(live - held)  # in reading order: the segment is the same, however much was built ahead
        if ahead and not (ahead.sound and ahead.readings <= {*new}):
            ahead = None  # it has an incomplete reading, or readings that are not wanted any more
        segments = [*kept, *_write_new(store.path, building, name, new, jobs, ahead, progress)]
        if kept:
            segments = _merge(
                building, name, segments, live, min_live=1.0 if clean else MIN_LIVE_RATIO, large=not interim
            )
        elif len(segments) > 1 and not interim:
            segments = [ENGINE.merge(building, f"{name}m", segments, live)]
        ENGINE.finish(building, segments)
        _verify(store, building, segments, live, kept)
        described = {report.id: report for report in store.reports()}
        manifest = Manifest(
            id=name,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            revision=revision,
            fingerprint=FINGERPRINT,
            segments=tuple(segments),
            live=live,
            coverage=store.coverage(),
            interim=interim,
        )
        reports = {reading: described[report] for reading, report in store.readings.current()}
        generation = generations.publish(index, building, manifest, reports, taken)
    except BaseException:
        with suppress(OSError):  # the first error is the one to report, and the next build deletes what is left
            delete_folder(building)
        raise
    generations.prune(index, thorough=damaged or before is None or bool(before.warnings))
    store.prune({reading for g in generations.kept(index) for reading in g.manifest.live})
    return generation


def check(store: Store, index: Path, *, full: bool = False, built: str = "") -> list[str]:
    """Return the problems with the index as sentences.

    With `full`, check every byte, and compare every word and its positions with the corpus in both directions. `built`
    is the id of a generation that this run has built, and so has already verified word by word.
    """
    found = generations.problems(index, thorough=full)
    try:
        generation = generations.current(index)
    except NoIndex as error:
        return [str(error)]
    except Corrupt as error:
        return found or [str(error)]
    if generation.manifest.fingerprint != FINGERPRINT:
        return [*found, str(_other_version(generation))]
    manifest = generation.manifest
    snapshot = open_snapshot(generation)
    try:
        reports = generation.reports()
        verify.assert_ours(store, generation, reports)
        if full:
            found += verify.differences(store, snapshot)
        elif built != manifest.id:
            found += verify.canaries(store, snapshot)
        if reports.keys() != manifest.live or {*snapshot.documents().values()} != manifest.live:
            found.append("The index does not contain all the reports that it lists. Run `reviews index --rebuild`.")
    except (Corrupt, NoIndex) as error:
        found.append(str(error))
    finally:
        snapshot.close()
    current = {reading for reading, _ in store.readings.current()}
    if manifest.revision == store.revision and manifest.live != current:
        found.append("The reports in the index differ from those in the corpus. Run `reviews index --rebuild`.")
    return found


def open_snapshot(generation: Generation, held: Iterable[int] | None = None) -> Snapshot:
    """Open a generation for reading.

    `held` are the readings that are still in the corpus, if some may have been deleted since.
    """
    manifest = generation.manifest
    if manifest.fingerprint != FINGERPRINT:
        raise _other_version(generation)
    live = manifest.live if held is None else manifest.live.intersection(held)
    return ENGINE.open(generation.directory, manifest.segments, live)


def _other_version(generation: Generation) -> OtherVersion:
    """Return the error for a generation that another version made.

    That version splits text into words in a different way, so searches could silently miss mentions.
    """
    theirs, ours = (list(map(int, re.findall(r"\d+", text))) for text in (generation.manifest.fingerprint, FINGERPRINT))
    if theirs > ours:
        return OtherVersion(
            f"The index was made by another version of the program, a newer one ({generation.manifest.fingerprint}; "
            f"this one makes {FINGERPRINT}). Use the newer program; if `reviews serve` shows this message, restart it."
        )
    return OtherVersion(
        f"The index was made by another version of the program ({generation.manifest.fingerprint}; this one makes "
        f"{FINGERPRINT}), and searching it could miss mentions. Run `reviews update` to rebuild it from the corpus; "
        "no PDF is read again for that."
    )


def _usable(store: Store, index: Path, *, thorough: bool = False) -> Generation | None:
    """Return the generation whose segments can be reused, if there is one. Taking them over hashes every byte."""
    try:
        generation = generations.current(index, thorough=thorough)
    except (NoIndex, Corrupt):
        return None
    verify.assert_ours(store, generation, generation.reports())
    return generation if generation.manifest.fingerprint == FINGERPRINT else None


def _take_over(
    index: Path, before: Generation | None, building: Path, live: frozenset[int]
) -> tuple[list[SegmentSummary], dict[str, str], bool]:
    """Reuse the segments that still contain live readings.

    Returns them with the hashes of their files, and whether a file of an older generation is damaged.
    """
    if before is None:
        return [], {}, False
    kept = [s for s in before.manifest.segments if any(reading in live for reading, _ in s.documents)]
    return kept, *generations.take_over(index, before, building, kept)


def _write_new(
    corpus: Path,
    building: Path,
    name: str,
    readings: Sequence[int],
    jobs: int,
    ahead: Ahead | None,
    progress: Progress,
) -> list[SegmentSummary]:
    """Write segments of the new readings, several in parallel if that is faster."""
    total, begun = len(readings), []
    if ahead and ahead.readings:
        readings = [reading for reading in readings if reading not in ahead.readings]
        if len(readings) < 2 * _MIN_PER_PROCESS:
            readings = [reading for reading in readings if not ahead.take(reading)]
        begun = [ahead.write(building, f"{name}x0")]
        progress(total - len(readings), total)
    done = total - len(readings)
    jobs = max(1, min(jobs, len(readings) // _MIN_PER_PROCESS))
    size = min(_CHUNK, -(-len(readings) // jobs)) or 1
    chunks = [readings[i : i + size] for i in range(0, len(readings), size)]
    named = [(f"{name}x{number}", chunk) for number, chunk in enumerate(chunks, len(begun))]
    written: dict[str, SegmentSummary] = {}
    if jobs == 1:
        for segment, chunk in named:
            written[segment] = _write_segment(corpus, building, segment, chunk)
            progress(done := done + len(chunk), total)
    else:
        import multiprocessing  # only imported here, because every search imports this module
        from concurrent.futures import ProcessPoolExecutor, as_completed

        # A fresh process, not a fork: the caller may have threads, and Windows has no fork.
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
            with sigint_blocked():
                futures = {pool.submit(_write_segment, corpus, building, name, chunk): chunk for name, chunk in named}
            try:
                for future in as_completed(futures):
                    summary = future.result()
                    written[summary.name] = summary
                    progress(done := done + len(futures[future]), total)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    return [*begun, *(written[segment] for segment, _ in named)]


def _write_segment(corpus: Path, building: Path, name: str, readings: Sequence[int]) -> SegmentSummary:
    with Store.open(corpus, read_only=True) as store:
        return ENGINE.write(building, name, ((reading, _paragraphs(store, reading)) for reading in readings))


def _paragraphs(store: Store, reading: int) -> list[IndexedParagraph]:
    numbers = store.readings.printed_numbers(reading)
    return [
        IndexedParagraph(text, SectionKind(kind), heading, numbers.get(ordinal, ""))
        for ordinal, (text, kind, heading) in enumerate(store.readings.indexable(reading))
    ]


def _merge(
    building: Path,
    name: str,
    segments: list[SegmentSummary],
    live: frozenset[int],
    min_live: float,
    *,
    large: bool,
) -> list[SegmentSummary]:
    """Compact and merge segments.

    Segments whose share of live tokens is at most `min_live` are compacted, and small segments are merged if there are
    many. This keeps an index that grew over many nights about as small and fast as a new one. With `large`, large
    segments are merged too.
    """

    def live_tokens(segment: SegmentSummary) -> int:
        return sum(length for reading, length in segment.documents if reading in live)

    needs_compaction = [
        s for s in segments if _dead(s, live) and live_tokens(s) <= min_live * sum(length for _, length in s.documents)
    ]
    rest = sorted((s for s in segments if s not in needs_compaction), key=live_tokens, reverse=True)
    growing = [s for s in rest if len(s.documents) < _LARGE]
    grown = [s for s in rest if s not in growing]
    small = growing[1:]
    if len(small) <= _MAX_SMALL:
        small = []
    elif sum(map(live_tokens, small)) > _SHARE * live_tokens(growing[0]):
        small = growing
    merging = [*needs_compaction, *small, *(grown if large and len(grown) > 1 else [])]
    if not merging:
        return segments
    merged = ENGINE.merge(building, f"{name}m", [s for s in segments if s in merging], live)
    return [*(s for s in segments if s not in merging), merged]


def _dead(segment: SegmentSummary, live: frozenset[int]) -> bool:
    return any(reading not in live for reading, _ in segment.documents)


def _verify(
    store: Store,
    building: Path,
    segments: Sequence[SegmentSummary],
    live: frozenset[int],
    taken_over: Sequence[SegmentSummary],
) -> None:
    snapshot = ENGINE.open(building, segments, live, hashed=True)
    try:
        known = {reading for segment in segments if segment in taken_over for reading, _ in segment.documents}
        verified = {document for document, reading in snapshot.documents().items() if reading in known}
        found = list(verify.canaries(store, snapshot, verified))
        if sorted(snapshot.documents().values()) != sorted(live):
            found.append("the new index does not contain each report exactly once")
    finally:
        snapshot.close()
    if found:
        raise Corrupt(f"The new index is not used: {found[0]} Run `reviews index --rebuild`.")
