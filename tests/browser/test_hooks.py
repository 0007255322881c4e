"""A webhook made in a real browser with the keyboard alone; its pages pass axe."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from metrics.models import Hook
from tests.browser.conftest import HOSTILE, Site
from tests.browser.test_imports import tab_to
from tests.browser.test_pages import OVERFLOWING, THEMES, violations


def look(page: Page, name: str) -> None:
    """Axe in both themes, nothing sideways on a phone; pictures where a folder is named."""
    folder = os.environ.get("HEALTHSCORE_PICTURES")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.locator(f"html[data-bs-theme={theme}]").wait_for()
        assert (theme, violations(page)) == (theme, [])
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert (page.evaluate(OVERFLOWING) if wide > width else []) == []
            if folder:
                picture = Path(folder) / f"{name}-{theme}-{width}.png"
                page.screenshot(path=picture, full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    page.locator("html[data-bs-theme=light]").wait_for()


def test_a_webhook_is_tried_made_and_given_a_second_secret_by_keyboard(
    page: Page, site: Site
) -> None:
    site.log_in(page, "ada")
    page.goto(f"{site.url}/webhooks/")
    tab_to(page, "Zendesk tickets")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/webhooks/new/zendesk/")
    page.get_by_label("Who delivers to it?").fill(HOSTILE)
    tab_to(page, "Try the body")
    page.keyboard.press("Enter")
    page.get_by_text("What becomes of the body").wait_for()
    expect(page.get_by_role("row", name="external_id 35436", exact=True)).to_be_visible()
    look(page, "webhook-tried")
    tab_to(page, "Make webhook")
    page.keyboard.press("Enter")
    secret = page.get_by_label("Secret to copy")
    secret.wait_for()
    look(page, "webhook-made")
    hook = Hook.objects.get()
    assert hook.live()[0].text() == secret.input_value()
    page.goto(f"{site.url}/webhooks/{hook.pk}/")
    tab_to(page, "Make a second secret")
    page.keyboard.press("Enter")
    secret.wait_for()
    look(page, "webhook-secrets")
    assert len(hook.live()) == 2
    page.goto(f"{site.url}/webhooks/")
    look(page, "webhooks")


def test_who_signs_nothing_is_shown_one_address(page: Page, site: Site) -> None:
    site.log_in(page, "ada")
    page.goto(f"{site.url}/webhooks/new/own/")
    page.get_by_label("What is signed").select_option("address")
    tab_to(page, "Make webhook")
    page.keyboard.press("Enter")
    address = page.get_by_label("Address to copy")
    address.wait_for()
    expect(page.get_by_label("Secret to copy")).to_have_count(0)
    look(page, "webhook-address")
    hook = Hook.objects.get()
    assert address.input_value() == f"{site.url}/hooks/{hook.address}/{hook.live()[0].text()}"
