"""The vectors of one reading as bytes: a checked file on disk, and the answer of the worker process.

The first line is the SHA-256 of the rest. The second line is a JSON object with the number of `rows` and of
`dimensions`. The scales follow, a little-endian float32 for each row, and then the rows, an int8 for each dimension. A
row times its scale is a vector of length 1.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

READY = b"ready"
"""The first answer of the worker process once it has loaded the model. An empty answer means that it cannot."""


def pack(vectors: "np.ndarray[Any, Any]") -> bytes:
    """Return the bytes for vectors, one per row."""
    import numpy as np

    scales = np.abs(vectors).max(axis=1, keepdims=True).astype("<f4") / 127
    rows = np.rint(vectors / scales).astype(np.int8)
    head = json.dumps({"rows": rows.shape[0], "dimensions": rows.shape[1]}).encode()
    return sealed(head + b"\n" + scales.tobytes() + rows.tobytes())


def unpack(data: bytes) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]":
    """Return the rows and their scales. `data` must have passed `is_whole`."""
    import numpy as np

    _, head, body = data.split(b"\n", 2)
    size = json.loads(head)
    count, dimensions = int(size["rows"]), int(size["dimensions"])
    scales = np.frombuffer(body, "<f4", count)
    return np.frombuffer(body, np.int8, count * dimensions, 4 * count).reshape(count, dimensions), scales


def sealed(body: bytes) -> bytes:
    """Return the bytes, preceded by their hash."""
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def is_whole(data: bytes) -> bool:
    """Return whether the bytes match their hash."""
    hashed, _, body = data.partition(b"\n")
    return hashlib.sha256(body).hexdigest().encode() == hashed
