"""An override in a browser: given in a dialog, shown beside the score, withdrawn."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import OVERFLOWING, violations

REASON = "The new champion starts on Monday; two more groups asked for seats. " * 3


def fill(page: Page, *, points: str) -> None:
    page.get_by_label("Points").fill(points)
    page.get_by_role("textbox", name="Why").fill(REASON)
    page.get_by_role("button", name="Set override").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_given_shown_and_withdrawn(
    page: Page, site: Site, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    site.log_in(page, "ana")
    page.goto(f"{site.url}{site.worst.get_absolute_url()}", wait_until="networkidle")
    page.get_by_role("link", name="Override…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("#override-points")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("link", name="Override…").click()
    fill(page, points="8")
    shown = page.locator("#standing-override")
    shown.get_by_text("with Ana’s +8:").wait_for()
    expect(shown).to_contain_text(REASON.strip())
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload(wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.evaluate(OVERFLOWING)
    page.get_by_role("button", name="Withdraw").click()
    shown.wait_for(state="detached")
    expect(page.locator("#overrides")).to_contain_text("withdrawn")


def test_a_mistake_is_corrected_where_it_was_made(browser: Browser, site: Site) -> None:
    """In a context of its own: the console tells of every answer that refuses something."""
    for has_script in (True, False):
        context = browser.new_context(java_script_enabled=has_script)
        page = context.new_page()
        site.log_in(page, "ana")
        page.goto(f"{site.url}{site.worst.get_absolute_url()}")
        page.get_by_role("link", name="Override…").click()
        fill(page, points="22")
        page.get_by_text("At most 15 points up or down.").wait_for()
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.get_by_role("textbox", name="Why")).to_have_value(REASON)
        page.get_by_label("Points").fill("-4")
        page.get_by_role("button", name="Set override").click()
        page.get_by_text("with Ana’s −4:").wait_for()
        page.get_by_role("button", name="Withdraw").click()
        page.locator("#standing-override").wait_for(state="detached")
        context.close()
