"""My day by keyboard alone: an item done and undone, put off, and a task out of it."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.models import User
from metrics.models import Mark, Note, Task
from tests.browser.conftest import Site
from tests.browser.test_pages import OVERFLOWING, opened, violations
from tests.views.days import make_flag, make_flagged

TABS = 60
CALLED = """() => {
  const at = document.activeElement;
  return at.getAttribute('aria-label') || at.textContent.trim();
}"""
COUNT = ".hs-nav .hs-day-count"


@pytest.fixture
def full(site: Site) -> Site:
    """Two more items in Ana's day."""
    ana = User.objects.get(name="Ana")
    make_flagged(site.run, ana, "Pemberton Insurance", make_flag("R2"), make_flag("red", since=4))
    make_flagged(site.run, ana, "Redmayne Motors", make_flag("plateau", since=2), arr=9_000)
    return site


def tab_to(page: Page, name: str) -> None:
    """Tab until what has the focus is called so."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate(CALLED).startswith(name):
            return
    raise AssertionError(f"no Tab leads to {name!r}")


def acts(page: Page) -> list[str]:
    """What stands in the list now."""
    return shown(page).all_inner_texts()


def shown(page: Page) -> Locator:
    """The acts from top to bottom."""
    return page.locator(".hs-day-act")


def test_the_day_by_keyboard_alone(page: Page, full: Site) -> None:
    page.emulate_media(reduced_motion="reduce")
    full.log_in(page, "ana")
    tab_to(page, "My day")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{full.url}/day/")
    before = acts(page)
    assert before[0] == "Ask Pemberton Insurance who follows the champion"
    # it comes with a request of its own
    expect(page.locator(COUNT)).to_have_text(str(len(before)))

    tab_to(page, "Done: Ask Pemberton")
    page.keyboard.press("Enter")
    page.locator(".hs-toast", has_text="Done: Ask Pemberton").wait_for()
    expect(shown(page)).to_have_text(before[1:])
    expect(page.locator(COUNT)).to_have_text(str(len(before) - 1))
    # the next item has come to its place, and the focus with it
    expect(page.locator("#done-1")).to_be_focused()
    tab_to(page, "Undo: Pemberton Insurance")
    page.keyboard.press("Enter")
    page.locator(".hs-toast", has_text="It is back in the list").wait_for()
    expect(shown(page)).to_have_text(before)

    page.locator("#done-1").focus()
    tab_to(page, "Snooze: Ask Pemberton")
    page.keyboard.press("Enter")
    tab_to(page, "Next week")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Snoozed").wait_for()
    expect(shown(page)).to_have_text(before[1:])
    assert Mark.objects.standing().get(code="R2").until is not None


def test_a_task_out_of_an_item_by_keyboard_alone(page: Page, full: Site) -> None:
    full.log_in(page, "ana")
    opened(page, f"{full.url}/day/")
    tab_to(page, "Task: Ask Pemberton")
    page.keyboard.press("Enter")
    page.locator(".hs-day-task").wait_for()
    expect(page.locator("#task-title")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="My tasks").wait_for()
    task = Task.objects.get()
    assert (task.title, task.code) == ("Ask Pemberton Insurance who follows the champion", "R2")
    tab_to(page, "Done: Ask Pemberton Insurance who follows the champion")
    page.get_by_role("checkbox", name="Done: Ask Pemberton").focus()
    page.keyboard.press("Space")
    page.get_by_role("heading", name="My tasks").wait_for(state="detached")
    task.refresh_from_db()
    assert task.done_by == User.objects.get(name="Ana")


def test_notes_and_tasks_of_an_account_by_keyboard_alone(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    opened(page, f"{site.url}{site.worst.get_absolute_url()}")
    page.locator("[data-unfold=new-note]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("They try a rival tool.")
    page.keyboard.press("Enter")
    page.keyboard.type("Call on Monday.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".hs-note-text").wait_for()
    assert Note.objects.get().text == "They try a rival tool.\nCall on Monday."
    page.locator("[data-unfold=new-task]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#task-title")).to_be_focused()
    page.keyboard.type("Name a new champion")
    page.keyboard.press("Enter")
    page.locator(".hs-task-title").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Remove: Name a new champion").focus()
    page.keyboard.press("Enter")
    page.locator(".hs-task-title").wait_for(state="detached")
    page.get_by_role("button", name="Undo").last.click()
    page.locator(".hs-task-title").wait_for()
    assert Task.objects.open().count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_day_passes_axe_and_fits_a_narrow_screen(
    page: Page, full: Site, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    full.log_in(page, "ada")
    opened(page, f"{full.url}/day/")
    assert violations(page) == []
    page.locator("#snooze-1").click()
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.evaluate(OVERFLOWING)


def test_the_day_works_without_javascript(browser: Browser, full: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    full.log_in(page, "ana")
    page.goto(f"{full.url}/day/")
    before = acts(page)
    page.locator("#done-1").click()
    page.wait_for_url(f"{full.url}/day/")
    expect(shown(page)).to_have_text(before[1:])
    page.locator(".hs-toast").get_by_role("button", name="Undo").click()
    expect(shown(page)).to_have_text(before)
    page.locator("#task-1").click()
    page.get_by_role("button", name="Add task").click()
    expect(page.get_by_role("heading", name="My tasks")).to_have_count(1)
    page.goto(f"{full.url}{full.worst.get_absolute_url()}")
    page.get_by_role("link", name="Note").click()
    page.get_by_label("Note", exact=True).fill("Remember")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".hs-note-text")).to_have_text("Remember")
    context.close()
