"""The facts open below their signal, close again, and have a page without JavaScript."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import OVERFLOWING, violations

CODES = ("S01", "S09", "S12", "S19", "S24")


def signals_of(site: Site) -> str:
    return f"{site.url}{site.worst.get_absolute_url()}?signals=all"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_facts_open_below_their_signal_and_close_again(
    page: Page, site: Site, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    site.log_in(page, "ana")
    page.goto(signals_of(site), wait_until="networkidle")
    link, place = page.locator('[aria-controls="facts-S01"]'), page.locator("#facts-S01")
    expect(place).to_be_hidden()
    link.click()
    place.get_by_text("3 people active in 28 days / 8 seats").wait_for()
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(place.locator("tbody tr")).to_have_count(6)
    expect(page).to_have_url(signals_of(site))
    for code in CODES[1:]:
        page.locator(f'[aria-controls="facts-{code}"]').click()
        page.locator(f"#facts-{code} .hs-evidence-sum").wait_for()
    assert violations(page) == []
    link.click()
    expect(place).to_be_hidden()
    expect(link).to_have_attribute("aria-expanded", "false")
    link.click()
    place.get_by_text("3 people active in 28 days / 8 seats").wait_for()


def test_a_narrow_screen_shows_them_without_scrolling_sideways(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    site.log_in(page, "ana")
    page.goto(signals_of(site), wait_until="networkidle")
    for code in CODES:
        page.locator(f'[aria-controls="facts-{code}"]').click()
        page.locator(f"#facts-{code} .hs-evidence-sum").wait_for()
    assert page.evaluate(OVERFLOWING) == []
    for code in CODES:
        page.goto(f"{site.url}{site.worst.get_absolute_url()}signals/{code}/")
        assert page.evaluate(OVERFLOWING) == []
        assert violations(page) == []


def test_without_javascript_the_link_leads_to_a_page(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "ana")
    page.goto(signals_of(site))
    page.locator('[aria-controls="facts-S01"]').click()
    page.wait_for_url("**/signals/S01/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Seats in use")
    expect(page.get_by_text("3 people active in 28 days / 8 seats")).to_be_visible()
    context.close()
