"""A night without changes at many boards: `python -m benchmarks.serving.collecting [150] [2000]`. Prints JSON.

The boards are served on this computer. Memory is the largest resident size of the run and of the crawling process.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from ingest.collect.sources import Source
from tests.command import environment
from tests.ingest.collect.boards import items
from tests.ingest.collect.conftest import Nights
from tests.ingest.collect.web import Web

_NIGHT = """
import json, resource, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from corpus.settings import load_settings
from corpus.storage.store import Store
from ingest.collect.addresses import Allowance
from ingest.collect.run import collect
from ingest.collect.sources import Source
told = json.loads(sys.stdin.read())
settings = load_settings(Path(told["library"]), collect_contact="team@library.example", collect_delay=told["delay"])
began = time.perf_counter()
with Store.open(settings.database) as store:
    done = collect(store, settings, [Source(**each) for each in told["sources"]],
                   allowance=Allowance.from_dict(told["allowance"]))
sizes = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
told = done.to_dict()
print(json.dumps({"seconds": round(time.perf_counter() - began, 1), "megabytes": [round(each) for each in sizes],
                  "listed": told["listed"], "new": told["new"], "known": told["known"], "failed": told["failed"]}))
"""


def main(boards: int, documents: int) -> int:
    """Collect everything once, then measure a night in which nothing has changed."""
    with Web().served() as web, tempfile.TemporaryDirectory() as folder:
        nights = Nights(Path(folder) / "library", web)
        sources = [_board(web, number, documents // boards + (number < documents % boards)) for number in range(boards)]
        told = {
            "library": str(nights.folder),
            "delay": 0.001,
            "sources": [asdict(source) for source in sources],
            "allowance": web.allowance().to_dict(),
        }
        first = _night(told)
        web.taken_log()
        again = _night(told)
        requests = len(web.taken_log())
    print(json.dumps({"first": first, "nothing new": {**again, "requests": requests}}, indent=1))
    return 0


def _board(web: Web, number: int, documents: int) -> Source:
    host = f"www.board-{number}.example"
    links = [(f"/{each}.pdf", f"Child Fern {each} Serious Case Review {2000 + each % 25}") for each in range(documents)]
    for path, _ in links:
        web.pdf(host + path, f"{host}{path}")
    return Source(f"Board {number}", web.page(f"{host}/reviews", items(*links)), area=f"Area {number}")


def _night(told: dict[str, object]) -> dict[str, object]:
    command = [sys.executable, "-c", _NIGHT]
    done = subprocess.run(
        command, input=json.dumps(told), stdout=subprocess.PIPE, env=environment(), encoding="utf-8", check=True
    )
    measured: dict[str, object] = json.loads(done.stdout)
    return measured


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in (sys.argv[1:] or ("150", "2000")))))
