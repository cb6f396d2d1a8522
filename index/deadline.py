"""The time limit of a query."""

from time import monotonic, thread_time

from corpus.errors import LimitHit, QueryRefused

MAX_SECONDS = 5.0
_OWN = 0.5  # the share of the limit from which the time is the query's own, and not that of other work


class Deadline:
    """Stops a query that takes too long. Make it in the thread that runs the query.

    Raises QueryRefused if the query itself takes too long, and LimitHit if it mostly waited for the computer.
    """

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._end = monotonic() + seconds
        self._cpu = thread_time()
        self._seconds = seconds

    def check(self) -> None:
        """Raise an error if the time is up. Call it inside every loop over documents or words."""
        if monotonic() > self._end:
            stopped = f"This query took longer than {self._seconds:g} seconds and was stopped"
            if thread_time() - self._cpu < self._seconds * _OWN:
                raise LimitHit(f"{stopped}, because the computer is busy. Wait a minute, then try again.")
            raise QueryRefused(
                f"{stopped}. Narrow the query: type more letters before a *, or join fewer words with OR."
            )
