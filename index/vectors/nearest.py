"""The paragraphs whose vectors are nearest to that of a question."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.vectors import model
from index.vectors.packed import unpack
from index.vectors.store import Vectors, stored

if TYPE_CHECKING:
    from index.vectors.encoder import Encoder

_ROWS = 8192  # turned into float32 at once, so that the memory stays small


@dataclass(frozen=True, slots=True)
class Matrix:
    """All vectors of a library. rows, scales: see packed.py. places: reading and ordinal of each row."""

    rows: Any
    scales: Any
    places: Sequence[tuple[int, int]]
    readings: frozenset[int]

    def nearest(self, vector: Any) -> Iterator[tuple[float, int, int]]:
        """The cosine, reading and ordinal of every paragraph, nearest first."""
        import numpy as np

        scores = np.empty(len(self.rows), np.float32)
        for start in range(0, len(self.rows), _ROWS):
            some = slice(start, start + _ROWS)
            scores[some] = self.rows[some].astype(np.float32) @ vector
        scores *= self.scales
        for number in np.argsort(-scores, kind="stable"):
            yield float(scores[number]), *self.places[number]


def matrix(vectors: Path, folder: Path | None) -> Matrix:
    """The vectors of the model in use, kept until they change. Raises UsageError for a model that cannot be used."""
    held = stored(vectors, model.find(folder).fingerprint)
    return _matrix(held.folder, held.sealed)


def question(text: str, folder: Path | None) -> Any:
    """The vector of what somebody asked. Raises UsageError for a model that cannot be used."""
    return _encoder(model.find(folder)).encode([text])[0]


@lru_cache(1)
def _encoder(chosen: model.Model) -> "Encoder":
    from index.vectors.encoder import Encoder

    return Encoder(chosen)


@lru_cache(1)
def _matrix(folder: Path, sealed: str) -> Matrix:
    """sealed: of the manifest, so that one that was replaced is read again."""
    import numpy as np

    held = stored(folder.parent, folder.name)
    packed = {reading: data for reading in sorted(held.entries) if (data := held.read(reading)) is not None}
    parts = {reading: unpack(data) for reading, data in packed.items()}
    if not parts:
        return Matrix(np.zeros((0, 1), np.int8), np.zeros(0, np.float32), (), frozenset())
    return Matrix(
        np.concatenate([rows for rows, _ in parts.values()]),
        np.concatenate([scales for _, scales in parts.values()]),
        _places(held, parts),
        frozenset(parts),
    )


def _places(held: Vectors, parts: Mapping[int, object]) -> list[tuple[int, int]]:
    return [(reading, ordinal) for reading in parts for ordinal in held.entries[reading].ordinals]
