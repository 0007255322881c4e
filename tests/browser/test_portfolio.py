"""The portfolio by keyboard alone, and without JavaScript; the quadrant's marks as links."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Account
from metrics.models import Deed, SavedView
from tests.browser.conftest import HOSTILE, Site
from tests.browser.test_pages import violations


def focus(page: Page) -> str:
    """What has the focus: its id, or its accessible name."""
    found: str = page.evaluate(
        "(({ id, ariaLabel, textContent }) => id || ariaLabel || textContent.trim())"
        "(document.activeElement)"
    )
    return found


def tab_to(page: Page, wanted: str, *, key: str = "Tab", most: int = 120) -> None:
    """Presses Tab until `wanted` has the focus."""
    for _ in range(most):
        page.keyboard.press(key)
        if focus(page) == wanted:
            return
    pytest.fail(f"{wanted} is not reached by {key}; the focus is on {focus(page)}")


def test_the_main_path_by_keyboard_alone(page: Page, site: Site) -> None:
    """Filter, columns, save the view, select, tag, undo, open the account."""
    site.log_in(page, "ana")
    page.keyboard.press("Tab")
    assert focus(page) == "Skip to content"
    page.keyboard.press("Enter")
    tab_to(page, "filter-name")
    page.keyboard.type("kestrel")
    page.wait_for_url("**/?*q=kestrel*")
    expect(page.locator("td.hs-name a")).to_have_count(1)
    tab_to(page, "columns")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    tab_to(page, "Show columns")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*col=*")
    assert "col=7d" not in page.url
    assert "q=kestrel" in page.url
    tab_to(page, "view-save", key="Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Kestrels")
    page.keyboard.press("Enter")
    page.get_by_text("View “Kestrels” saved, only you see it").wait_for()
    assert SavedView.objects.get().query.startswith("q=kestrel&col=")
    expect(page.locator('.hs-tabs [aria-current="page"]')).to_have_text("Kestrels")
    tab_to(page, "Select Kestrel Robotics")
    page.keyboard.press("Space")
    expect(page.locator("[data-selected]")).to_have_text("1 selected")
    expect(page.locator("#filter-name")).to_be_hidden()
    page.keyboard.press("Enter")
    assert focus(page) == "bulk-tag"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Pilot")
    page.keyboard.press("Enter")
    page.get_by_text("Tag “Pilot” put on 1 account").wait_for()
    assert Account.objects.get(name="Kestrel Robotics").tags == ["Pilot"]
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Undone for 1 account").wait_for()
    assert Account.objects.get(name="Kestrel Robotics").tags == []
    assert Deed.objects.get().undone_at is not None
    assert "q=kestrel" in page.url
    tab_to(page, "Kestrel Robotics")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/*/")


def test_selecting_moves_nothing_and_ranges_go_by_shift(page: Page, site: Site) -> None:
    site.log_in(page, "ada")
    before = page.locator(".hs-portfolio").bounding_box()
    boxes = page.locator('[name="account"]')
    boxes.first.check()
    assert page.locator(".hs-portfolio").bounding_box() == before
    boxes.last.click(modifiers=["Shift"])
    count = boxes.count()
    expect(page.locator("[data-selected]")).to_have_text(f"{count} selected")
    expect(page.get_by_label("Select all on this page")).to_be_checked()
    assert violations(page) == []
    page.get_by_label("that match").check()
    expect(page.locator("[data-selected]")).to_have_text("All selected")
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator("#filter-name")).to_be_visible()
    expect(page.locator('[name="account"]:checked')).to_have_count(0)


@pytest.mark.parametrize("panel", ["filter-dimension", "filter-more", "columns", "view-save"])
def test_open_panels_pass_axe(page: Page, site: Site, panel: str) -> None:
    site.log_in(page, "ada")
    page.locator(f"#{panel}").click()
    expect(page.locator(f"details[open] > #{panel}")).to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert focus(page) == panel


def test_more_filters_leave_no_empty_parameters(page: Page, site: Site) -> None:
    site.log_in(page, "ada")
    page.locator("#filter-more").click()
    page.get_by_label("ARR from").fill("1000")
    page.locator("details[open]").get_by_role("button", name="Show accounts").click()
    page.wait_for_url(f"{site.url}/?arr_min=1000")
    expect(page.locator("#filter-arr")).to_have_text(re.compile(r"^\s*ARR\s*from\s*1\.0k\s*$"))


def test_it_works_without_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "ada")
    page.locator("#columns").click()
    page.get_by_role("checkbox", name="Main cause").uncheck()
    page.get_by_role("button", name="Show columns").click()
    expect(page.locator("thead")).not_to_contain_text("Main cause")
    page.get_by_label("Select Kestrel Robotics").check()
    page.locator("#bulk-owner").click()
    page.locator("#bulk-owner-input").select_option(label="Ben")
    page.get_by_role("button", name="Assign owner").click()
    page.get_by_text("Ben looks after 1 account now").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone for 1 account").wait_for()
    assert str(Account.objects.get(name="Kestrel Robotics").owner) == "Ana"
    context.close()


def test_a_mark_of_the_quadrant_opens_its_account(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(f"{site.url}/", wait_until="networkidle")
    assert not [url for url in requested if "plotly" in url]
    page.get_by_role("link", name="Quadrant").click()
    mark = page.locator(".hs-quadrant .points path").first
    mark.wait_for()
    mark.scroll_into_view_if_needed()
    expect(page.locator('a[href^="https://example.com"]')).to_have_count(0)
    box = mark.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(".hoverlayer .hovertext").wait_for()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/accounts/*/")
    page.go_back()
    page.locator("#quadrant-data").click()
    expect(page.locator(".hs-data").get_by_text(HOSTILE, exact=True)).to_have_count(1)
    assert violations(page) == []


def test_keys_go_from_mark_to_mark_of_the_quadrant_and_open_an_account(
    page: Page, site: Site
) -> None:
    site.log_in(page, "ana")
    page.goto(f"{site.url}/?show=quadrant", wait_until="networkidle")
    page.locator(".hs-quadrant .points path").first.wait_for()
    tab_to(page, page.locator(".hs-quadrant").get_attribute("aria-label") or "")
    said = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "End"):
        page.keyboard.press(key)
        said.append(page.locator("[data-mark]").text_content() or "")
    scores = [float(each.rsplit(": score ", 1)[1].split(",")[0]) for each in said]
    assert scores[0] <= scores[1]
    assert said[0] != said[1]
    assert said[2:] == [said[0]] * 3
    page.locator(".hoverlayer .hovertext").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/*/")
    expect(page.locator("h1")).to_have_text(said[0].rsplit(": score ", 1)[0])


def test_on_a_phone_accounts_are_selected_and_tagged(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}/", wait_until="networkidle")
    boxes = page.locator('.hs-portfolio [name="account"]')
    expect(boxes.first).to_be_hidden()
    page.get_by_label("Select accounts").check()
    boxes.first.check()
    bar = page.locator("#bulk")
    expect(bar).to_be_in_viewport(ratio=1)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#bulk-tag").click()
    page.locator("#bulk-tag-input").fill("Phone")
    page.get_by_role("button", name="Add tag").click()
    page.get_by_text("Tag “Phone” put on 1 account").wait_for()
    assert Account.objects.tagged("Phone").count() == 1


def test_on_a_phone_one_button_shows_the_filters_and_what_is_filtered_by_stays(
    page: Page, site: Site
) -> None:
    site.log_in(page, "ana")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}/", wait_until="networkidle")
    band = page.locator("#filter-band")
    expect(band).to_be_hidden()
    page.locator("#filter-name").focus()
    page.keyboard.press("Tab")
    assert focus(page) == "filtering"
    page.keyboard.press("Space")
    expect(band).to_be_visible()
    assert violations(page) == []
    band.click()
    page.locator(".hs-options").get_by_role("link", name="Red").click()
    page.wait_for_url("**band=red*")
    expect(page.locator("#filter-segment")).to_be_visible()
    page.goto(f"{site.url}/?band=red", wait_until="networkidle")
    expect(page.locator("#filter-band")).to_be_visible()
    expect(page.locator("#filter-segment")).to_be_hidden()


def test_the_quadrant_follows_a_filter(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.goto(f"{site.url}/?show=quadrant", wait_until="networkidle")
    before = page.locator(".hs-quadrant .points path").count()
    page.get_by_label("Filter by name").fill("halden")
    page.wait_for_url("**q=halden*")
    expect(page.locator(".hs-quadrant .points path")).to_have_count(1)
    assert before > 1
