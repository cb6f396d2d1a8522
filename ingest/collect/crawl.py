"""Start the crawling process, send it a plan and yield its events after checking them."""

import importlib.util
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import IO, Any, cast

from corpus.disk.locked_file import locked
from corpus.errors import Locked, ReviewsError, UsageError
from corpus.settings import Settings
from corpus.signals import sigint_blocked
from ingest.collect.addresses import NOTHING_MORE, Allowance
from ingest.collect.protocol import LONGEST_LINE, Event, Task, event_of, to_json

_ENDING = 10.0  # seconds that the process may take to end


def crawl(
    tasks: Sequence[Task],
    settings: Settings,
    *,
    salt: bytes = b"",
    refused: Sequence[str] = (),
    only_list: bool = False,
    allowance: Allowance = NOTHING_MORE,
) -> Generator[Event]:
    """Crawl the sources in `tasks` and yield the events.

    PDFs are written to `settings.collecting`. `refused` holds salted hashes of addresses that must not be requested,
    and `salt` is their salt. With `only_list`, no document is fetched. Raises UsageError if the extra `collect` or a
    contact is missing, and ReviewsError if the crawling process fails.
    """
    _assert_ready(settings)
    plan = {
        "tasks": [_told(task) for task in tasks],
        "salt": salt.hex(),
        "refused": list(refused),
        "only_list": only_list,
        "allowance": allowance.to_dict(),
        "staging": str(settings.collecting),
        "lock": str(settings.crawler_lock),
        "contact": settings.collect_contact,
        "delay": settings.collect_delay,
        "timeout": settings.collect_timeout,
        "seconds": settings.collect_max_minutes * 60,
        "max_bytes": settings.max_bytes,
    }
    command = [sys.executable, "-P", "-m", "ingest.collect.crawler"]
    with sigint_blocked():
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_root())
    stdin, stdout = cast("tuple[IO[bytes], IO[bytes]]", (process.stdin, process.stdout))
    try:
        with suppress(BrokenPipeError):
            stdin.write(to_json(plan).encode("ascii") + b"\n")
            stdin.flush()
        yield from _events(stdout, {task.source["name"] for task in tasks})
        if process.wait(_ENDING):
            raise ReviewsError(
                f"The crawling process ended with exit code {process.returncode}. What it had fetched is kept. Run the "
                "command again; if it happens again, report it (CONTRIBUTING.md)."
            )
    finally:
        with suppress(OSError):
            stdin.close()  # this ends the process
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING)
        process.kill()
        process.wait()
        stdout.close()


def no_crawler(settings: Settings) -> AbstractContextManager[None]:
    """Wait for the crawling process of a killed run, which ends shortly after the run does. Raises Locked."""
    busy = Locked("A process that collects is still running. Wait until it has ended, then try again.")
    return locked(settings.crawler_lock, _ENDING, busy)


def _events(lines: IO[bytes], sources: set[str]) -> Iterator[Event]:
    while line := lines.readline(LONGEST_LINE):
        try:
            event = event_of(line)
        except ValueError as error:
            raise ReviewsError(
                "The crawling process sent something that is not an event, so it was stopped."
            ) from error
        if event.source in sources:
            yield event


def _assert_ready(settings: Settings) -> None:
    if importlib.util.find_spec("scrapy") is None:
        raise UsageError(
            "Collecting needs the extra `collect`: install it with `pip install 'safeguarding-reviews[collect]'`."
        )
    if not settings.collect_contact:
        raise UsageError(
            "Before you collect, tell boards how to contact you: put `[collect]` and "
            f'`contact = "you@example.org"` into {settings.settings_file}. It is sent with every request.'
        )


def _told(task: Task) -> dict[str, Any]:
    pages, documents = (
        {url: {**_known(known), "links": [_link(each) for each in known.links]} for url, known in part.items()}
        for part in (task.pages, task.documents)
    )
    return {"source": dict(task.source), "pages": pages, "documents": documents}


def _known(known: Any) -> dict[str, Any]:
    return {"etag": known.etag, "modified": known.modified, "due": known.due}


def _link(link: Any) -> dict[str, str]:
    names = ("url", "text", "leads_to", "heading", "published")
    return {name: getattr(link, name) for name in names}


def _root() -> Path:
    return Path(__file__).resolve().parents[2]
