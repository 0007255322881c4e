"""The frame around every page: jump box, shortcuts, themes, print, help, by keyboard alone."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from tests.browser.conftest import Site
from tests.browser.test_pages import violations

THEMES = ["light", "dark"]
# the page's colour in every frame from the first one on that has something to show
FRAMES = """
window.frames_seen = [];
const look = () => {
  if (document.body) frames_seen.push(getComputedStyle(document.body).backgroundColor);
  if (frames_seen.length < 20) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
DARK = "rgb(16, 18, 22)"


def chosen(page: Page) -> str | None:
    """The line of the list that the box says is chosen."""
    line = page.locator("#jump").get_attribute("aria-activedescendant")
    return page.locator(f"#{line} bdi").first.inner_text() if line else None


@pytest.mark.parametrize("theme", THEMES)
def test_the_jump_box_is_a_combobox(
    page: Page, site: Site, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    site.log_in(page, "ada")
    box = page.locator("#jump")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Control+k")
    page.keyboard.type("el")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("group").locator("visible=true").first).to_be_attached()
    assert chosen(page) == "Kestrel Robotics"
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "Help"
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "Kestrel Robotics"  # around the end
    page.keyboard.press("ArrowUp")
    assert chosen(page) == "Help"
    expect(page.locator("#jump")).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("")
    expect(page.locator("#jump-results")).to_have_text("")
    page.keyboard.press("Control+k")
    page.keyboard.type("runs and")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/runs/")


def test_what_is_not_found_is_said(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    expect(page.locator("#jump-results [role=status]")).to_contain_text("Nothing of this name")
    expect(page.locator("#jump")).to_have_attribute("aria-expanded", "false")
    assert violations(page) == []


def test_without_javascript_the_jump_box_leads_to_a_page(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "ana")
    page.locator("#jump").fill("halden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jump/?q=halden")
    page.get_by_role("link", name="Halden Freight").click()
    page.wait_for_url(f"**{site.worst.get_absolute_url()}")
    expect(page.locator("h1")).to_have_text("Halden Freight")
    context.close()


@pytest.mark.parametrize("theme", THEMES)
def test_shortcuts_are_listed_and_lead_to_pages(
    page: Page, site: Site, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    site.log_in(page, "ada")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Shortcuts")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    page.keyboard.type("gr")  # nothing in a dialog
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    for keys, path in (("gr", "/runs/"), ("gs", "/scorecard/"), ("gp", "/"), ("gm", "/profile/")):
        page.keyboard.type(keys)
        page.wait_for_url(f"{site.url}{path}")
    page.keyboard.type("gx")  # no page has this key
    page.keyboard.press("p")
    expect(page).to_have_url(f"{site.url}/profile/")


def test_shortcuts_rest_while_somebody_types(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.get_by_label("Filter by name").click()
    page.keyboard.type("gr?/")
    expect(page.get_by_label("Filter by name")).to_have_value("gr?/")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_who_wants_no_single_keys_switches_them_off(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.goto(f"{site.url}/profile/")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Save profile").click()
    page.get_by_text("Profile saved").wait_for()
    assert not User.objects.get(name="Ana").shortcuts
    page.keyboard.type("?gr")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(f"{site.url}/profile/")
    page.keyboard.press("Control+k")
    expect(page.locator("#jump")).to_be_focused()


@pytest.mark.parametrize("stored", [None, "dark"])
def test_the_first_frame_is_dark_already(browser: Browser, site: Site, stored: str | None) -> None:
    """By the system, or by what was chosen where the system is light."""
    context = browser.new_context(color_scheme="light" if stored else "dark")
    page = context.new_page()
    page.add_init_script(FRAMES)
    if stored:
        page.add_init_script(f"localStorage.setItem('theme', '{stored}')")
    site.log_in(page, "ana")
    page.goto(f"{site.url}{site.worst.get_absolute_url()}")
    page.wait_for_function("() => frames_seen.length >= 20")
    assert set(page.evaluate("frames_seen")) == {DARK}
    context.close()


def test_paper_is_white_and_without_what_helps_on_a_screen(browser: Browser, site: Site) -> None:
    context = browser.new_context(color_scheme="dark", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    site.log_in(page, "ada")
    for path in ("/", site.worst.get_absolute_url(), "/runs/"):
        page.goto(f"{site.url}{path}", wait_until="networkidle")
        page.emulate_media(media="print")
        for hidden in (".hs-header", ".hs-filters", ".hs-btn", ".hs-tabs", ".hs-pager", "form"):
            assert page.locator(f"{hidden}:visible").count() == 0, (path, hidden)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colour == "rgb(255, 255, 255)"
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.emulate_media(media="null")
        paper = page.pdf(prefer_css_page_size=True)
        sizes = set(re.findall(rb"/MediaBox \[([^\]]+)\]", paper))
        assert {tuple(round(float(x)) for x in size.split()) for size in sizes} == {
            (0, 0, 595, 842)
        }
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")  # as before
    context.close()


def test_a_word_explains_itself(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.goto(f"{site.url}{site.worst.get_absolute_url()}", wait_until="networkidle")
    word = page.locator(".hs-help", has_text="Coverage").first
    word.focus()
    page.keyboard.press("Enter")
    says = page.locator(".hs-help-text:popover-open")
    expect(says).to_contain_text("The share of the score's weight that had data.")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(says).to_have_count(0)
    word.click()
    page.get_by_role("link", name="More about the words").locator("visible=true").click()
    page.wait_for_url("**/help/#coverage")


def test_what_was_done_is_undone_from_its_toast(page: Page, site: Site) -> None:
    site.log_in(page, "ben")
    page.goto(f"{site.url}{site.worst.get_absolute_url()}owner/")
    page.get_by_label("Owner").select_option("Ben")
    page.get_by_role("button", name="Assign owner").click()
    page.get_by_text("Ben looks after Halden Freight now").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Ana looks after Halden Freight again").wait_for()
    site.worst.refresh_from_db()
    assert str(site.worst.owner) == "Ana"


def test_a_user_is_invited_by_keyboard(page: Page, site: Site) -> None:
    site.log_in(page, "ada")
    page.keyboard.type("gu")
    page.wait_for_url(f"{site.url}/users/")
    page.get_by_label("E-mail").focus()
    page.keyboard.type("tom@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("Tom Hale")
    page.keyboard.press("Enter")
    page.get_by_text("Tom Hale is invited").wait_for()
    assert User.objects.get(email="tom@example.com").name == "Tom Hale"
