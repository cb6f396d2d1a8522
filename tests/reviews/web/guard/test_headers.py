"""Security headers, files that are not served, and unchanged third-party files."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from reviews.web.guard import headers

WEB = Path(headers.__file__).parent.parent
ADDRESSES = (
    "/",
    "/?q=neglect",
    "/?q=neglect&sort=nosuch",
    "/search.json?q=neglect",
    "/search.json?q=neglect&page=x",
    "/themes",
    "/coverage",
    "/help",
    "/accessibility",
    "/opensearch.xml",
    "/healthz",
    "/nosuch",
    "/reports/ffffffffffffffff",
    "/reports/ROBIN/pages/1",
    "/reports/ROBIN/pages/99",
    "/reports/ROBIN/file.pdf",
    "/reports/ROBIN/pages/1/picture.png",
    "/static/reviews.css",
    "/static/pdfjs/build/pdf.min.mjs",
    "/static/nosuch",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_answer_carries_every_header(page: FlaskClient, robin: str, address: str, method: str) -> None:
    answer = page.open(address.replace("ROBIN", robin), method=method, buffered=True)
    for name, value in headers.HEADERS.items():
        assert answer.headers[name] == value
    kept = address.startswith("/static/") and answer.status_code == 200
    assert ("no-store" in answer.headers["Cache-Control"]) is not kept


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in headers.POLICY
    assert "http" not in headers.POLICY
    assert "*" not in headers.POLICY
    assert headers.POLICY.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers.POLICY


def test_no_template_calls_text_safe_and_none_holds_a_script_or_a_style() -> None:
    for template in (WEB / "templates").iterdir():
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", text), template.name
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), template.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), template.name
        assert not re.search(r"""(href|src)=["']?(https?:)?//""", text), f"{template.name} points elsewhere"


def test_another_site_cannot_read_the_page_under_its_own_host_name(page: FlaskClient) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "evil.example:80"):
        assert page.get("/", headers={"Host": host}).status_code == 421, host
    for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert page.get("/", headers={"Host": host}).status_code == 200, host


def test_third_party_files_match_their_lock() -> None:
    static = WEB / "static"
    lock = json.loads((static / "lock.json").read_text(encoding="utf-8"))
    for name, entry in lock.items():
        assert hashlib.sha256((static / name).read_bytes()).hexdigest() == entry["sha256"], name
    foreign = {
        path.relative_to(static).as_posix() for folder in ("govuk", "pdfjs") for path in (static / folder).rglob("*")
    }
    assert {name for name in foreign if (static / name).is_file()} == set(lock)


def test_the_style_sheet_has_no_government_font_or_crest() -> None:
    css = (WEB / "static" / "govuk" / "govuk-frontend.min.css").read_text(encoding="utf-8")
    for forbidden in ("GDS Transport", "@font-face", "crest.svg", "url(/assets"):
        assert forbidden not in css


def test_the_scripts_contact_no_other_site(page: FlaskClient) -> None:
    for script in (*(WEB / "static").glob("*.js"), *(WEB / "static").glob("*.mjs")):
        assert not re.search(r"https?://|innerHTML|eval\(|document\.write", script.read_text(encoding="utf-8")), (
            script.name
        )


TRICKS = [
    *("/static/" + trick for trick in (
        "../app.py", "..%2fapp.py", "%2e%2e/app.py", "%2e%2e%2fapp.py", "..\\app.py", "..%5capp.py",
        "....//app.py",
        "..;/app.py", "./reviews.css", "/reviews.css", "//etc/passwd", "%2fetc%2fpasswd", "reviews.css/..",
        "reviews.css/",
        "reviews.css%00", "reviews.css%00.png", "REVIEWS.CSS", "reviews.css::$DATA", "lock.json/../../app.py",
        "govuk/../../app.py", "govuk/..%2f..%2fapp.py", "%252e%252e/app.py", "%c0%ae%c0%ae/app.py",
        "..%c0%afapp.py",
        "..%ef%bc%8fapp.py", "~/app.py", "$HOME/app.py", "*", ".", "..", "", "%2e", "C:/windows/win.ini",
        "C:%5cwindows%5cwin.ini", "file:///etc/passwd", "templates/base.html", "../templates/base.html",
        "con", "nul",
    )),
    *("/reports/" + trick for trick in (
        "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fetc", "/etc/passwd", "corpus.db",
        "ROBIN%00", "ROBIN/../corpus.db", "ROBIN%2f..%2fcorpus.db", "ROBIN/file.pdf/", "ROBIN/file.pdf/../x",
        "ROBIN/file.pdf%00", "ROBIN/file", "ROBIN/file.PDF", "ROBIN/pages/1/../../../x", "ROBIN/pages/-1",
        "ROBIN/pages/1e3", "ROBIN/pages/0x1", "ROBIN/pages/1.5", "ROBIN/pages/%31%00",
        "ROBIN/pages/99999999999999999999",
        "ROBIN/pages/../file.pdf/x", "ROBIN/pages/1/picture.png/..", "ROBIN/pages/1/picture.gif", "%20ROBIN",
        "ROBIN%20",
        "g" * 16, "f" * 64, "f" * 65, "0" * 7, "", "*", "%2a%2a%2a%2a%2a%2a%2a%2a", "????????", "'or'1'='1",
        "%27%20OR%201=1--",
        "ROBIN.exe", "ROBIN.json.json", "ROBIN.ris/..", "％２ｅ％２ｅ", "１２３４５６７８",
            "ROBIN;.pdf", "ROBIN/.git/config",
    )),
    "/.git/config", "/.env", "/corpus.db", "/library/corpus.db", "/index/CURRENT", "/../corpus.db",
    "/..%2fcorpus.db",
    "/%2e%2e/corpus.db", "/catalogue.csv", "/themes.toml", "/reviews.toml", "/tokens.json", "/audit", "/runs/",
]  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_path_traversal_finds_nothing(page: FlaskClient, robin: str, trick: str) -> None:
    answer = page.get(trick.replace("ROBIN", robin))
    assert answer.status_code == 404, answer.status_code
    assert b"root:" not in answer.data
    assert b"SQLite" not in answer.data


def test_there_are_enough_path_attacks() -> None:
    assert len(set(TRICKS)) >= 80


def test_a_pdf_that_changed_is_not_served(tmp_path: Path) -> None:
    from tests.reviews.web.conftest import DEMO, build

    folder = tmp_path / "in"
    folder.mkdir()
    source = next(DEMO.glob("FSCP Response*.pdf"))
    placed = folder / "a.pdf"
    placed.write_bytes(source.read_bytes())
    build(tmp_path / "library", folder, b"title\n")
    from reviews.web.app import create_app

    app = create_app(tmp_path / "library")
    page = app.test_client()
    held = page.get("/reports.json").get_json()["reports"][0]["id"]
    assert page.get(f"/reports/{held}/file.pdf", buffered=True).status_code == 200
    placed.write_bytes(b"something private that came to lie there")
    answer = page.get(f"/reports/{held}/file.pdf")
    assert answer.status_code == 404
    assert b"private" not in answer.data
    assert page.get(f"/reports/{held}/pages/1/picture.png").status_code == 404
    app.extensions["pool"].close()
