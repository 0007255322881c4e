"""The import wizard in a real browser, with the keyboard alone; its steps pass axe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from metrics import ingest
from metrics.models import Batch
from tests.browser.conftest import HOSTILE, Site
from tests.browser.test_pages import OVERFLOWING, THEMES, violations

ROWS = ["Account ID;Company;Seats", "X-1;Quarry Foods;12", "X-2;;3", f"X-3;{HOSTILE};many"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Somebody else's headings, one good row and two bad ones."""
    path = tmp_path / "crm <b>export.csv"
    path.write_text("\n".join(ROWS), encoding="cp1252")
    return path


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the focus is on what is called so."""
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(document.activeElement.getAttribute('aria-label') ||"
            " document.activeElement.innerText || '').trim()"
        )
        if found == name:
            return
    raise AssertionError(f"{name} is not reached")


def picture(page: Page, name: str) -> None:
    """Kept where HEALTHSCORE_PICTURES names a folder."""
    folder = os.environ.get("HEALTHSCORE_PICTURES")
    if not folder:
        return
    for theme in THEMES:
        for width in (1440, 390):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}-{theme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def look_closely(page: Page, name: str) -> None:
    """axe in both themes, and nothing that scrolls sideways on a narrow screen."""
    picture(page, name)
    page.emulate_media(reduced_motion="reduce")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert (page.evaluate(OVERFLOWING) if width > 390 else []) == []
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_file_goes_all_the_way_and_back_by_keyboard(page: Page, site: Site, file: Path) -> None:
    site.log_in(page, "ada")
    page.goto(f"{site.url}/imports/")
    look_closely(page, "imports-empty")
    tab_to(page, "New import")
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/new/")
    look_closely(page, "imports-new")
    tab_to(page, "Import accounts and contracts")
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/new/accounts/")
    look_closely(page, "imports-source")
    page.get_by_label("CSV file, at most 50 MB").set_input_files(file)
    tab_to(page, "Upload")
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/files/*/")
    expect(page.get_by_label("Column for External id")).to_have_value("h0")
    look_closely(page, "imports-columns")
    tab_to(page, "Check the file")
    page.keyboard.press("Enter")
    page.get_by_text("Waiting for a worker").wait_for()
    look_closely(page, "imports-progress")
    ingest.work_uploads()
    page.get_by_text("1 row would go in.").wait_for()
    expect(page.get_by_text("a new account needs a name")).to_have_count(1)
    look_closely(page, "imports-checked")
    tab_to(page, "Apply")
    page.keyboard.press("Enter")
    page.get_by_text("The file is being imported.").wait_for()
    ingest.work_uploads()
    page.wait_for_url("**/imports/*/", timeout=10_000)
    page.get_by_text("1 row went in.").wait_for()
    assert Account.objects.filter(name="Quarry Foods").exists()
    look_closely(page, "imports-report")
    tab_to(page, "Undo…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    tab_to(page, "Undo import")
    page.keyboard.press("Enter")
    page.get_by_text("it waits while a night is being calculated").wait_for()
    ingest.work_uploads()
    page.get_by_text("It is undone.").wait_for()
    assert not Account.objects.filter(name="Quarry Foods").exists()
    assert Batch.objects.get().state == "undone"
    page.goto(f"{site.url}/imports/")
    look_closely(page, "imports-list")


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    page: Page, site: Site, tmp_path: Path
) -> None:
    site.log_in(page, "ada")
    page.goto(f"{site.url}/imports/new/usage/")
    large = tmp_path / "large.csv"
    with large.open("wb") as stream:
        stream.truncate(51_000_000)
    page.get_by_label("CSV file, at most 50 MB").set_input_files(large)
    expect(page.locator("#file-problem")).to_have_text("51 MB; at most 50 MB are taken.")
    page.get_by_role("button", name="Upload").click()
    assert page.url.endswith("/imports/new/usage/")
