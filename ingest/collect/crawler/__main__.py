"""The crawling process. It reads a plan from standard input and writes one event per line to standard output.

It ends when its standard input is closed, so that it does not outlive the process that started it.
"""

import hashlib
import json
import os
import signal
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from filelock import FileLock

from ingest.collect.addresses import Allowance
from ingest.collect.protocol import Known, Task, link_of

AGENT = "safeguarding-reviews"


def main() -> int:
    """Read the plan and crawl. Returns 0 if all sources were crawled or the time ran out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    events = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)  # only events are sent to the parent
    with os.fdopen(os.dup(0), "rb", buffering=0) as plans:
        plan = json.loads(_line(plans))
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    with FileLock(plan["lock"], mode=0o600, timeout=60):
        faults = _crawl(plan, lambda line: print(line, file=events))
    events.close()
    sys.stderr.writelines(faults)
    return bool(faults)


def _line(plans: IO[bytes]) -> bytes:
    """Read the first line without reading beyond it."""
    parts: list[bytes] = []
    while not parts or not parts[-1].endswith(b"\n"):
        part = plans.read(1 << 20)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def _end_with_the_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


def _crawl(plan: dict[str, Any], emit: Any) -> list[str]:
    """Crawl, and return any errors in the program itself."""
    _certificates()
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    from ingest.collect.crawler.guard import keep_to_public_addresses
    from ingest.collect.crawler.spider import Listings, Output
    from ingest.collect.crawler.walk import Walk

    allowance = Allowance.from_dict(plan["allowance"])
    walks = [Walk.of(_task(each), only_list=plan["only_list"]) for each in plan["tasks"]]
    salt, refused = bytes.fromhex(plan["salt"]), frozenset(plan["refused"])
    output = Output(
        emit, Path(plan["staging"]), lambda url: hashlib.sha256(salt + url.encode()).hexdigest() in refused, allowance
    )
    process = AsyncCrawlerProcess(engine_settings(plan, allowance))
    keep_to_public_addresses(allowance)
    crawler = process.create_crawler(Listings)
    faults: list[str] = []

    def note_fault(failure: Any) -> None:
        faults.append(failure.getTraceback())

    crawler.signals.connect(note_fault, signal=signals.spider_error)
    process.crawl(crawler, walks=walks, output=output)
    process.start(install_signal_handlers=False)
    return faults


def engine_settings(plan: dict[str, Any], allowance: Allowance) -> dict[str, Any]:
    """Return the Scrapy settings: limited request rates and sizes, and only http and https."""
    delay = plan["delay"]
    return {
        "COLLECT_ALLOWANCE": allowance,
        "USER_AGENT": f"{AGENT}/{version(AGENT)} (+{plan['contact']})",
        "ROBOTSTXT_USER_AGENT": AGENT,
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": max(delay, 60.0),
        "DOWNLOAD_TIMEOUT": plan["timeout"],
        "DOWNLOAD_MAXSIZE": plan["max_bytes"],
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")),
        "DOWNLOADER_MIDDLEWARES": {"ingest.collect.crawler.guard.Guard": 10},
        "TWISTED_DNS_RESOLVER": "ingest.collect.crawler.guard.PublicResolver",
        "DNS_TIMEOUT": plan["timeout"],
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "CLOSESPIDER_TIMEOUT": plan["seconds"],
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
    }


def _certificates() -> None:
    """Set the location of the trusted certificates: the system's on Linux, Mozilla's elsewhere."""
    if sys.platform != "linux":
        import certifi

        os.environ.setdefault("SSL_CERT_FILE", certifi.where())


def _task(told: dict[str, Any]) -> Task:
    pages, documents = ({url: _known(known) for url, known in told[name].items()} for name in ("pages", "documents"))
    return Task(told["source"], pages, documents)


def _known(told: dict[str, Any]) -> Known:
    return Known(told["etag"], told["modified"], told["due"], tuple(link_of(each) for each in told["links"]))


if __name__ == "__main__":
    sys.exit(main())
