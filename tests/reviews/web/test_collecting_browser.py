"""From the home page to a Word file in a real browser: by mouse, by keyboard, on a phone and without scripts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import docx
import pytest
from playwright.sync_api import Page, expect

from tests.reviews.web.browser import Visitor, Visitors
from tests.reviews.web.test_browser import looked_at

MODES: dict[str, dict[str, Any]] = {
    "desktop": {},
    "phone": {"viewport": {"width": 375, "height": 667}},
    "without scripts": {"java_script_enabled": False},
    "phone without scripts": {"viewport": {"width": 375, "height": 667}, "java_script_enabled": False},
}
CLICKS = 12

Visit = Callable[..., Visitor]


@pytest.fixture
def visit(visitors: Visitors) -> Iterator[Visit]:
    with visitors.visit() as opened:
        yield opened


def checked(data: bytes, quotations: list[str]) -> None:
    """Check that a Word file has three passages with citation, link and what was searched."""
    told = [each.text for each in docx.Document(io.BytesIO(data)).paragraphs]
    assert len(quotations) == 3
    for words in quotations:
        assert words in told
    assert sum(each.startswith("Source: ") and ", page " in each for each in told) == 3
    assert sum(each.startswith("Passage: http://127.0.0.1:") for each in told) == 3
    assert "Searched 9 of 10 reports." in told


def downloaded(page: Page, act: Callable[[], None]) -> bytes:
    with page.expect_download() as download:
        act()
    assert download.value.suggested_filename == "my-collection.docx"
    return bytes(download.value.path().read_bytes())


@pytest.mark.parametrize("mode", MODES)
def test_three_cited_passages_in_word_in_at_most_twelve_clicks(visit: Visit, mode: str) -> None:
    visitor = visit(**MODES[mode])
    clicks = 0

    def click(target: Any) -> None:
        nonlocal clicks
        clicks += 1
        target.click()

    page = visitor.go("/")
    field = page.locator("input[name=q]").first
    click(field)
    field.fill("neglect")
    click(page.get_by_role("button", name="Search").first)
    for number in range(1, 4):
        click(page.get_by_role("button", name="Save passage").first)
        expect(page.get_by_role("link", name=f"My collection ({number})").first).to_be_visible()
    click(page.get_by_role("link", name="My collection (3)").last)
    expect(page.get_by_role("heading", name="My collection")).to_be_visible()
    quotations = [each.strip() for each in page.locator("blockquote").all_text_contents()]
    data = downloaded(page, lambda: click(page.get_by_role("link", name="Download as Word")))
    checked(data, quotations)
    assert clicks <= CLICKS


@pytest.mark.parametrize("scripts", [True, False])
def test_the_same_with_the_keyboard_alone(visit: Visit, scripts: bool) -> None:
    """This also works without scripts: the page returns to the passage, and Tab continues from there."""
    visitor = visit(java_script_enabled=scripts)
    page = visitor.go("/")

    def reach(wanted: Any) -> None:
        for _ in range(150):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            if focused.count() and wanted(focused):
                return
        raise AssertionError("not reached with the keyboard")

    reach(lambda focused: focused.get_attribute("name") == "q")
    page.keyboard.type("neglect")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?**q=neglect**")
    for number in range(1, 4):
        reach(lambda focused: "Save passage" in (focused.text_content() or ""))
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=f"My collection ({number})").first).to_be_visible()
        if not scripts:
            page.wait_for_url("**#s*")
    if scripts:  # the focus is on the link to the collection
        expect(page.locator(":focus")).to_have_text("My collection (3)")
    else:
        reach(lambda focused: focused.text_content() == "My collection (3)")
    page.keyboard.press("Enter")
    page.wait_for_url("**/collections/1**")
    reach(lambda focused: focused.get_attribute("name") == "note")
    page.keyboard.type("For Monday")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your note on passage 3")).to_have_value("For Monday")
    quotations = [each.strip() for each in page.locator("blockquote").all_text_contents()]
    page.goto(page.url.partition("#")[0])
    reach(lambda focused: focused.text_content() == "Download as Word")
    data = downloaded(page, lambda: page.keyboard.press("Enter"))
    checked(data, quotations)
    assert "Note: For Monday" in [each.text for each in docx.Document(io.BytesIO(data)).paragraphs]


def test_a_passage_is_saved_where_it_is_and_announced(visit: Visit, robin: str) -> None:
    page = visit().go(f"/reports/{robin[:16]}/pages/6")
    page.get_by_role("button", name="Save passage paragraph 5.1.1").click()
    expect(page.get_by_role("status")).to_have_text("Saved")
    page.get_by_role("button", name="Remove paragraph 5.1.1").click()
    expect(page.get_by_role("status")).to_have_text("Removed")
    expect(page.get_by_role("button", name="Save passage paragraph 5.1.1")).to_be_visible()
    assert page.url.endswith("/pages/6")


def test_the_page_says_what_the_server_refused(visit: Visit) -> None:
    page = visit().go("/?q=neglect")
    page.locator(".r-save button").first.evaluate("button => { button.value = '0'.repeat(16) + ':1' }")
    page.get_by_role("button", name="Save passage").first.click()
    expect(page.get_by_text("No report has an id")).to_be_visible()


def test_a_collection_is_printed_with_notes_and_without_controls(visit: Visit) -> None:
    page = visit().go("/?q=neglect")
    page.get_by_role("button", name="Save passage").first.click()
    page.get_by_role("link", name="My collection (1)").first.click()
    page.get_by_label("Your note on passage 1").fill("For Monday")
    page.get_by_role("button", name="Save note").click()
    page.evaluate("() => { window.print = () => { document.title = 'printed' } }")
    page.get_by_role("button", name="Print or save as PDF").click()
    assert page.title() == "printed"
    page.emulate_media(media="print")
    expect(page.get_by_text("Note: For Monday")).to_be_visible()
    expect(page.locator("blockquote").first).to_be_visible()
    for hidden in ("Save note", "Rename", "Create"):
        expect(page.get_by_role("button", name=hidden)).to_be_hidden()
    assert len(page.pdf()) > 1_000


def test_axe_finds_nothing_on_the_pages_of_collections(visit: Visit, address: str) -> None:
    visitor = visit()
    found = []
    found += [("empty", each) for each in looked_at(visitor, visitor.go("/collections"))]
    page = visitor.go("/?q=neglect")
    for number in range(1, 4):
        page.get_by_role("button", name="Save passage").first.click()
        expect(page.get_by_role("link", name=f"My collection ({number})").first).to_be_visible()
    found += [("saved", each) for each in looked_at(visitor, page)]
    page = visitor.go("/collections")
    page.get_by_label("Name of a new collection").fill("Training day")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Training day")).to_be_visible()
    for path in (
        "/collections/1",
        "/collections/2",
        "/collections/9",
        "/recommendations?q=school&only=both",
        "/briefing",
        "/briefing?theme=neglect",
        "/briefing?theme=x",
    ):
        found += [(path, each) for each in looked_at(visitor, visitor.go(path))]
    odd = {"report": "0" * 64, "page": 1, "paragraph": "1", "first": 1, "last": 1, "note": "“Gone”"}
    file = {
        "format": "reviews collections",
        "version": 1,
        "collections": [{"key": "1", "name": "Gone", "passages": [odd]}],
    }
    page = visitor.go("/collections")
    page.get_by_label("Import a collection").set_input_files(
        {"name": "c.json", "mimeType": "application/json", "buffer": json.dumps(file).encode()}
    )
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("This report is not in this library")).to_be_visible()
    found += [("gone", each) for each in looked_at(visitor, page)]
    assert found == []
