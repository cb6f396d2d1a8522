"""A pool of threads that read files in parallel, each with its own worker process."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from corpus.settings import Settings
from ingest.discover import Seen
from ingest.file_reader import Claims, FileReader, OcrEngine, Outcome, ScannedPage
from ingest.sandbox.worker_client import Limits, Sandbox, warm_process


class ReaderPool:
    """The threads that read files. Use it in a `with` block, which stops all of them."""

    def __init__(
        self, files: Sequence[Seen], settings: Settings, claims: Claims, jobs: int, corpus: Path, engine: OcrEngine
    ) -> None:
        self._settings = settings
        self._limits = Limits(settings.max_seconds, settings.max_memory_mb, settings.max_pages)
        self._warm = warm_process(self._limits)
        self._corpus = corpus
        self._engine = engine
        self._jobs = max(1, jobs)
        self._ocr_pool = ThreadPoolExecutor(self._jobs)
        self._claims = claims
        self._lock = threading.Lock()
        # The largest files come first, so that no thread is left with a long one at the end.
        self._files = iter(sorted(files, key=lambda file: -file.size))
        self._count = len(files)
        self._stop = threading.Event()
        self._ready: queue.Queue[Outcome | ScannedPage | BaseException] = queue.Queue(maxsize=2 * self._jobs)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(min(self._jobs, len(files)))]
        self.bound: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            while thread.is_alive():
                self._drain()
                thread.join(0.05)
        self._warm.close()
        self._ocr_pool.shutdown(cancel_futures=True)

    def outcomes(self, idle: Callable[[], bool]) -> Iterator[Outcome | ScannedPage]:
        """Yield one outcome per file as it becomes ready, preceded by the pages that OCR has read in it.

        `idle` is called repeatedly while nothing is ready, until it returns False.
        """
        left = self._count
        while left:
            while self._ready.empty() and idle():
                pass
            outcome = self._ready.get()
            if isinstance(outcome, BaseException):
                raise outcome
            left -= isinstance(outcome, Outcome) and not outcome.inside
            yield outcome

    def _drain(self) -> None:
        try:
            while True:
                self._ready.get_nowait()
        except queue.Empty:
            pass

    def _work(self) -> None:
        settings = self._settings
        try:
            with Sandbox(
                self._limits, settings.extractor, trust_hidden_text=settings.trust_hidden_text, warm=self._warm
            ) as sandbox:
                reader = FileReader(
                    settings,
                    sandbox,
                    self._claims,
                    self._corpus,
                    self._engine,
                    self._ocr_pool,
                    self._jobs,
                    self._put,
                )
                while not self._stop.is_set():
                    with self._lock:
                        seen = next(self._files, None)
                    if seen is None:
                        return
                    outcome = reader.read(seen)
                    self.bound = sandbox.bound
                    # The file only counts as done after the files inside it.
                    within = list(reader.inside(outcome))
                    for each in (*within, outcome):
                        self._put(each)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits
            self._put(error)

    def _put(self, outcome: Outcome | ScannedPage | BaseException) -> bool:
        """Pass an item to the consuming thread. Returns False if the run is ending and nobody will take it."""
        while not self._stop.is_set():
            try:
                self._ready.put(outcome, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False
