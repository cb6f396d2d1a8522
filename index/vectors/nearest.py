"""Find the paragraphs whose vectors are nearest to the vector of a question."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.vectors import model
from index.vectors.packed import unpack
from index.vectors.store import stored

if TYPE_CHECKING:
    from index.vectors.encoder import Encoder

_SHORTLIST = 2000  # rows whose cosine is computed; the signs of the others differ more from the question's
_ROWS = 8192  # rows compared at once, to save memory


@dataclass(frozen=True, slots=True)
class Matrix:
    """All vectors of a library.

    For `rows` and `scales`, see packed.py. `signs` has one bit per dimension of a row. `readings` and `ordinals` say
    which paragraph each row belongs to. `read` is the set of readings.
    """

    rows: Any
    scales: Any
    signs: Any
    readings: Any
    ordinals: Any
    read: frozenset[int]

    def nearest(self, vector: Any, readings: Collection[int]) -> Iterator[tuple[float, int, int]]:
        """Yield the cosine, reading and ordinal of paragraphs of some readings, nearest first.

        If there are many, only the nearest are compared.
        """
        import numpy as np

        chosen = np.flatnonzero(np.isin(self.readings, np.fromiter(readings, np.int64)))
        if len(chosen) > _SHORTLIST:
            chosen = self._shortlist(vector, chosen)
        cosines = self.rows[chosen].astype(np.float32) @ vector * self.scales[chosen]
        for at in np.argsort(-cosines, kind="stable"):
            row = chosen[at]
            yield float(cosines[at]), int(self.readings[row]), int(self.ordinals[row])

    def _shortlist(self, vector: Any, chosen: Any) -> Any:
        """Return the rows whose signs agree with those of the vector in most dimensions, in order."""
        import numpy as np

        asked = _signs(vector[None, :])
        different = np.empty(len(chosen), np.int32)
        for start in range(0, len(chosen), _ROWS):
            some = slice(start, start + _ROWS)
            different[some] = np.bitwise_count(self.signs[chosen[some]] ^ asked).sum(1)
        return np.sort(chosen[np.argpartition(different, _SHORTLIST)[:_SHORTLIST]])


def matrix(vectors: Path, folder: Path | None) -> Matrix:
    """Return the vectors of the current model, cached until they change.

    Raises UsageError if the model cannot be used.
    """
    held = stored(vectors, model.find(folder).fingerprint)
    return _matrix(held.folder, held.sealed)


def question(text: str, folder: Path | None) -> Any:
    """Return the vector of a question. Raises UsageError if the model cannot be used."""
    return _encoder(model.find(folder)).encode([text])[0]


@lru_cache(1)
def _encoder(chosen: model.Model) -> "Encoder":
    from index.vectors.encoder import Encoder

    return Encoder(chosen)


@lru_cache(1)
def _matrix(folder: Path, sealed: str) -> Matrix:
    """Load a matrix.

    `sealed` is the hash of the manifest and part of the cache key, so that a replaced one is loaded again.
    """
    import numpy as np

    held = stored(folder.parent, folder.name)
    parts = {reading: unpack(data) for reading in sorted(held.entries) if (data := held.read(reading)) is not None}
    some = parts or {0: (np.zeros((0, 8), np.int8), np.zeros(0, np.float32))}
    rows = np.concatenate([rows for rows, _ in some.values()])
    return Matrix(
        rows,
        np.concatenate([scales for _, scales in some.values()]),
        _signs(rows),
        np.repeat(list(some), [len(rows) for rows, _ in some.values()]),
        np.array([ordinal for reading in parts for ordinal in held.entries[reading].ordinals], np.int64),
        frozenset(parts),
    )


def _signs(rows: Any) -> Any:
    """Return one bit per dimension, 64 in a word."""
    import numpy as np

    packed = np.packbits(rows > 0, axis=1)
    missing = -packed.shape[1] % 8
    return np.pad(packed, ((0, 0), (0, missing))).view(np.uint64)
