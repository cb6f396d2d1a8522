"""Kill a collecting run at a given moment, let the next one continue, and report the faults afterwards."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from corpus.storage.store import Store
from ingest.collect.crawl import no_crawler
from ingest.collect.sources import Source
from tests.command import environment
from tests.ingest.collect.boards import items
from tests.ingest.collect.conftest import FIRST, Nights
from tests.ingest.collect.web import Web, pdf
from tests.patience import PATIENCE

DOCUMENTS = 6
_HOST = "www.rowan.example"
_RUN = """
import json, os, signal, sys
from datetime import datetime
from pathlib import Path
told = json.loads(sys.argv[1])
left = [told["writes"]]
def look(event, given):
    if event in ("os.rename", "os.remove") or (event == "open" and "w" in str(given[1])):
        if told["library"] in str(given[0]):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
if told["writes"]:
    sys.addaudithook(look)
from corpus.settings import load_settings
from corpus.storage.store import Store
from ingest.collect.addresses import Allowance
from ingest.collect.run import collect
from ingest.collect.sources import Source
settings = load_settings(Path(told["library"]), collect_contact="team@library.example", collect_delay=0.001)
with Store.open(settings.database) as store:
    now = datetime.fromisoformat(told["now"])
    allowance = Allowance.from_dict(told["allowance"])
    collect(store, settings, [Source(**told["source"])], allowance=allowance, now=lambda: now)
"""


def source(web: Web, host: str = _HOST) -> Source:
    """Return a board with a few documents."""
    links = [(f"/{number}.pdf", f"Child Rowan {number}") for number in range(DOCUMENTS)]
    for path, _ in links:
        web.pdf(host + path, f"{host} {path}")
    return Source(host, web.page(f"{host}/", items(*links)))


def moments(number: int) -> Iterator[tuple[str, int]]:
    """Yield moments at which to kill a run: when a request arrives, and when the run is about to change a file of the
    library.
    """
    requests = DOCUMENTS + 2
    for each in range(number):
        yield ("request", each // 2 % requests + 1) if each % 2 else ("write", each // 2 + 1)


def faults(folder: Path, web: Web, moment: tuple[str, int]) -> list[str]:
    """Return the faults after a kill at a given moment and another run, or nothing."""
    nights, rowan = Nights(folder, web), source(web)
    what, number = moment
    _killed(nights, rowan, web, writes=number if what == "write" else 0, requests=number if what == "request" else 0)
    found = [f"{path.name} is half a file" for path in nights.settings.collected.glob("*.pdf") if not _is_whole(path)]
    kept = {_digest(path) for path in nights.settings.collected.glob("*.pdf")}
    for event in nights.settings.collecting.glob("*.json"):
        kept.add(json.loads(event.read_bytes())["sha256"])
    after = nights.run([rowan], days=0)
    for number in range(DOCUMENTS):
        asked = after.times_asked(f"{_HOST}/{number}.pdf")
        if asked and hashlib.sha256(pdf(f"{_HOST} /{number}.pdf")).hexdigest() in kept:
            found.append(f"{number}.pdf was fetched twice")
    if len(after.files) != DOCUMENTS or len(after.publications) != DOCUMENTS:
        found.append(f"{len(after.files)} files and {len(after.publications)} publications")
    found += [f"{path.name} is left" for path in nights.settings.collecting.iterdir()]
    with Store.open(nights.settings.database, read_only=True) as store:
        found += store.check()
    return found


def _killed(nights: Nights, rowan: Source, web: Web, *, writes: int, requests: int) -> None:
    told = {
        "library": str(nights.folder),
        "writes": writes,
        "now": FIRST.isoformat(),
        "source": asdict(rowan),
        "allowance": web.allowance().to_dict(),
    }
    process = subprocess.Popen([sys.executable, "-c", _RUN, json.dumps(told)], env=environment())
    web.at_request(requests, process.kill if requests else _nothing)
    process.wait(PATIENCE)
    web.at_request(0, _nothing)
    with no_crawler(nights.settings):
        pass


def _nothing() -> None:
    pass


def _is_whole(path: Path) -> bool:
    return path.read_bytes().endswith(b"%%EOF\n")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
