"""The time limit of a query."""

from time import monotonic

from corpus.errors import QueryRefused

MAX_SECONDS = 5.0


class Deadline:
    """Raises QueryRefused if a query takes too long."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._end = monotonic() + seconds
        self._seconds = seconds

    def check(self) -> None:
        """Raise QueryRefused if the time is up. Call it inside every loop over documents or words."""
        if monotonic() > self._end:
            raise QueryRefused(
                f"This query took longer than {self._seconds:g} seconds and was stopped. "
                "Narrow the query: type more letters before a *, or join fewer words with OR."
            )
