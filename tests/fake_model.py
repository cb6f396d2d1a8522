"""A fake language model that needs only numpy. Its file says which words mean the same.

`model.onnx` is a JSON list of lists of words. The vector of a text has one dimension for each of these lists.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.vectors import model, nearest, worker_client
from index.vectors.model import Model, refused
from index.vectors.packed import pack

MEANINGS = [
    ["missed", "appointments", "brought", "clinic"],
    ["school", "lessons", "teacher"],
    ["dog", "bitten"],
    ["winter", "snow"],
]


def folder_of(folder: Path, meanings: Sequence[Sequence[str]] = MEANINGS) -> Path:
    """Return a folder with the files of such a model."""
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_text(json.dumps(meanings))
    (folder / "tokenizer.json").write_text("{}")
    return folder


class FakeEncoder:
    def __init__(self, chosen: Model, threads: int = 1) -> None:
        try:
            self._meanings: list[list[str]] = json.loads(chosen.onnx.read_bytes())
        except ValueError as error:
            raise refused(chosen) from error

    def encode(self, texts: Sequence[str]) -> Any:
        rows = np.zeros((len(texts), len(self._meanings) + 1), np.float32)
        for row, text in zip(rows, texts, strict=True):
            words = text.lower().replace(".", " ").split()
            row[:-1] = [sum(word in meaning for word in words) for meaning in self._meanings]
            row[-1] = 0 if row.any() else 1  # a text without any of the words is about something else
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@contextmanager
def in_this_process(chosen: Model, threads: int) -> Iterator[worker_client.Encode]:
    """Replace the worker process."""
    encoder = FakeEncoder(chosen)
    yield lambda texts: pack(encoder.encode(texts))


def use(patched: pytest.MonkeyPatch) -> None:
    """Make such models run in place of real ones."""
    patched.setattr(model, "_LIBRARIES", ())
    patched.setattr(worker_client, "worker", in_this_process)
    patched.setattr(nearest, "_encoder", FakeEncoder)
