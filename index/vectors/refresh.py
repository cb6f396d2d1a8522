"""Bring the vectors of a library up to date with its index."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from corpus.storage.store import Store
from index.vectors import model, worker_client
from index.vectors.store import keep_only, stored

_FEWEST_WORDS = 5  # minimum words of a meaningful paragraph: excludes labels and table cells

Progress = Callable[[int, int], None]
"""Called with (reports done, reports to do)."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The result of a refresh. `reports` and `paragraphs` count those that got vectors."""

    reports: int
    paragraphs: int


def refresh(
    store: Store, vectors: Path, readings: Collection[int], folder: Path | None, *, threads: int, progress: Progress
) -> Refreshed:
    """Create vectors that are missing or damaged, and delete those of other readings and models.

    `readings` are those that the index searches. `folder` is the model's folder, unless it is the model of the extra.
    Raises UsageError if the model cannot be used; the vectors then stay as they are.
    """
    chosen = model.find(folder)
    held = stored(vectors, chosen.fingerprint).only(readings)
    missing = sorted(reading for reading in readings if reading not in held.entries or held.read(reading) is None)
    done = 0
    if missing:
        with worker_client.worker(chosen, threads) as encode:
            for number, reading in enumerate(missing):
                progress(number, len(missing))
                texts = meaningful(store, reading)
                held = held.adding(reading, texts.keys(), encode(list(texts.values())))
                done += len(texts)
            progress(len(missing), len(missing))
    keep_only(vectors, readings, chosen.fingerprint)
    return Refreshed(len(missing), done)


def meaningful(store: Store, reading: int) -> dict[int, str]:
    """Return the paragraphs of a reading that get a vector, by ordinal."""
    return {
        ordinal: text
        for ordinal, (text, _, is_heading) in enumerate(store.readings.indexable(reading))
        if not is_heading and len(text.split()) >= _FEWEST_WORDS
    }
