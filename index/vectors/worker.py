"""The process that runs the language model during an update.

Its arguments are the two files of a model, whether it is that of the extra (0 or 1), and the number of threads.

A request is a line of JSON, a list of texts. The answer is a line with the number of bytes, and the packed vectors. The
process has no access to the library and runs at low priority. It ends when its input ends, which also happens when the
update is killed.
"""

import json
import os
import sys
from pathlib import Path

from corpus.errors import UsageError
from index.vectors.encoder import Encoder
from index.vectors.model import Model
from index.vectors.packed import READY, pack

_NICE = 10  # interactive work takes precedence


def main(onnx: str, tokenizer: str, of_the_extra: str, threads: str) -> None:
    if sys.platform != "win32":
        os.nice(_NICE)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # otherwise it would use every core
    try:
        encoder = Encoder(Model(Path(onnx), Path(tokenizer), "", bool(int(of_the_extra))), int(threads))
    except UsageError:
        _answer(b"")
        return
    _answer(READY)
    for line in sys.stdin.buffer:
        _answer(pack(encoder.encode(json.loads(line))))


def _answer(data: bytes) -> None:
    sys.stdout.buffer.write(b"%d\n" % len(data) + data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
