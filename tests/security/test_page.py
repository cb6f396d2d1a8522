"""People without credentials, or with malicious files, can do nothing to a page that is served to others."""

import io
import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from corpus.disk.names import real_path
from corpus.disk.regular_file import read_regular
from reviews.library import Library
from reviews.web.app import Options
from reviews.web.guard.access import Access
from reviews.web.guard.tokens import Tokens
from tests.reviews.web.client import client
from tests.reviews.web.conftest import DEMO, build


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("page") / "library"
    build(library, DEMO, b"title\n")
    return library


@pytest.fixture
def library(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "library"))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def audited(library: Path) -> list[str]:
    files = sorted((library / "access").glob("*.jsonl"))
    return [json.loads(line)["what"] for file in files for line in file.read_text().splitlines()]


def by_token(library: Path, **more: object) -> Options:
    return Options(hosts=(), access=Access(Tokens(library), **more), rate=20, log_days=9)  # type: ignore[arg-type]


# ---------------------------------------------------------------- files that are none


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pdf_that_became_a_pipe_or_a_device_is_refused_and_not_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "wren.pdf"
    if kind == "pipe":
        os.mkfifo(path)
        keep = os.open(path, os.O_RDWR)  # else the old code would wait for ever, and this test with it
    else:
        path.symlink_to("/dev/zero")
        keep = os.open(os.devnull, os.O_RDONLY)
    try:
        with pytest.raises(OSError, match="not a regular file"):
            read_regular(path, 1000)
    finally:
        os.close(keep)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_the_page_answers_when_the_pdf_of_a_report_became_a_device(library: Path) -> None:
    with Library(library) as held:
        report = held.search("child:robin kind:overview").hits[0].report
    files = [real_path(library, name) for name in report.files]
    copy = library / "held.pdf"
    shutil.copy(files[0], copy)
    with client(library, Options()) as page:
        page.application.extensions["pool"].settings  # noqa: B018 - opened before the file changes
        data = page.get(f"/reports/{report.id[:16]}/file.pdf").data
        assert data == copy.read_bytes()
        part = page.get(f"/reports/{report.id[:16]}/file.pdf", headers={"Range": "bytes=10-19"})
        assert part.status_code == 206
        assert part.data == data[10:20]


def test_a_file_that_grows_is_read_no_further_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "wren.pdf"
    path.write_bytes(b"x" * 5000)
    assert len(read_regular(path, 1000)) == 1001


# ---------------------------------------------------------------- people without credentials


def test_without_credentials_nothing_is_logged_as_a_search(library: Path) -> None:
    with client(library, by_token(library)) as page:
        for path in ("/?q=neglect", "/trends?q=neglect", "/search.csv?q=neglect", "/coverage", "/reports.json"):
            assert page.get(path).status_code in (303, 401)
    assert audited(library) == []


def test_a_stranger_is_slowed_down_before_anything_is_done(library: Path) -> None:
    with client(library, by_token(library)) as page:
        statuses = [page.get(path).status_code for path in ("/?q=neglect", "/sign-in", "/static/nothing") * 10]
    assert statuses[-1] == 429


@pytest.mark.parametrize("path", ["/sign-in", "/collections/new"])
def test_a_form_with_endless_fields_is_not_parsed(path: str, library: Path) -> None:
    """A stranger could send 5 MB of them, which took a second and 180 MB."""
    token, kind = Tokens(library).add("Ann"), "application/x-www-form-urlencoded"
    with client(library, by_token(library)) as page:
        answer = page.post(path, data=b"a=b&" * 100_000, content_type=kind, headers=bearer(token))
    assert answer.status_code == 413


def test_wrong_tokens_do_not_lock_out_a_right_one_from_the_same_address(library: Path) -> None:
    token = Tokens(library).add("Jo Smith")
    with client(library, by_token(library)) as page:
        wrong = [page.get("/search.json?q=neglect", headers=bearer(f"wrong{n}")).status_code for n in range(50)]
        assert wrong[-1] == 429
        assert page.get("/search.json?q=neglect", headers=bearer(token)).status_code == 200
        typed = [page.post("/sign-in", data={"token": f"wrong{n}"}).status_code for n in range(50)]
        assert typed[-1] == 429
        assert page.post("/sign-in", data={"token": token}).status_code == 303


def test_strangers_are_counted_by_the_address_that_the_trusted_proxy_names(library: Path) -> None:
    with client(library, by_token(library, proxies=("127.0.0.1",))) as page:
        for n in range(50):
            page.get("/", headers={"X-Forwarded-For": f"spoofed{n}, 10.0.0.1"})
        assert page.get("/", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 429
        assert page.get("/", headers={"X-Forwarded-For": "10.0.0.2"}).status_code == 303
    with client(library, by_token(library)) as page:
        for n in range(50):
            page.get("/", headers={"X-Forwarded-For": f"10.0.0.{n}"})
        assert page.get("/", headers={"X-Forwarded-For": "10.9.9.9"}).status_code == 429, "nobody was trusted"


@pytest.mark.parametrize(
    "address", ["2001:db8:1:2::{n:x}", "[2001:db8:1:2::{n:x}]:443", "10.0.0.1:{n}", "::ffff:10.0.0.1"]
)
def test_a_stranger_with_many_addresses_or_ports_is_one_stranger(address: str, library: Path) -> None:
    """A customer has 2^64 addresses of IPv6, and some proxies add the port."""
    with client(library, by_token(library, proxies=("127.0.0.1",))) as page:
        came = [
            page.get("/", headers={"X-Forwarded-For": address.format(n=n)}).status_code for n in range(1_000, 1_050)
        ]
        assert came[-1] == 429
        for other in ("2001:db8:1:3::1", "10.0.0.2", "::ffff:10.0.0.2"):
            assert page.get("/", headers={"X-Forwarded-For": other}).status_code == 303


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "https://[x]"])
def test_a_form_from_an_address_that_is_none_is_refused_and_no_bug(origin: str, library: Path) -> None:
    with client(library, by_token(library)) as page:
        assert page.post("/sign-in", data={"token": "x"}, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize(
    "number", ["0000000001", "00000000199", "9" * 5_000, "1" + "0" * 5_000, "00000000" + "1" * 5_000]
)
def test_a_number_of_a_mention_in_the_address_is_never_a_bug(number: str, library: Path) -> None:
    with Library(library) as held:
        report = held.search("child:robin kind:overview").hits[0].report
    with client(library, Options()) as page:
        shown = page.get(f"/reports/{report.id[:16]}/pages/1?q=neglect&mention={number}")
        assert shown.status_code == 200


# ---------------------------------------------------------------- cookies, names, logs, accounts


@pytest.mark.parametrize(
    ("more", "headers", "secure"),
    [
        ({}, {}, False),
        ({"https": True}, {}, True),
        ({"proxies": ("127.0.0.1",)}, {"X-Forwarded-Proto": "https"}, True),
        ({}, {"X-Forwarded-Proto": "https"}, False),
    ],
)
def test_the_cookie_is_secure_where_https_is(
    more: dict[str, object], headers: dict[str, str], secure: bool, library: Path
) -> None:
    token = Tokens(library).add("Jo Smith")
    with client(library, by_token(library, **more)) as page:
        answer = page.post("/sign-in", data={"token": token}, headers=headers)
        assert ("Secure" in answer.headers["Set-Cookie"]) is secure
        assert answer.headers["Set-Cookie"].startswith("__Host-reviews=" if secure else "reviews=")
        assert "Path=/" in answer.headers["Set-Cookie"]
        assert page.get("/coverage", headers=headers).status_code == 200
        out = page.post("/sign-out", headers=headers)
        assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
        page.set_cookie("reviews", token)  # as somebody in between could plant it
        assert page.get("/coverage", headers=headers).status_code == (303 if secure else 200)
        assert ("Strict-Transport-Security" in answer.headers) is bool(more.get("https"))


@pytest.mark.parametrize("path", ["/search.atom", "/trends.svg"])
@pytest.mark.parametrize("odd", ["\x01", "\x1b[31m", "\ufffe", "\uffff"], ids=ascii)
def test_a_feed_and_a_chart_can_be_read_whatever_the_query(path: str, odd: str, library: Path) -> None:
    with client(library, Options()) as page:
        answer = page.get(path, query_string={"q": f"school {odd}"})
    assert answer.status_code == 200
    ElementTree.fromstring(answer.data)


def test_links_in_a_feed_are_made_from_an_accepted_name_only(library: Path) -> None:
    token = Tokens(library).add("Jo Smith")
    with client(library, by_token(library)) as page:
        feed = page.get("/search.atom?q=neglect", headers={**bearer(token), "Host": "evil.example"})
        assert feed.status_code == 200
        assert "evil.example" not in feed.text
    named = Options(hosts=("reviews.example",), access=Access(Tokens(library), https=True))
    with client(library, named) as page:
        answer = page.get("/search.atom?q=neglect", headers={**bearer(token), "Host": "reviews.example"})
        assert 'href="https://reviews.example/reports/' in answer.text
        for name in ("evil.example", "reviews.example:80@evil.example"):
            assert page.get("/", headers={"Host": name}).status_code == 421


def test_everything_that_shows_reports_is_in_the_access_log(library: Path) -> None:
    token = Tokens(library).add("Jo Smith")
    paths = {"/reports.json": "reports", "/coverage": "coverage", "/coverage.json": "coverage", "/themes": "themes"}
    paths |= {"/themes.json": "themes", "/trends?q=neglect": "search", "/trends.svg?q=neglect": "export"}
    paths |= {"/concordance?q=neglect": "search", "/terms.csv?q=school": "export"}
    paths |= {"/compare.json?q=neglect&q=school": "search"}
    with client(library, by_token(library)) as page:
        for path in paths:
            assert page.get(path, headers=bearer(token)).status_code == 200, path
    assert audited(library) == list(paths.values())


def test_a_query_in_the_access_log_controls_no_terminal(library: Path) -> None:
    with client(library, Options(log_days=9, log_queries=True)) as page:
        assert page.get("/search.json", query_string={"q": "\x9b31m\u202eneglect\x7f"}).status_code == 200
    (file,) = (library / "access").glob("*.jsonl")
    (line,) = file.read_text("utf-8").splitlines()
    assert line.isprintable()
    assert json.loads(line)["query"] == "\x9b31m\u202eneglect\x7f"


def test_paths_on_the_server_are_not_in_answers_to_others(library: Path) -> None:
    token = Tokens(library).add("Jo Smith")
    with client(library, by_token(library)) as page:
        for path in ("/reports.json", "/coverage.json", "/coverage", "/search.json?q=robin"):
            assert str(DEMO.parent) not in page.get(path, headers=bearer(token)).text, path
        (library / "tokens.json").write_text("{", "utf-8")
        for path in ("/", "/search.json?q=robin"):
            answer = page.get(path, headers=bearer(token))
            assert answer.status_code == 503
            assert "damaged" in answer.text
            assert str(library) not in answer.text
    with client(library, Options()) as page:
        assert str(DEMO.parent) in page.get("/reports.json").text, "whoever works on this computer may know"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"tokens": [{"person": "Jo", "hash": 5, "made_at": ""}]}',
        '{"tokens": [{"person": "Jo", "hash": "\\u00e9", "made_at": ""}]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_list_of_tokens_gives_503(text: str, library: Path) -> None:
    (library / "tokens.json").write_text(text, "utf-8")
    with client(library, by_token(library)) as page:
        answer = page.get("/", headers=bearer("anything"))
        assert answer.status_code == 503
        assert "damaged" in answer.text


def test_a_new_token_does_not_open_what_the_revoked_one_sent(library: Path) -> None:
    tokens = Tokens(library)
    before = tokens.add("Jo Smith")
    with client(library, by_token(library)) as page:
        sheet = {"sheet": (io.BytesIO(b"neglect\n"), "sheet.txt")}
        sent = page.post("/batch", data=sheet, headers=bearer(before))
        assert sent.status_code == 303
        place = sent.headers["Location"]
        assert page.get(f"{place}.json", headers=bearer(before)).status_code == 200
        tokens.revoke("Jo Smith")
        after = tokens.add("Jo Smith")
        assert page.get(f"{place}.json", headers=bearer(after)).status_code == 404
