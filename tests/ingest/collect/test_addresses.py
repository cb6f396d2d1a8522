"""Tricks that make a program send requests to a machine that only it can reach (SSRF) all fail."""

import subprocess
import sys

import pytest

from ingest.collect.addresses import Allowance, is_public, refusal
from ingest.collect.sources import Source
from tests.command import environment
from tests.ingest.collect.boards import items
from tests.ingest.collect.conftest import Night, Nights
from tests.ingest.collect.web import LOOPBACK, Answer, Web
from tests.patience import PATIENCE

TRICKS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1.:80/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fd00::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://x.localhost/",
    "http://printer.local/",
    "http://intranet/",
    "http://wiki.corp/",
    "http://user@www.board.example/",
    "http://www.board.example@127.0.0.1/",
    "http://user:pass@www.board.example/",
    "http://www.board.example:22/",
    "http://www.board.example:8080/",
    "https://www.board.example:80/",
    "http://www.board.example:99999/",
    "ftp://www.board.example/report.pdf",
    "file:///etc/passwd",
    "file://www.board.example/report.pdf",
    "gopher://www.board.example/",
    "data:application/pdf;base64,JVBERi0=",
    "http:///etc/passwd",
    "http://www.board.example\\@127.0.0.1/",
    "http://www.board.example/\r\nHost: 127.0.0.1",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://-.example/",
    "http://www..example/",
    "javascript:alert(1)",
    "//127.0.0.1/",
    "",
]


@pytest.mark.parametrize("url", TRICKS)
def test_an_address_that_may_be_inside_is_refused(url: str) -> None:
    assert refusal(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.board.example/reviews?page=2",
        "http://board.example:80/a b.pdf".replace(" ", "%20"),
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
        "https://safeguarding.board.example.:443/",
    ],
)
def test_a_public_web_address_is_not(url: str) -> None:
    assert refusal(url) is None


INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.127.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::",
    "2001:db8::1", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_an_ip_address_outside_the_internet_is_not_public(host: str) -> None:
    assert not is_public(host, 443)


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8"])
def test_one_of_the_internet_is(host: str) -> None:
    assert is_public(host, 443)


def test_the_allowance_of_tests_only_covers_its_own_places() -> None:
    allowance = Allowance(places=frozenset({("127.0.0.1", 8123)}))
    assert is_public("127.0.0.1", 8123, allowance)
    assert not is_public("127.0.0.1", 22, allowance)
    assert not is_public("127.0.0.2", 8123, allowance)
    assert refusal("http://127.0.0.1:8123/", allowance) is not None


def test_no_code_of_the_crawling_process_can_connect_inside(web: Web) -> None:
    """The last line of defence, whatever the engine and its libraries do.

    It cannot be undone, so it is tested in a separate process.
    """
    pytest.importorskip("scrapy", reason="the extra `collect` is not installed")
    code = (
        "import socket, subprocess, sys\n"
        "from ingest.collect.addresses import Allowance\n"
        "from ingest.collect.crawler.guard import keep_to_public_addresses\n"
        "port = int(sys.argv[1])\n"
        "keep_to_public_addresses(Allowance(places=frozenset({('127.0.0.1', port)})))\n"
        "socket.create_connection(('127.0.0.1', port)).close()\n"
        "for trick in (lambda: socket.create_connection(('127.0.0.2', port)), lambda: subprocess.run(['true'])):\n"
        "    try:\n"
        "        trick()\n"
        "    except PermissionError:\n"
        "        print('refused')\n"
    )
    command = [sys.executable, "-c", code, str(web.port)]
    done = subprocess.run(command, env=environment(), capture_output=True, encoding="utf-8", timeout=PATIENCE)
    assert done.stdout.splitlines() == ["refused", "refused"], done.stderr


# The same through the engine: by a link, by a redirect and by the DNS.

NAMES = {
    "inside.example": ("10.0.0.1",),
    "metadata.example": ("169.254.169.254",),
    "loopback.example": ("127.0.0.2",),
    "rebound.example": (LOOPBACK, "192.168.0.1"),
}


@pytest.fixture(scope="module")
def night(nights: Nights, web: Web) -> Night:
    pytest.importorskip("scrapy", reason="the extra `collect` is not installed")
    links = [("/ok.pdf", "Child Ok")]
    for number, trick in enumerate(TRICKS):
        if trick and "\n" not in trick:
            links.append((trick, f"Child Link {number} review PDF"))
            web.put(
                f"www.trick.example/r{number}.pdf",
                Answer(status=302, headers={"Location": trick.encode().decode("latin-1")}),
            )
            links.append((f"/r{number}.pdf", f"Child Redirect {number}"))
    links += [(f"http://{name}:{web.port}/x.pdf", f"Child {name} PDF") for name in NAMES]
    web.pdf("www.trick.example/ok.pdf", "trick ok")
    for name in NAMES:
        web.pdf(f"{name}/x.pdf", f"inside {name}")
    # Its second connection needs a second DNS lookup.
    web.put("rebound.example/robots.txt", Answer(b"", headers={"Connection": "close"}))
    url = web.page("www.trick.example/", items(*links))
    web.names.update(NAMES)
    return nights.run([Source("Trick", url)])


def test_no_trick_gets_through(night: Night) -> None:
    assert [each.url.rpartition("/")[2] for each in night.publications] == ["ok.pdf"]
    assert {each.host for each in night.asked} == {"www.trick.example"}
    assert len(night.done.failures) > 80


def test_every_trick_is_reported_as_not_allowed(night: Night, web: Web) -> None:
    said = {failure.url: failure.trouble.value for failure in night.done.failures}
    other = {url: trouble for url, trouble in said.items() if trouble != "not_allowed"}
    assert other == {
        # A backslash is a slash to browsers and to the engine: a public name, which this web does not have.
        "http://www.board.example/@127.0.0.1/": "no_such_host",
        redirect(night, "http://www.board.example\\@127.0.0.1/"): "no_such_host",
        # A path of the same site.
        web.url("www.trick.example/etc/passwd"): "not_found",
        redirect(night, "http:///etc/passwd"): "not_found",
    }


def redirect(night: Night, trick: str) -> str:
    """Return the address that redirects to a trick."""
    return next(each.url for each in night.done.failures if each.url.endswith(f"/r{TRICKS.index(trick)}.pdf"))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_resolves_to_an_internal_address_is_not_connected_to(night: Night, name: str) -> None:
    found = [each.trouble.value for each in night.done.failures if name in each.url]
    assert found == ["not_allowed"]
