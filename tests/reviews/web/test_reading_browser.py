"""Reading in a real browser: the bar, moving between mentions with keys, the image that follows, and a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.reviews.web.browser import Visit

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 667}


def place(page: Page, selector: str) -> float:
    """Return the vertical position of an element as a share of the screen height."""
    return float(page.locator(selector).evaluate("each => each.getBoundingClientRect().top / innerHeight"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_keys_lead_from_mention_to_mention_a_third_from_the_top_under_the_bar(
    visit: Visit, robin: str, size: dict[str, int]
) -> None:
    page = visit(viewport=size).go(f"/reports/{robin[:16]}/pages/6?q=neglect&mention=7#m7")
    said = page.locator("[data-mention]")
    expect(said).to_have_text("Mention 7 of 16")
    for number in (8, 9, 10):
        page.keyboard.press("n")
        expect(said).to_have_text(f"Mention {number} of 16")
        bar = page.locator(".r-bar").bounding_box()
        assert bar is not None
        assert bar["y"] == 0, "the bar stays in sight"
        assert bar["height"] < size["height"] / 4
        assert bar["height"] / size["height"] < place(page, f"#m{number}") < 0.6
    page.keyboard.press("p")
    expect(said).to_have_text("Mention 9 of 16")
    assert page.url.endswith("#m9")
    page.get_by_role("link", name="Next mention").click()
    expect(said).to_have_text("Mention 10 of 16")


def test_the_key_leads_on_to_another_part_of_the_report_and_can_be_switched_off(visit: Visit, robin: str) -> None:
    page = visit(viewport=DESKTOP).go(f"/reports/{robin[:16]}/pages/1?q=neglect")
    said = page.locator("[data-mention]")
    seen = []
    for _ in range(3):
        page.keyboard.press("n")
        expect(said).to_have_text(re.compile("^Mention"))
        page.wait_for_load_state()
        seen.append(page.url)
    assert len(set(seen)) == 3
    page.get_by_label("Keys n and p: next and previous mention").uncheck()
    before = page.url
    page.keyboard.press("n")
    page.reload()
    expect(page.get_by_label("Keys n and p")).not_to_be_checked()
    assert page.url == before


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_every_page_opens_where_it_begins(visit: Visit, robin: str, size: dict[str, int]) -> None:
    page = visit(viewport=size).go(f"/reports/{robin[:16]}/pages/4")
    page.get_by_role("link", name="Next page").first.click()
    for _ in range(3):
        number, _, start = page.url.rpartition("/")[2].partition("#")
        assert start
        expect(page.locator("[data-page-now]")).to_have_text(number)
        expect(page.locator(f"#{start}")).to_be_in_viewport()
        page.get_by_role("link", name="Next page").first.click()
        page.wait_for_url(f"**/pages/{int(number) + 1}#*")


def test_an_address_typed_without_a_place_opens_where_the_page_begins(visit: Visit, robin: str) -> None:
    page = visit(viewport=DESKTOP).go(f"/reports/{robin[:16]}/pages/6")
    start = page.locator("[data-start]").get_attribute("href")
    assert start
    assert 0 < place(page, start) < 0.6
    expect(page.locator("[data-page-now]")).to_have_text("6")


def test_the_picture_follows_the_text_and_stays_in_sight(visit: Visit, robin: str) -> None:
    page = visit(viewport=DESKTOP).go(f"/reports/{robin[:16]}/pages/6?q=neglect")
    page.wait_for_selector("#viewer[data-shown=pdf]")
    breaks = page.locator("#text .r-break")
    assert breaks.count() > 1
    last = breaks.last.get_attribute("data-page")
    breaks.last.evaluate("each => each.scrollIntoView({block: 'start'})")
    page.wait_for_selector(f"#viewer[data-page='{last}'][data-shown=pdf]")
    expect(page.locator("[data-page-now]")).to_have_text(str(last))
    assert 0 <= place(page, "#viewer") < 0.5


def test_on_a_phone_one_switch_shows_the_picture_or_the_text(visit: Visit, robin: str) -> None:
    page = visit(viewport=PHONE).go(f"/reports/{robin[:16]}/pages/6?q=neglect")
    expect(page.locator("#picture")).to_be_hidden()
    page.get_by_role("link", name="Picture", exact=True).click()
    expect(page.locator("#text")).to_be_hidden()
    page.wait_for_selector("#viewer[data-shown=pdf]")
    expect(page.locator("#viewer canvas")).to_be_visible()
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.locator("#text")).to_be_visible()
    expect(
        visit("without scripts", viewport=PHONE).go(f"/reports/{robin[:16]}/pages/6").locator("#picture")
    ).to_be_visible()


def test_words_are_found_in_this_report(visit: Visit, robin: str) -> None:
    page = visit("without scripts").go(f"/reports/{robin[:16]}/pages/6?q=neglect&back=%2F%3Fq%3Dneglect%26page%3D1")
    page.get_by_text("Find in this report", exact=True).click()
    page.get_by_role("searchbox", name="Find in this report").fill("grandmother")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="mentions of")).to_be_visible()
    expect(page.get_by_role("link", name="Back to the results")).to_have_attribute("href", "/?q=neglect&page=1")


def test_on_a_phone_the_bar_names_the_report_in_at_most_two_lines(visit: Visit, robin: str) -> None:
    page = visit(viewport=PHONE).go(f"/reports/{robin[:16]}/pages/6?q=neglect&mention=8#m8")
    name = page.locator(".r-bar__report")
    expect(name).to_be_visible()
    box, bar = name.bounding_box(), page.locator(".r-bar").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["height"] < 60
    assert bar["height"] < PHONE["height"] / 4
    lines = """each => { const range = document.createRange(); range.selectNodeContents(each);
        const end = each.getBoundingClientRect().bottom - 1;
        return [...range.getClientRects()].filter(line => line.top < end && line.bottom > end + 2).length; }"""
    name.evaluate("each => { each.textContent = 'Overview report of a child '.repeat(20); }")
    assert name.evaluate(lines) == 0, "no line is cut in half"


def test_the_link_to_the_pdf_is_not_cut_off_under_a_long_picture(visit: Visit, robin: str) -> None:
    page = visit(viewport=DESKTOP).go(f"/reports/{robin[:16]}/pages/6?q=neglect")
    page.wait_for_selector("#viewer[data-shown=pdf]")
    link = page.get_by_role("link", name="Open the PDF at this page").bounding_box()
    picture = page.locator("#viewer").bounding_box()
    assert link is not None
    assert picture is not None
    assert link["y"] + link["height"] <= picture["y"] + 10


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_buttons_of_a_heading_are_nearer_to_it_than_to_the_paragraph_below(
    visit: Visit, robin: str, size: dict[str, int]
) -> None:
    page = visit(viewport=size).go(f"/reports/{robin[:16]}/pages/6?q=neglect")
    tools = page.locator(".r-heading + .r-tools").first
    heading, buttons, below = tools.evaluate(
        "each => [each.previousElementSibling, each, each.nextElementSibling].map(one => one.getBoundingClientRect())"
    )
    assert 0 <= buttons["top"] - heading["bottom"] < below["top"] - buttons["bottom"]
