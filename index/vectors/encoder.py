"""Turn texts into vectors with an ONNX model. Only this module imports onnxruntime and tokenizers.

Neither library connects to the network here: both get local files, and onnxruntime's telemetry, which only its Windows
build has, is switched off.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from index.vectors.faster import faster
from index.vectors.model import Model, refused

_MOST_TOKENS = 256  # tokens of a text; models of this kind ignore the rest
_SLOWER = ("SkipLayerNormFusion",)  # this step of onnxruntime's takes three times as long as the two that it joins


class Encoder:
    """A loaded model. `threads` is how many threads it may use. Raises UsageError if the files are not a model."""

    def __init__(self, model: Model, threads: int = 1) -> None:
        self._model = model
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads use a core
        options.enable_cpu_mem_arena = False  # the arena keeps the memory of the longest text
        options.log_severity_level = 4  # errors are reported once, by this program
        onnxruntime.disable_telemetry_events()
        try:
            self._tokenizer = Tokenizer.from_file(str(model.tokenizer))
            source = faster(model.onnx.read_bytes()) if model.is_that_of_the_extra else str(model.onnx)
            self._session = onnxruntime.InferenceSession(
                source, options, ["CPUExecutionProvider"], disabled_optimizers=_SLOWER
            )
        except Exception as error:
            raise refused(model) from error
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.no_padding()
        self._inputs = [each.name for each in self._session.get_inputs()]
        # A model of another kind fails here, not during a run.
        self._dimensions = len(self._row(self._tokenizer.encode("A child was not seen.").ids))

    def encode(self, texts: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """Return a row of length 1 for each text.

        The model gets one text at a time, so that a row never depends on the other texts. This is also faster than
        several at once, because nothing is padded and the numbers of one text stay in the processor's cache.
        """
        rows = [self._row(each.ids) for each in self._tokenizer.encode_batch(list(texts))]
        return np.array(rows, np.float32).reshape(len(rows), self._dimensions)

    def _row(self, tokens: Sequence[int]) -> Any:
        """Return the mean of a text's token vectors, or the vector that the model returns for the whole text."""
        ids = np.array([tokens], np.int64)
        known = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        try:
            feed = {name: known[name] for name in self._inputs}
            found = self._session.run(None, feed)
        except Exception as error:
            raise refused(self._model) from error
        for output in found:
            if output.ndim == 3 and output.shape[:2] == ids.shape:
                row = output[0].mean(0)
            elif output.ndim != 2 or output.shape == ids.shape or len(output) != 1:
                continue
            else:
                row = output[0]
            length = np.linalg.norm(row)
            if np.isfinite(length) and length > 0:
                return row / length
        raise refused(self._model)
