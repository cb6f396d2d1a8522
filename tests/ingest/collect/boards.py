"""Twelve fictional boards on the test web, with features seen on the sites of real councils."""

import socket
from http.server import BaseHTTPRequestHandler

from ingest.collect.sources import Source
from tests.ingest.collect.web import Answer, Web, pdf

SHARED = "The same bytes at two boards"


def items(*links: tuple[str, str]) -> str:
    return "<ul>" + "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in links) + "</ul>"


def build(web: Web) -> list[Source]:
    """Put the boards on the web, and return the list of sources."""
    boards = (alder, birch, cedar, damson, elder, fir, gorse, hazel, ivy, juniper, larch, maple)
    return [source for board in boards for source in board(web)]


def alder(web: Web) -> list[Source]:
    """Lists under headings; unusual names; gzip; a wrong content type; a newsletter and a form that are left out."""
    host = "www.alder.example"
    for place in ("fern.pdf", "Child%20Q%20&%20S%20Overview.PDF", "Adolygiad%20T%C5%B7.pdf", "news.pdf", "form.pdf"):
        web.pdf(f"{host}/docs/{place}", f"alder {place}")
    web.put(f"{host}/docs/wrong.pdf", Answer(pdf("wrong type"), headers={"Content-Type": "text/html"}))
    web.put(f"{host}/docs/shared.pdf", Answer(pdf(SHARED)))
    web.pdf(f"{host}/private/ivy.pdf", "excluded")
    body = (
        '<nav><a href="/docs/menu.pdf">Complaints policy</a></nav><h1>Reviews</h1>'
        "<h2>National Serious Case Reviews</h2>"
        + items(("/docs/fern.pdf", "Somerset Serious Case Review January 2012 (PDF, 1.2 MB, opens in new window)"))
        + "<h2>Local Serious Case Reviews</h2>"
        + items(
            ("/docs/Child Q & S Overview.PDF", "Child Q &amp; S Overview Report 2016"),
            ("/docs/Child Q & S Overview.PDF#page=2", "Child Q &amp; S, page 2"),
            ("/docs/Adolygiad Tŷ.pdf", "Adolygiad Ymarfer Plant – Tŷ"),
            ("/docs/wrong.pdf", "Child Wren Final Report"),
            ("/docs/shared.pdf", "Child Moss Learning Review 2021"),
            ("/docs/news.pdf", "Learning Lessons Newsletter, Spring"),
            ("/docs/form.pdf", "Rapid review referral form"),
            ("/private/ivy.pdf", "Child Ivy SCR 2014"),
            ("mailto:board@alder.example", "Write to us about a review"),
            ("/logo.png", "Overview report logo"),
        )
    )
    url = web.page(f"{host}/reviews/", body, **{"Content-Encoding": "gzip"})
    left_out, exclude = ("newsletter", "form"), (web.url(f"{host}/private/") + "*",)
    return [Source("Alder", url, "Alder Partnership", "Alder", leave_out=left_out, exclude=exclude)]


def birch(web: Web) -> list[Source]:
    """Accordions, and a table with dates whose links only say "Download"."""
    host = "www.birch.example"
    for name in ("oak", "elm", "ash"):
        web.pdf(f"{host}/{name}.pdf", f"birch {name}")
    body = (
        '<h1>Published reviews</h1><div><button aria-expanded="false">2019 reviews</button>'
        + items(("/oak.pdf", "Child Oak SCR 2019"))
        + "</div><details><summary>Learning Reviews</summary>"
        + items(("/elm.pdf", "Child Elm"))
        + "</details><table><caption>Serious case reviews</caption><tr><th>Title</th><th>Date</th><th>File</th></tr>"
        '<tr><td>Child Ash Overview Report</td><td>12 March 2018</td><td><a href="/ash.pdf">Download</a></td></tr>'
        "</table>"
    )
    return [Source("Birch", web.page(f"{host}/", body), area="Birch")]


def cedar(web: Web) -> list[Source]:
    """Three pages of a list, the last of which links back to the first."""
    host = "www.cedar.example"
    for number in (1, 2, 3):
        web.pdf(f"{host}/{number}.pdf", f"cedar {number}")
        pager = "".join(f'<li><a href="/list?page={each}">{each}</a></li>' for each in (1, 2, 3))
        web.page(
            f"{host}/list?page={number}",
            items((f"/{number}.pdf", f"Child Cedar {number} SCR")) + f'<ul class="pagination">{pager}</ul>',
        )
    return [Source("Cedar", web.url(f"{host}/list?page=1"), area="Cedar")]


def damson(web: Web) -> list[Source]:
    """A page for each review, with one download; pages that link in a circle; a page about something else."""
    host = "www.damson.example"
    body = items(("/child-rose", "Child Rose Serious Case Review 2017"), ("/child-lily", "Child Lily Review"))
    body += items(("/reviews-explained", "What is a review?"))
    for name in ("rose", "lily"):
        web.pdf(f"{host}/media/{name}", f"damson {name}")
        links = items(
            (f"/media/{name}", "Download (PDF, 300 KB)"), ("/reviews", "All reviews"), ("/child-rose", "Child R")
        )
        web.page(f"{host}/child-{name}", f"<h1>A review</h1>{links}")
    web.page(
        f"{host}/reviews-explained", "<p>A review looks at what happened.</p>" + items(("/reviews", "All reviews"))
    )
    return [Source("Damson", web.page(f"{host}/reviews", body), area="Damson")]


def elder(web: Web) -> list[Source]:
    """Download handlers, missing file names, and names in Content-Disposition as in RFC 5987."""
    host = "www.elder.example"
    web.pdf(f"{host}/docs/default-source/scr.pdf?sfvrsn=2", "elder versioned")
    web.pdf(f"{host}/downloads/file/1234/child-holly-final-report", "elder handler")
    name = "attachment; filename*=UTF-8''Adolygiad%20Si%C3%A2n%202020.pdf"
    web.pdf(f"{host}/download?id=7", "elder named", **{"Content-Disposition": name})
    web.pdf(f"{host}/download?id=8", "elder tricks", **{"Content-Disposition": 'filename="../../../etc/passwd%00.pdf"'})
    body = items(
        ("/docs/default-source/scr.pdf?sfvrsn=2", "Child Yew SCR"),
        ("/downloads/file/1234/child-holly-final-report", "Child Holly Final Report"),
        ("/download?id=7", "Download"),
        ("/download?id=8", "../../..\\..\\con: Child <Bramble> \u202efdp.exe | 2019?"),
    )
    return [Source("Elder", web.page(f"{host}/", body), area="Elder", depth=0)]


def fir(web: Web) -> list[Source]:
    """Redirects: to another host, to this computer, to a file, and in a circle."""
    host = "www.fir.example"
    web.pdf("files.fir-cdn.example/x/1", "fir elsewhere")
    for path, target in (
        ("a.pdf", web.url("files.fir-cdn.example/x/1")),
        ("b.pdf", "http://127.0.0.1:1/inside.pdf"),
        ("c.pdf", "file:///etc/passwd"),
        ("d.pdf", "/d.pdf"),
    ):
        web.put(f"{host}/{path}", Answer(status=302, headers={"Location": target}))
    body = items(*((f"/{each}.pdf", f"Child Fir {each.upper()}") for each in "abcd"))
    return [Source("Fir", web.page(f"{host}/", body), area="Fir")]


def gorse(web: Web) -> list[Source]:
    """Documents that are not PDFs, whatever their names."""
    host, kind = "www.gorse.example", {"Content-Type": "application/pdf"}
    html = {
        "page": "<html><h1>Our reviews</h1><p>Words.</p></html>",
        "login": "<html><form><input name=u><input type=password name=p></form></html>",
        "lost": "<html><title>Page not found</title><p>Sorry.</p></html>",
    }
    for name, text in html.items():
        web.put(f"{host}/{name}.pdf", Answer(text.encode(), headers=kind))
    web.put(f"{host}/empty.pdf", Answer(b"", headers=kind))
    web.put(f"{host}/word.pdf", Answer(b"PK\x03\x04 a document of another kind", headers=kind))
    web.put(f"{host}/robots-only.pdf", Answer(b"<h1>Forbidden</h1>", 403))
    web.put(f"{host}/broken.pdf", Answer(b"<h1>Error</h1>", 500))
    web.put(f"{host}/huge.pdf", Answer(act=_huge))
    web.pdf(f"{host}/good.pdf", "gorse good")
    names = ("page", "login", "lost", "empty", "word", "robots-only", "broken", "huge", "nowhere", "good")
    return [Source("Gorse", web.page(f"{host}/", items(*((f"/{n}.pdf", f"Child {n.title()}") for n in names))))]


def hazel(web: Web) -> list[Source]:
    """A robots.txt that forbids some addresses, one that forbids all, and one that cannot be read."""
    robots = {
        "www.hazel.example": b"User-agent: *\nDisallow: /secret/\n",
        "all.hazel.example": b"User-agent: *\nDisallow: /",
    }
    for host, text in robots.items():
        web.put(f"{host}/robots.txt", Answer(text, headers={"Content-Type": "text/plain"}))
    web.put("odd.hazel.example/robots.txt", Answer(b"broken", 500))
    web.put("none.hazel.example/robots.txt", Answer(b"<h1>Disallow: /</h1>", 403))
    sources = []
    for host in ("www", "all", "odd", "none"):
        web.pdf(f"{host}.hazel.example/open.pdf", f"hazel {host}")
        web.pdf(f"{host}.hazel.example/secret/x.pdf", f"hazel secret {host}")
        body = items(("/open.pdf", "Child Open"), ("/secret/x.pdf", "Child Secret"))
        sources.append(Source(f"Hazel {host}", web.page(f"{host}.hazel.example/", body)))
    return sources


def ivy(web: Web) -> list[Source]:
    """A site that asks the crawler to stop after the first document."""
    host = "www.ivy.example"
    web.put(f"{host}/1.pdf", Answer(b"slow down", 429, {"Retry-After": "3600"}))
    web.pdf(f"{host}/2.pdf", "ivy 2")
    return [Source("Ivy", web.page(f"{host}/", items(("/1.pdf", "Child One"), ("/2.pdf", "Child Two"))))]


def juniper(web: Web) -> list[Source]:
    """A site whose response ends in the middle of a file, and one where that happens to the list."""
    for host in ("www.juniper.example", "list.juniper.example"):
        web.put(f"{host}/cut.pdf", Answer(act=_cut))
    web.put("list.juniper.example/", Answer(act=_cut))
    url = web.page("www.juniper.example/", items(("/cut.pdf", "Child Cut")))
    return [Source("Juniper", url), Source("Juniper list", web.url("list.juniper.example/"))]


def larch(web: Web) -> list[Source]:
    """A page with 10,000 links, only the first of which is a report."""
    host = "www.larch.example"
    web.pdf(f"{host}/0.pdf", "larch 0")
    body = items(("/0.pdf", "Child Larch"), *((f"/page/{number}", f"Page {number}") for number in range(10_000)))
    return [Source("Larch", web.page(f"{host}/", body))]


def maple(web: Web) -> list[Source]:
    """A board whose pages change from one night to the next, with a copy of a report that another board publishes."""
    host = "www.maple.example"
    for name in ("replaced", "gone", "unlisted", "moved", "stays"):
        web.pdf(f"{host}/{name}.pdf", f"maple {name}")
    web.put(f"{host}/copy.pdf", Answer(pdf(SHARED)))
    return [Source("Maple", web.page(f"{host}/", maple_list("replaced", "gone", "unlisted", "moved", "stays", "copy")))]


def maple_list(*names: str) -> str:
    return "<h2>Local</h2>" + items(*((f"/{name}.pdf", f"Child Maple {name.title()}") for name in names))


def _huge(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/pdf")
    handler.send_header("Content-Length", str(600 * 1024 * 1024))
    handler.end_headers()
    handler.wfile.write(pdf("huge"))


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/pdf")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(pdf("cut"))
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
