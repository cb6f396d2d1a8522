"""Journeys in a real browser: with and without scripts, by keyboard, on a phone, in other colours."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from click.testing import CliRunner
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from reviews.cli.main import main
from reviews.maintenance.lock import writing
from reviews.web.app import create_app
from reviews.web.batch_jobs import Batch
from tests.reviews.web.broken_libraries import damaged, not_built, other_version
from tests.reviews.web.browser import MODES, Visit, Visitor, served
from tests.reviews.web.kinds import OF_EACH_KIND

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

OVERVIEW = "Local Child Safeguarding Practice Review: Child Robin – Overview Report"

# Everything that is collapsed, but only the first of a long list, because the others are alike.
OPEN = "for (const each of [...document.querySelectorAll('details')].slice(0, 8)) each.open = true;"

# What a bar that stays in sight covers can be scrolled out from under it, so it counts as in the open.
UNSTUCK = "for (const each of document.querySelectorAll('.r-apply, .r-bar')) each.style.position = 'static';"

# A page does not load itself again while it is looked at, however long that takes.
STILL = "const soon = setTimeout; window.setTimeout = (act, ms = 0) => (ms < 1000 ? soon(act, ms) : 0);"


@pytest.mark.parametrize("mode", MODES)
def test_from_a_search_to_a_citation(visit: Visit, mode: str) -> None:
    visitor = visit(mode)
    page = visitor.go("/")
    page.get_by_label("Words to look for").fill("neglect")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="7 reports")).to_be_visible()

    if mode == "phone":
        page.locator("summary").get_by_text("Filters and order").click()
    page.get_by_label("Wendlemere Safeguarding Children Board").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="2 reports")).to_be_visible()
    page.get_by_role("link", name="Remove the filter").click()
    expect(page.get_by_role("heading", name="7 reports")).to_be_visible()

    page.get_by_role("link", name="Reports", exact=True).click()
    page.get_by_role("link", name=OVERVIEW, exact=True).click()
    expect(page.get_by_role("heading", name="16 mentions")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Page 6.*paragraph 5.1.1$")).click()

    expect(page.locator("mark").first).to_be_visible()
    expect(page.get_by_text("Mention 8 of 16")).to_be_visible()
    if mode == "without scripts":
        picture = page.get_by_alt_text("Picture of page 6")
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("naturalWidth", 900)
    else:
        if mode == "phone":
            page.get_by_role("link", name="Picture", exact=True).click()
        page.wait_for_selector("#viewer[data-shown=pdf]")
        assert page.locator(".r-drawn-mark").count() == 8
        if mode == "phone":
            page.get_by_role("link", name="Text", exact=True).click()
    paragraph = page.locator(".r-paragraph", has_text="5.1.1 Neglect seldom")
    paragraph.get_by_text("Cite").click()
    expect(paragraph.locator(".r-citation")).to_contain_text(
        "Fernshire Safeguarding Children Partnership (2022) Local Child Safeguarding Practice Review: Child Robin – "
        "Overview Report, page 6 (printed 3), paragraph 5.1.1. https://fernshire.example/reviews/child-robin (accessed "
    )
    if mode != "without scripts":
        visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
        paragraph.get_by_role("button", name="Copy citation").click()
        expect(page.get_by_role("status")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == paragraph.locator(".r-citation").text_content()
        paragraph.get_by_role("button", name="Copy quotation and citation").click()
        page.wait_for_function("async () => (await navigator.clipboard.readText()).includes('\\n')")
        words, cited = page.evaluate("navigator.clipboard.readText()").split("\n")
        assert words.startswith("“5.1.1 Neglect seldom announces itself")
        assert cited == paragraph.locator(".r-citation").text_content()
    with page.expect_download() as download:
        paragraph.get_by_role("link", name="Download for Zotero").click()
    assert download.value.suggested_filename.endswith(".ris")


def test_words_of_an_answer_are_copied_with_their_citation(visit: Visit) -> None:
    visitor = visit()
    page = visitor.go("/?q=neglect")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    passage = page.locator(".r-passage").first
    passage.get_by_text("Cite").click()
    passage.get_by_role("button", name="Copy quotation and citation").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    quoted = page.evaluate("navigator.clipboard.readText()")
    passage.get_by_role("button", name="Copy Harvard reference").click()
    page.wait_for_function("async (old) => (await navigator.clipboard.readText()) !== old", arg=quoted)
    assert page.evaluate("navigator.clipboard.readText()") == passage.locator("[data-harvard]").text_content()
    words, cited = quoted.split("\n")
    assert words == f"“{(passage.locator('blockquote').text_content() or '').strip()}”"
    assert cited == passage.locator(".r-citation").text_content()


def test_where_the_clipboard_is_refused_the_citation_is_selected(visit: Visit) -> None:
    visitor = visit()
    visitor.before_each_page("delete Navigator.prototype.clipboard")  # as on a page without https
    page = visitor.go("/?q=neglect")
    passage = page.locator(".r-passage").first
    passage.get_by_text("Cite").click()
    passage.get_by_role("button", name="Copy citation").click()
    expect(page.get_by_role("status")).to_have_text("Selected: copy it with Ctrl+C")
    assert page.evaluate("getSelection().toString()").strip() == passage.locator(".r-citation").text_content()


def test_the_same_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit()
    page = visitor.go("/")

    def press_until(wanted: Callable[[str], bool]) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            told = page.evaluate(
                "() => { const e = document.activeElement; return [e.tagName, e.id, e.textContent.trim()].join('|'); }"
            )
            outline = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'"
                " || s.backgroundColor === 'rgb(255, 221, 0)'; }"
            )
            assert outline, f"one cannot see that {told} has the focus"
            if wanted(told):
                return
        raise AssertionError("not reached with the keyboard")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    press_until(lambda told: told.startswith("INPUT|q|"))
    page.keyboard.type("neglect")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=neglect&view=passages")
    press_until(lambda told: "INPUT|board-1|" in told)
    page.keyboard.press("Space")
    press_until(lambda told: told.startswith("BUTTON") and told.endswith("Apply"))
    page.keyboard.press("Enter")
    page.wait_for_url("**board=**")
    press_until(lambda told: told == "A||Reports")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "board=" in url and "view=" not in url)
    press_until(lambda told: told.startswith("A||") and "Child Robin – Overview Report" in told)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/**")
    press_until(lambda told: told.startswith("A||Page 6") and "5.1.1" in told)
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/6**")
    press_until(lambda told: told.startswith("SUMMARY") and "Cite" in told)
    page.keyboard.press("Enter")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press_until(lambda told: told.startswith("BUTTON") and "Copy citation" in told)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Copied")


@pytest.mark.parametrize("mode", ["plain", "without scripts"])
def test_from_a_theme_to_its_reports(visit: Visit, mode: str) -> None:
    page = visit(mode).go("/themes")
    page.get_by_role("link", name="Professional curiosity", exact=True).click()
    expect(page.locator("mark").first).to_be_visible()
    expect(page.get_by_label("Words to look for")).to_have_value('theme:"Professional curiosity"')


@pytest.mark.parametrize("mode", ["plain", "without scripts", "phone"])
def test_from_a_theme_to_its_trend(visit: Visit, mode: str) -> None:
    page = visit(mode).go("/themes")
    page.get_by_role("link", name="Trend by year of Professional curiosity").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    page.get_by_label("Group by").select_option("board")
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_role("rowheader", name="Fernshire Safeguarding Children Partnership")).to_be_visible()


@pytest.mark.parametrize("mode", ["plain", "without scripts"])
def test_from_a_sheet_to_its_workbook(visit: Visit, mode: str) -> None:
    page = visit(mode).go("/batch")
    sheet = b'query\nneglect\n"""voice of the child"""\nnosuchword\n'
    page.get_by_label("Your sheet").set_input_files({"name": "q.csv", "mimeType": "text/csv", "buffer": sheet})
    page.get_by_role("button", name="Read the sheet").click()
    expect(page.get_by_text("Read from q.csv: column A, 3 queries.")).to_be_visible()
    page.get_by_role("button", name="Run the queries").click()
    take = page.get_by_role("link", name="Download the workbook")
    if mode == "without scripts":
        again = page.get_by_role("link", name="Check progress")
        expect(take.or_(again)).to_be_visible()
        while again.is_visible():  # nothing on the page changes before it is asked for again
            with page.expect_event("load"):
                again.click()
    with page.expect_download() as download:
        take.click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    told = {str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {"neglect", "nosuchword", '"voice of the child"'} <= told


def test_no_results_and_a_bad_query_say_what_to_do(visit: Visit) -> None:
    visitor = visit()
    expect(visitor.go("/?q=nosuchword").get_by_text("No reports match your search")).to_be_visible()
    page = visitor.go("/?q=" + "child+" * 600)
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    assert page.title().startswith("Error")
    page = visitor.go('/?q="voice+of+the')
    expect(page.locator(".r-note").first).to_be_visible()


def test_a_wrong_address_shows_a_plain_error_page(visit: Visit) -> None:
    page = visit().go("/nosuch")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    expect(page.get_by_role("link", name="Go to the search page")).to_be_visible()


def addresses(robin: str) -> list[str]:
    return [
        "/",
        "/?q=neglect",
        "/?q=neglect&board=Fernshire+Safeguarding+Children+Partnership&exact=1&limit=1",
        "/?q=neglect&view=passages",
        "/?q=neglect&view=recommendations",
        "/?q=nosuchword",
        "/?q=dental+thresholds",
        "/?q=&from=2014&to=2015",
        "/?q=neglect&page=99",
        "/?q=" + "child+" * 600,
        f"/reports/{robin[:16]}",
        f"/reports/{robin[:16]}?q=neglect",
        f"/reports/{robin[:16]}?q=nosuchword",
        f"/reports/{robin[:16]}/pages/6?q=neglect",
        "/themes",
        "/recommendations?q=neglect",
        "/recommendations?q=nosuchword",
        "/recommendations?q=" + "child+" * 600,
        "/trends?q=neglect&q=theme%3Aneglect",
        "/trends?q=neglect&by=nosuch",
        "/concordance?q=neglect",
        "/terms?q=school",
        "/compare?q=neglect&q=school",
        "/batch",
        "/batch/" + "r" * 22,
        "/batch/" + "d" * 22,
        "/batch/" + "c" * 22,
        "/batch/" + "f" * 22,
        "/batch/" + "n" * 22,
        "/batch/" + "w" * 22,
        "/suggestions?q=ne",
        "/suggestions?q=zzz",
        "/sign-in",
        "/coverage",
        "/coverage?show=files",
        "/coverage?show=hidden",
        "/coverage?show=missing",
        "/sources",
        "/briefing?theme=neglect",
        "/status",
        "/help",
        "/accessibility",
        "/nosuch",
        f"/reports/{robin[:16]}/pages/99",
    ]


@pytest.fixture
def states(app: Flask, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show sheets of queries that are running, finished and failed, which change too fast to catch in a journey."""
    batches = app.extensions["pool"].batches
    row: dict[str, Any] = {"line": 2, "query": "neglect", "filters": {"year": "2022"}, "error": ""}
    counts = {"reports": 7, "of": 9, "mentions": 51}
    some = {"reports": [["ab" * 32, "Child Wren"], ["", "Child Lark"]], "more": 3}
    none: dict[str, Any] = {"reports": [], "more": 0}
    change = {"query": "neglect", "before": [4, 40], "after": [7, 51], "came": some, "went": none, "other": 2}
    changes = {"since": "2024-03-05T09:00:00+00:00", "queries": 9, "new": some, "gone": none}
    states: tuple[tuple[str, dict[str, Any]], ...] = (
        ("r", {"done": 3}),
        ("d", {"done": 9, "ready": True, "errors": 1, "counts": ({**row, **counts}, {**row, "error": "No."})}),
        ("c", {"done": 9, "ready": True, "changes": {**changes, "changes": [{**change, "error": ""}]}}),
        ("f", {"error": "No."}),
        ("w", {"waits": True, "rows": (row,), "faulty": ({**row, "error": "No."},)}),
    )
    held = {
        letter * 22: Batch(letter * 22, "queries.xlsx", demo, 9, "column B, 9 queries", **more)
        for letter, more in states
    }
    found = batches.find
    monkeypatch.setattr(batches, "find", lambda key, person: held.get(key) or found(key, person))
    monkeypatch.setattr(batches, "of", lambda person: list(held.values()))


LOOKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "phone": ({}, ["target-size", "scrollable-region-focusable"]),
    "dark": ({"color_scheme": "dark"}, ["color-contrast", "link-in-text-block"]),
    "high contrast": ({"color_scheme": "light", "forced_colors": "active"}, ["color-contrast"]),
}
"""What can only be wrong in one of the display modes, in addition to everything tested in the plain one."""

WIDE = """() => [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > 321
    && !each.closest(".r-wide") && !each.closest(".govuk-visually-hidden, .govuk-skip-link"))
    .map((each) => each.outerHTML.slice(0, 120))"""


# Only the first problems leave the page, because sending everything that axe reports takes longer than finding it.
BARRIERS = """async ([only, ofEachKind]) => {
    const where = ofEachKind ? {include: window.ofEachKind()} : document;
    const {violations} = await axe.run(where, {runOnly: only, resultTypes: ["violations"]});
    return violations.map((each) => [each.id, each.nodes.slice(0, 3).map(
        (node) => [node.html.slice(0, 160), node.any.map((any) => any.message)])]); }"""


def barriers(page: Page, only: dict[str, Any], *, of_each_kind: bool = False) -> list[tuple[str, list[Any]]]:
    """Return the accessibility problems that axe finds on a page."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT + OF_EACH_KIND)
    return [(rule, nodes) for rule, nodes in page.evaluate(BARRIERS, [only, of_each_kind])]


def looked_at(visitor: Visitor, page: Page) -> list[Any]:
    """Return all problems of the current page, in each display mode."""
    page.evaluate(OPEN + UNSTUCK)
    found: list[Any] = [("plain", each) for each in barriers(page, {"type": "tag", "values": WCAG})]
    for look, (media, rules) in LOOKS.items():
        if look == "phone":
            page.set_viewport_size({"width": 320, "height": 640})
            found += [(look, "cut off", each) for each in page.evaluate(WIDE)]
        page.emulate_media(**media)
        # The plain look was tested on every element, so that here only the colours can be wrong.
        found += [
            (look, each) for each in barriers(page, {"type": "rule", "values": rules}, of_each_kind=look != "phone")
        ]
        if look == "phone":
            page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme="light", forced_colors="none")
    return found


def test_axe_finds_no_accessibility_problem_on_any_page(visit: Visit, states: None, robin: str) -> None:
    """Every page and state meets WCAG 2.2 AA and good practice: plain, on a phone, dark, in the system's own
    colours.
    """
    visitor = visit()
    visitor.before_each_page(STILL)
    found = []
    for path in addresses(robin):
        page = visitor.go(path)
        if "/pages/6" in path:
            page.wait_for_selector("#viewer[data-shown=pdf]")
        found += [(path[:40], each) for each in looked_at(visitor, page)]
    page = visitor.go("/sign-in")
    page.get_by_label("Access code").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This access code is not valid")
    found += [("refused", each) for each in looked_at(visitor, page)]
    assert found == []


def test_dark_colours_suit_the_current_page_number_and_are_not_printed(visit: Visit) -> None:
    """Axe passes over a text of one letter."""
    page = visit().go("/?q=neglect&limit=1")
    page.emulate_media(color_scheme="dark")
    current = page.locator(".govuk-pagination__item--current")
    text, ground = current.evaluate(
        "(item) => [getComputedStyle(item.firstElementChild).color, getComputedStyle(item).backgroundColor]"
    )
    assert contrast(text, ground) >= 4.5
    page.emulate_media(media="print", color_scheme="dark")
    text = page.locator("h1").evaluate("(heading) => getComputedStyle(heading).color")
    assert contrast(text, "rgb(255, 255, 255)") >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two CSS colours, from 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_axe_finds_none_without_scripts_or_in_an_empty_library(browser: Browser, demo: Path, robin: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        assert CliRunner().invoke(main, ["--library", str(library), "init"]).exit_code == 0
        for held, paths in (
            (library, ("/", "/coverage", "/themes")),
            (demo, (f"/reports/{robin}/pages/6?q=neglect", "/?q=neglect")),
        ):
            made = create_app(held)
            with served(made) as at:
                visitor = Visitor(browser, at)
                visitor.page.route("**/*js?v=*", lambda route: route.abort())  # axe itself needs scripts
                for path in paths:
                    assert barriers(visitor.go(path), {"type": "tag", "values": WCAG}) == []
                visitor.close()
            made.extensions["pool"].close()


@pytest.mark.parametrize(
    ("spoil", "title"),
    [
        (not_built, "The reports are not ready to be searched"),
        (other_version, "The reports have to be prepared again"),
        (damaged, "Something is wrong with the stored reports"),
    ],
)
def test_axe_finds_none_where_the_library_cannot_be_searched(
    browser: Browser, demo: Path, tmp_path: Path, spoil: Callable[[Path], None], title: str
) -> None:
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    spoil(library)
    made = create_app(library)
    with served(made) as at:
        visitor = Visitor(browser, at)
        found = [("search", each) for each in looked_at(visitor, visitor.go("/?q=neglect"))]
        expect(visitor.page.get_by_role("heading", name=title)).to_be_visible()
        with writing(library):
            page = visitor.go("/status")
            expect(page.get_by_text("No; an update is running")).to_be_visible()
            found += [("status", each) for each in looked_at(visitor, page)]
        visitor.close()
    made.extensions["pool"].close()
    assert found == []


def test_dark_mode_is_dark_and_marks_stay_visible(visit: Visit) -> None:
    page = visit("dark").go("/?q=neglect")
    red, green, blue = map(
        int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
    )
    assert max(red, green, blue) < 60
    assert page.evaluate("getComputedStyle(document.querySelector('mark')).backgroundColor") == "rgb(255, 221, 0)"


@pytest.mark.parametrize("name", ["trends", "concordance"])
def test_the_choices_of_a_form_for_analysts_are_on_one_line_and_both_years_are_on_a_phone(
    visit: Visit, name: str
) -> None:
    def heights(mode: str, *fields: str, **more: Any) -> set[float]:
        page = visit(mode, **more).go(f"/{name}?q=neglect")
        return {page.locator(f"#{field}").evaluate("(field) => field.getBoundingClientRect().y") for field in fields}

    first = "by" if name == "trends" else "sort"
    assert len(heights("plain", first, "board", "from", "to", viewport={"width": 1280, "height": 800})) == 1
    assert len(heights("phone", "from", "to")) == 1


def test_a_word_and_its_figures_are_on_one_line(visit: Visit) -> None:
    row = visit("plain").go("/terms?q=neglect").locator(".r-keywords tbody tr").first
    ends = row.evaluate("""row => [row.querySelector("a"), ...row.querySelectorAll("td")].map(each => {
        const range = document.createRange();
        range.selectNodeContents(each);
        return range.getBoundingClientRect().bottom;
    })""")
    assert max(ends) - min(ends) < 2


def test_what_has_to_be_typed_breaks_only_at_spaces_on_a_phone(visit: Visit) -> None:
    page = visit("phone").go("/help")
    words = page.locator("th .r-word")
    assert "-dental" in words.all_text_contents()
    broken = "all => all.filter(each => each.getClientRects().length > 1).map(each => each.textContent)"
    for width in range(320, 430, 5):
        page.set_viewport_size({"width": width, "height": 800})
        assert words.evaluate_all(broken) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.mark.parametrize("mode", ["plain", "dark"])
def test_a_button_that_is_not_green_has_an_edge_so_that_it_does_not_look_switched_off(visit: Visit, mode: str) -> None:
    button = visit(mode).go("/?q=neglect").get_by_role("button", name="Apply")
    edge, words = button.evaluate("each => [getComputedStyle(each).borderTopColor, getComputedStyle(each).color]")
    assert edge == words


def test_a_printed_page_has_the_results_with_their_citations(visit: Visit, robin: str) -> None:
    visitor = visit()
    for path, count in (("/?q=neglect", 5), (f"/reports/{robin}?q=neglect", 10)):
        page = visitor.go(path)
        page.emulate_media(media="print")
        for hidden in (".govuk-template__header", ".r-side", ".r-search", ".r-copy", ".r-footer"):
            for each in page.locator(hidden).all():
                expect(each).not_to_be_visible()
        shown = [each for each in page.locator(".r-citation").all() if each.is_visible()]
        assert len(shown) >= count, "each passage is printed with its citation"
        alone = re.search(r"^[ ·]*·[ ·]*$", page.locator("main").inner_text(), re.MULTILINE)
        assert alone is None, "a separator is printed without its links"
        page.emulate_media(media="screen")


def test_each_printed_page_has_title_and_citation_and_none_is_half_blank(visit: Visit, robin: str) -> None:
    visitor = visit()
    for path, running in (
        ("/?q=child&view=passages", "child – "),
        (
            f"/reports/{robin[:16]}?q=child",
            "(2022) Local Child Safeguarding Practice Review: Child Robin – Overview Report",
        ),
        (
            f"/reports/{robin[:16]}/pages/5",
            "(2022) Local Child Safeguarding Practice Review: Child Robin – Overview Report",
        ),
    ):
        document = pypdf.PdfReader(io.BytesIO(visitor.go(path).pdf(format="A4")))
        lines: list[list[float]] = []
        for page in document.pages:
            ends: list[float] = []

            def note(said: str, ctm: Any, tm: Any, font: Any, size: Any, ends: list[float] = ends) -> None:
                if said.strip():
                    ends.append(ctm[5] + tm[5] * ctm[3])

            text = page.extract_text(visitor_text=note)
            assert running in " ".join(text.split()), path
            lines.append(ends)
        assert len(lines) > 1
        height = float(document.pages[0].mediabox.height)
        for ends in lines[:-1]:
            assert min(ends) < 0.3 * height, f"{path}: a page is half blank"


def test_every_mark_on_the_page_of_the_pdf_lies_on_its_word(visit: Visit, robin: str) -> None:
    """The viewer's marks are compared with the image that PDFium drew: they cover the same part of the page."""
    visitor = visit()
    page = visitor.go(f"/reports/{robin}/pages/6?q=neglect")
    page.wait_for_selector("#viewer[data-shown=pdf]")
    box = page.locator("#viewer").bounding_box()
    assert box is not None
    marks = [each.bounding_box() for each in page.locator(".r-drawn-mark").all()]
    assert len(marks) == 8
    yellow = page.evaluate(
        """async (address) => {
            const image = new Image(); image.src = address; await image.decode();
            const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height;
            const context = canvas.getContext("2d"); context.drawImage(image, 0, 0);
            const data = context.getImageData(0, 0, image.width, image.height).data; const found = [];
            for (let at = 0; at < data.length; at += 4)
              if (data[at] === 255 && data[at + 1] === 221 && data[at + 2] === 0)
                found.push([(at / 4) % image.width / image.width, Math.floor(at / 4 / image.width) / image.height]);
            return found; }""",
        f"/reports/{robin}/pages/6/picture.png?q=neglect",
    )
    assert len(yellow) > 1_000
    slack = 4 / box["width"]
    inside = sum(
        any(
            mark is not None
            and mark["x"] - box["x"] - slack * box["width"]
            <= x * box["width"]
            <= mark["x"] - box["x"] + mark["width"] + slack * box["width"]
            and mark["y"] - box["y"] - slack * box["width"]
            <= y * box["height"]
            <= mark["y"] - box["y"] + mark["height"] + slack * box["width"]
            for mark in marks
        )
        for x, y in yellow
    )
    assert inside > 0.97 * len(yellow), f"{inside} of {len(yellow)}"
