"""Turn texts into vectors with an ONNX model. Only this module imports onnxruntime and tokenizers.

Neither library connects to the network here: both get local files, and onnxruntime's telemetry, which only its Windows
build has, is switched off.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from index.vectors.integers import with_integer_products
from index.vectors.model import Model, refused

_MOST_TOKENS = 256  # tokens of a text; models of this kind ignore the rest
_TOKENS_AT_ONCE = 512  # limits memory: 16 long paragraphs at once take over 800 MB


class Encoder:
    """A loaded model. `threads` is how many threads it may use. Raises UsageError if the files are not a model."""

    def __init__(self, model: Model, threads: int = 1) -> None:
        self._model = model
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads use a core
        options.enable_cpu_mem_arena = False  # the arena keeps the memory of the longest batch
        options.log_severity_level = 4  # errors are reported once, by this program
        onnxruntime.disable_telemetry_events()
        try:
            self._tokenizer = Tokenizer.from_file(str(model.tokenizer))
            source = with_integer_products(model.onnx) if model.stores_int8 else str(model.onnx)
            self._session = onnxruntime.InferenceSession(source, options, ["CPUExecutionProvider"])
        except Exception as error:
            raise refused(model) from error
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.enable_padding()
        self._inputs = [each.name for each in self._session.get_inputs()]
        _ = self.encode(["A child was not seen."])  # a model of another kind fails here, not during a run

    def encode(self, texts: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """Return a row of length 1 for each text."""
        encoded = self._tokenizer.encode_batch(list(texts))
        lengths = [sum(each.attention_mask) for each in encoded]
        rows: list[Any] = [None] * len(texts)
        for batch in _batches(lengths):
            longest = max(lengths[n] for n in batch)
            ids = np.array([encoded[n].ids[:longest] for n in batch], np.int64)
            mask = np.array([encoded[n].attention_mask[:longest] for n in batch], np.int64)
            for n, row in zip(batch, self._rows(ids, mask), strict=True):
                rows[n] = row
        return np.array(rows, np.float32)

    def _rows(self, ids: Any, mask: Any) -> Any:
        """Return the mean of each text's token vectors, or the vector that the model returns for the whole text."""
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            feed = {name: known[name] for name in self._inputs}
            found = self._session.run(None, feed)
        except Exception as error:
            raise refused(self._model) from error
        for output in found:
            if output.ndim == 3 and output.shape[:2] == ids.shape:
                output = (output * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
            elif output.ndim != 2 or output.shape == ids.shape or len(output) != len(ids):
                continue
            lengths = np.linalg.norm(output, axis=1, keepdims=True)
            if np.isfinite(lengths).all() and (lengths > 0).all():
                return output / lengths
        raise refused(self._model)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield batches of texts of similar length, as their indexes."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[number] > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
