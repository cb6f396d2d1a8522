"""In a real browser: what is on the first screen, one form, back and forth, and filters on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.reviews.web.browser import Visit

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 375, "height": 667}}
BOARD = "Wendlemere Safeguarding Children Board"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("asked", ["neglect&view=passages", "missed+appointments&view=passages", "missed+appointments"])
def test_the_first_passage_is_on_the_first_screen(visit: Visit, size: str, asked: str) -> None:
    page = visit(viewport=SIZES[size]).go(f"/?q={asked}")
    mark = page.locator("blockquote mark").first.bounding_box()
    assert mark is not None
    assert mark["y"] + mark["height"] <= SIZES[size]["height"]
    assert page.evaluate("scrollY") == 0
    assert not page.locator(".r-also[open]").count(), "the box of other forms is closed"


def test_on_a_phone_the_menu_is_one_line_and_the_filters_are_behind_one_button(visit: Visit) -> None:
    page = visit("without scripts", viewport=SIZES["phone"]).go("/?q=neglect")
    header = page.locator("header").bounding_box()
    assert header is not None
    assert header["height"] < 60
    for closed, button in (("Themes", "Menu"), ("Apply", "Filters and order")):
        hidden = page.get_by_text(closed, exact=True)
        expect(hidden).to_be_hidden()
        page.locator("summary").get_by_text(button).click()
        expect(hidden).to_be_visible()


def in_sight(page: Page) -> bool:
    """Return whether the button is currently visible on the screen."""
    return bool(
        page.get_by_role("button", name="Apply").evaluate(
            "each => { const box = each.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
        )
    )


@pytest.mark.parametrize("size", SIZES)
def test_the_button_that_applies_filters_is_always_in_sight(visit: Visit, size: str) -> None:
    page = visit(viewport=SIZES[size]).go("/?q=neglect")
    if size == "phone":
        page.locator("summary").get_by_text("Filters and order").click()
    boxes = page.locator(".r-facet input[type=checkbox]:visible")
    for each in (boxes.first, boxes.nth(boxes.count() // 2), boxes.last):
        each.scroll_into_view_if_needed()
        each.check()
        assert in_sight(page)


@pytest.mark.parametrize("mode", ["plain", "without scripts"])
def test_a_new_word_keeps_the_filters_and_the_back_button_keeps_everything(visit: Visit, mode: str) -> None:
    page = visit(mode).go("/")
    page.get_by_label("Words to look for").fill("school")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("link", name="Passages")).to_have_attribute("aria-current", "page")
    page.get_by_label(BOARD).check()
    page.get_by_label("Order").select_option("newest")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("link", name="Remove the filter")).to_be_visible()
    page.get_by_label("Words to look for").fill("child")
    page.get_by_label("Words to look for").press("Enter")
    page.wait_for_url(re.compile("q=child"))
    expect(page.get_by_label(BOARD)).to_be_checked()
    expect(page.get_by_label("Order")).to_have_value("newest")
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url(re.compile("page=2"))
    left = page.url
    page.locator(".r-place a").first.click()
    page.wait_for_url(re.compile("/reports/"))
    page.get_by_role("link", name="Back to the results").click()
    page.wait_for_url(left)
    page.locator(".r-place a").first.click()
    page.wait_for_url(re.compile("/reports/"))
    page.go_back()
    assert page.url == left
    expect(page.get_by_label(BOARD)).to_be_checked()


def test_part_of_a_name_narrows_a_long_list_of_boards(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.web.facets.MANY", 2)
    page = visit().go("/?q=neglect")
    box = page.get_by_label("Type part of a name: Board")
    box.fill("WENDLE")
    expect(page.get_by_label(BOARD)).to_be_visible()
    expect(page.get_by_label("Fernshire")).to_be_hidden()
    box.fill("")
    expect(page.get_by_label("Fernshire")).to_be_visible()
    expect(visit("without scripts").go("/?q=neglect").locator("[data-narrows]").first).to_be_hidden()


def test_suggestions_appear_as_one_types_and_are_chosen_with_the_keyboard(visit: Visit) -> None:
    visitor = visit()
    page = visitor.go("/")
    box = page.get_by_role("combobox", name="Words to look for")
    box.press_sequentially("wend")
    expect(page.get_by_role("option").first).to_contain_text(f"{BOARD} board, ")
    box.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    page.wait_for_url(re.compile("q=board"))
    page = visitor.go("/")
    recent = page.get_by_role("region", name="Your recent searches")
    expect(recent.get_by_role("link")).to_have_text(f'board:"{BOARD}"')
    recent.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 reports")
    page = visitor.go("/")
    page.get_by_role("button", name="Clear").click()
    expect(recent).to_be_hidden()
    visitor.go("/")
    expect(recent).to_be_hidden()


def test_without_scripts_suggestions_are_a_list_of_links(visit: Visit) -> None:
    page = visit("without scripts").go("/?q=nosuchword&child=Child+Robin")
    page.get_by_label("Words to look for").fill("profess")
    page.get_by_role("button", name="Suggest words").click()
    page.get_by_role("link", name="Professional curiosity").click()
    expect(page.get_by_role("link", name="Remove the filter Child Robin")).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()


@pytest.mark.parametrize("asked", ["why+was+the+child+not+brought+to+the+appointments", "a+mother+who+was+not+seen"])
def test_a_sentence_has_its_first_passage_on_the_first_screen_of_a_phone(visit: Visit, asked: str) -> None:
    page = visit(viewport=SIZES["phone"]).go(f"/?q={asked}&view=passages")
    first = page.locator(".r-place").first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] <= SIZES["phone"]["height"]


def test_on_a_phone_the_filters_of_recommendations_are_behind_one_button(visit: Visit) -> None:
    page = visit("without scripts", viewport=SIZES["phone"]).go("/recommendations?q=neglect")
    quote = page.locator("blockquote mark").first.bounding_box()
    assert quote is not None
    assert quote["y"] + quote["height"] <= SIZES["phone"]["height"]
    expect(page.get_by_label("Board")).to_be_hidden()
    page.locator("summary").get_by_text("Filters").click()
    page.get_by_label("Board").select_option(BOARD)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("summary").get_by_text("Filters (1 in use)")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_what_was_counted_is_in_sight_after_the_button(visit: Visit, size: str) -> None:
    page = visit(viewport=SIZES[size]).go("/trends")
    page.get_by_label("Words or theme to count").fill("neglect")
    page.get_by_role("button", name="Count").click()
    heading = page.get_by_role("heading", name="Share of reports").bounding_box()
    assert heading is not None
    assert 0 <= heading["y"] < SIZES[size]["height"] / 2
