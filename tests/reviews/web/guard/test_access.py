"""Sign-in, rate limit and access log."""

import html
import json
import os
import re
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from corpus.errors import Corrupt, NotFound, UsageError
from corpus.paths import LibraryPaths
from reviews.cli.main import main
from reviews.web.app import Options
from reviews.web.guard.access import Access, Rate
from reviews.web.guard.tokens import Tokens
from tests.reviews.web.client import client


@pytest.fixture
def library(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo, tmp_path / "library"))


def lines(library: Path) -> list[dict[str, object]]:
    return [
        json.loads(line) for file in sorted((library / "access").glob("*")) for line in file.read_text().splitlines()
    ]


def test_without_a_token_a_person_sees_only_the_sign_in_page(library: Path, robin: str) -> None:
    Tokens(library).add("Jo Smith")
    with client(library, Options(access=Access(Tokens(library)))) as page:
        for path in ("/", "/?q=neglect", f"/reports/{robin}", f"/reports/{robin}/file.pdf", "/coverage", "/nosuch"):
            answer = page.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["Location"].partition("?")[0] == "/sign-in"
        assert page.get("/search.json?q=neglect").status_code == 401
        assert page.get("/search.json?q=neglect", headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert page.get("/healthz").status_code == 200
        assert "Access code" in page.get("/sign-in").text


def test_a_token_opens_the_page_as_a_cookie_and_as_a_header(library: Path) -> None:
    token = Tokens(library).add("Jo Smith")
    with client(library, Options(access=Access(Tokens(library)))) as page:
        assert page.get("/search.json?q=neglect", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert page.post("/sign-in", data={"token": "wrong"}).status_code == 401
        answer = page.post("/sign-in", data={"token": token})
        assert answer.status_code == 303
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Sign out" in page.get("/?q=neglect").text
        assert page.post("/sign-out").status_code == 303
        assert page.get("/").status_code == 303


def test_signing_in_leads_to_the_requested_page(library: Path) -> None:
    token = Tokens(library).add("Jo Smith")
    with client(library, Options(access=Access(Tokens(library)))) as page:
        form = page.get("/?q=neglect&board=Wendlemere+Safeguarding+Children+Board&page=2", follow_redirects=True).text
        (wanted,) = re.findall(r'name="next" value="([^"]*)"', form)
        answer = page.post("/sign-in", data={"token": token, "next": html.unescape(wanted)})
        assert answer.headers["Location"] == "/?q=neglect&board=Wendlemere+Safeguarding+Children+Board&page=2"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "reports", "/" * 5_000],
)
def test_signing_in_leads_to_no_other_site(library: Path, elsewhere: str) -> None:
    token = Tokens(library).add("Jo Smith")
    with client(library, Options(access=Access(Tokens(library)))) as page:
        assert 'name="next"' not in page.get("/sign-in", query_string={"next": elsewhere}).text
        assert page.post("/sign-in", data={"token": token, "next": elsewhere}).headers["Location"] == "/"


def test_a_revoked_token_stops_working_at_once(library: Path) -> None:
    tokens = Tokens(library)
    jo, sam = tokens.add("Jo Smith"), tokens.add("Sam")
    with client(library, Options(access=Access(Tokens(library)))) as page:
        assert page.get("/help.json", headers={"Authorization": f"Bearer {jo}"}).status_code == 200
        Tokens(library).revoke("jo smith")
        assert page.get("/help.json", headers={"Authorization": f"Bearer {jo}"}).status_code == 401
        assert page.get("/help.json", headers={"Authorization": f"Bearer {sam}"}).status_code == 200


def test_only_the_hash_of_a_token_is_stored_in_a_private_file(library: Path) -> None:
    token = Tokens(library).add("Jo Smith")
    text = (LibraryPaths(library).tokens).read_text(encoding="utf-8")
    assert token not in text
    assert "Jo Smith" in text
    if os.name == "posix":
        assert stat.S_IMODE((LibraryPaths(library).tokens).stat().st_mode) == 0o600


def test_invalid_names_and_a_damaged_file_are_reported(library: Path) -> None:
    tokens = Tokens(library)
    tokens.add("Jo Smith")
    for name in ("", "  ", "x" * 101, "JO smith", "a\x07"):
        with pytest.raises(UsageError):
            tokens.add(name)
    with pytest.raises(NotFound):
        tokens.revoke("Nobody")
    (LibraryPaths(library).tokens).write_text("{", encoding="utf-8")
    with pytest.raises(Corrupt):
        Tokens(library).held()


def test_the_command_creates_lists_and_revokes_tokens(library: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--library", str(library), "token", *words])
        return result.exit_code, result.stdout

    code, token = run("add", "Jo Smith")
    assert code == 0
    assert "not shown again" in CliRunner().invoke(main, ["--library", str(library), "token", "add", "Sam"]).stderr
    assert Tokens(library).person(token.strip()) == "Jo Smith"
    assert "Jo Smith" in run("list")[1]
    assert run("revoke", "Jo Smith")[0] == 0
    assert "Jo Smith" not in run("list")[1]
    assert run("revoke", "Jo Smith")[0] == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--host", "0.0.0.0"], "Say who may"),
        (["--host", "reviews.example"], "Say who may"),
        (["--user-header", "X-User"], "go together"),
        (["--proxy", "10.0.0.1"], "go together"),
        (["--user-header", "X-User", "--proxy", "nowhere"], "is not a valid address"),
        (["--tokens", "--user-header", "X-User", "--proxy", "10.0.0.1"], "not both"),
        (["--name", "https://reviews.example.org/"], "Write only the name"),
        (["--name", "reviews.example.org:8000"], "Write only the name"),
    ],
)
def test_nobody_serves_a_library_to_others_by_accident(library: Path, options: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, ["--library", str(library), "serve", *options])
    assert result.exit_code == 2
    assert sentence in result.output


@pytest.mark.parametrize("host", ["nosuch.invalid", "192.0.2.1"])
def test_an_address_that_is_not_of_this_computer_is_refused_with_a_sentence(library: Path, host: str) -> None:
    result = CliRunner().invoke(main, ["--library", str(library), "serve", "--port", "0", "--tokens", "--host", host])
    assert result.exit_code == 8
    assert f"Error: {host}:0 cannot be used" in result.output
    assert "another address with --host" in result.output


def test_a_proxy_names_the_person_and_nobody_else_can(library: Path) -> None:
    access = Access(header="X-Remote-User", proxies=("10.1.0.0/16",))
    with client(library, Options(hosts=(), access=access)) as page:

        def ask(address: str, **headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return page.get("/help.json", headers=named, environ_base={"REMOTE_ADDR": address}).status_code

        assert ask("10.1.2.3", X_Remote_User="jo") == 200
        assert ask("10.1.2.3") == 401
        assert ask("10.1.2.3", X_Remote_User="") == 401
        assert ask("10.1.2.3", X_Remote_User="evil, jo") == 401
        assert ask("10.2.2.3", X_Remote_User="jo") == 401
        assert ask("127.0.0.1", X_Remote_User="jo", X_Forwarded_For="10.1.2.3") == 401


def test_a_form_from_another_site_is_refused(library: Path) -> None:
    token = Tokens(library).add("Jo")
    with client(library, Options(access=Access(Tokens(library)))) as page:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            assert page.post("/sign-in", data={"token": token}, headers=headers).status_code == 403
        for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}):
            assert page.post("/sign-in", data={"token": token}, headers=headers).status_code == 303


def test_the_rate_limit_holds_for_each_visitor_separately() -> None:
    rate = Rate(60)
    assert [rate.takes("jo", 0.0) for _ in range(31)] == [True] * 30 + [False]
    assert rate.takes("sam", 0.0)
    assert not rate.takes("jo", 0.5)
    assert rate.takes("jo", 1.1)
    assert all(Rate(0).takes("jo", 0.0) for _ in range(1000))


def test_too_many_requests_are_refused_with_a_message(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.web.guard.access.time.monotonic", lambda: 0.0)  # all of them in one moment
    with client(library, Options(rate=4)) as page:
        answers = [page.get("/help") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert "Wait half a minute" in answers[-1].text
        assert answers[-1].headers["Retry-After"]
        assert page.get("/static/reviews.css").status_code == 200


def test_the_access_log_has_no_queries(library: Path, robin: str) -> None:
    access = Access(header="X-User", proxies=("127.0.0.1",))
    with client(library, Options(access=access, log_days=9)) as page:
        for path in (
            "/?q=rickets",
            f"/reports/{robin}?q=rickets",
            f"/reports/{robin}/pages/2",
            "/search.csv?q=rickets",
        ):
            assert page.get(path, headers={"X-User": "jo"}).status_code == 200
        page.get("/nosuch", headers={"X-User": "jo"})
        page.get("/reports/ffffffffffff", headers={"X-User": "jo"})
    found = lines(library)
    assert [line["what"] for line in found] == ["search", "report", "page", "export"]
    assert {line["person"] for line in found} == {"jo"}
    assert found[1]["id"] == robin
    assert found[2]["number"] == 2
    assert found[3]["form"] == "csv"
    assert "rickets" not in json.dumps(found)


def test_queries_are_logged_only_on_request(library: Path) -> None:
    with client(library, Options(log_days=9, log_queries=True)) as page:
        page.get("/?q=rickets")
    assert [line["query"] for line in lines(library)] == ["rickets"]


def test_old_logs_are_deleted_and_nothing_is_logged_without_sign_in(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)  # midnight may pass while this runs
    monkeypatch.setattr("reviews.web.guard.audit.datetime", SimpleNamespace(now=lambda zone: now))
    with client(library, Options()) as page:
        page.get("/?q=neglect")
    assert not (library / "access").exists()
    folder = library / "access"
    folder.mkdir()
    for days in (1, 8, 9, 10, 400):
        (folder / f"{now.date() - timedelta(days=days)}.jsonl").write_text("{}\n")
    (folder / "notes.txt").write_text("stays\n")
    with client(library, Options(log_days=9)) as page:
        page.get("/?q=neglect")
    assert len(list(folder.glob("*.jsonl"))) == 4
    assert (folder / "notes.txt").exists()
