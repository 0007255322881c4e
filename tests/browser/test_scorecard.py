"""The scorecard in a browser: from a draft to a new version with the keyboard alone; two admins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from metrics.models import Scorecard
from tests.browser.conftest import Site
from tests.browser.test_pages import OVERFLOWING, violations

PICTURES = os.environ.get("HEALTHSCORE_PICTURES")


def picture(page: Page, name: str) -> None:
    """To look at, where somebody asks for pictures."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def draft(page: Page, site: Site) -> None:
    """The default line's, open in the editor."""
    Scorecard.objects.start_draft(Scorecard.objects.live(), by=None)
    site.log_in(page, "ada")
    page.goto(f"{site.url}/scorecard/", wait_until="networkidle")


def test_a_curve_is_bent_previewed_and_published_with_the_keyboard_alone(
    page: Page, site: Site
) -> None:
    draft(page, site)
    page.locator("#signal").focus()
    page.keyboard.type("Weekly")
    expect(page.locator("#curve-plot")).to_have_attribute("data-code", "S05")
    dots = page.locator("#curve-plot [data-dot]")
    count = dots.count()
    points = page.locator("[name='curves.S05.1.points']")
    before = float(points.input_value())
    dots.nth(1).focus()
    with page.expect_response("**/draft/"):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Shift+ArrowUp")
    assert float(points.input_value()) == before + 11
    expect(dots.nth(1)).to_have_attribute("aria-valuenow", f"{before + 11:g}")
    expect(dots.nth(1)).to_be_focused()
    expect(page.locator("#changes")).to_contain_text("Curve of Weekly consistency")
    with page.expect_response("**/draft/"):
        page.keyboard.press("Delete")
    expect(dots).to_have_count(count - 1)
    expect(dots.nth(1)).to_be_focused()
    page.locator("#add-S05").focus()
    with page.expect_response("**/draft/"):
        page.keyboard.press("Enter")
    expect(dots).to_have_count(count)
    expect(page.locator("#add-S05")).to_be_focused()
    expect(page.locator("#preview-said")).not_to_be_empty()
    page.get_by_role("link", name="Publish…").press("Enter")
    page.keyboard.type("Come every week")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Scorecard v2 is live").wait_for()
    assert Scorecard.objects.live().reason == "Come every week"


def test_a_point_that_is_moved_and_then_removed_is_gone_however_slow_the_server(
    page: Page, site: Site
) -> None:
    draft(page, site)
    dots = page.locator("#curve-plot [data-dot]")
    count = dots.count()
    held: list[Route] = []
    page.route("**/draft/", lambda request: held.append(request))
    dots.nth(1).press("ArrowUp")
    page.keyboard.press("Delete")
    page.wait_for_timeout(800)  # longer than the page waits with the preview of what was moved
    page.route("**/draft/", lambda request: request.continue_())
    for request in held:
        request.continue_()
    expect(dots).to_have_count(count - 1)
    expect(dots.nth(1)).to_be_focused()


def test_a_point_is_dragged_and_stays_between_its_neighbours(page: Page, site: Site) -> None:
    draft(page, site)
    dot = page.locator("#curve-plot [data-dot='1']")
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    assert box is not None
    raw = page.locator("[name='curves.S01.1.raw']")
    with page.expect_response("**/draft/"):
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.down()
        page.mouse.move(box["x"] + 15, box["y"] - 20, steps=4)
        page.mouse.move(box["x"] + 900, box["y"] - 40, steps=4)
        page.mouse.up()
    after = float(page.locator("[name='curves.S01.2.raw']").input_value())
    assert float(raw.input_value()) < after
    expect(page.locator("#preview")).to_contain_text("account")


def test_tabs_and_folds_keep_what_was_typed(page: Page, site: Site) -> None:
    draft(page, site)
    page.get_by_label("Engagement in mature, per cent").fill("31")
    page.get_by_role("button", name="Thresholds").press("Enter")
    expect(page.get_by_label("Green from")).to_be_visible()
    expect(page.get_by_label("Engagement in mature, per cent")).to_be_hidden()
    page.get_by_role("button", name="Weights and curves").press("Enter")
    expect(page.get_by_label("Engagement in mature, per cent")).to_have_value("31")
    fold = page.get_by_role("button", name="Signals of Training")
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#signals-training")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_of_the_editor_passes_axe_and_fits(
    page: Page, site: Site, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    draft(page, site)
    page.set_viewport_size({"width": 1440, "height": 900})
    weights = {"engagement": "30", "breadth": "28", "sentiment": "13"}
    for name, value in weights.items():
        page.get_by_label(f"{name.capitalize()} in mature, per cent").fill(value)
    page.locator("#signal").select_option("S07")
    with page.expect_response("**/draft/"):
        page.locator("#find").fill("halden")
    expect(page.locator("#tried")).to_contain_text("The whole line of arithmetic")
    expect(page.locator("#curve-plot")).to_have_attribute("data-code", "S07")
    assert violations(page) == []
    picture(page, f"draft-1440-{theme}")
    for tab in ("Thresholds", "Caps"):
        page.get_by_role("button", name=tab).click()
        assert violations(page) == []
        picture(page, f"{tab.lower()}-1440-{theme}")
    page.get_by_role("button", name="Weights and curves").click()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.evaluate(OVERFLOWING)
    picture(page, f"draft-390-{theme}")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_load_state("networkidle")  # no preview under way while the page goes
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Draft v2 saved").wait_for()
    for path in ("compare/", "import/", "versions/", "1/"):
        page.goto(f"{site.url}/scorecard/{path}", wait_until="networkidle")
        assert violations(page) == []
        picture(page, f"{path.strip('/')}-1440-{theme}")


def test_without_javascript_everything_is_a_button(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    draft(page, site)
    page.locator("#signal").select_option("S07")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Add anchor").click()
    expect(page.locator("#curve-plot [data-dot]")).to_have_count(7)
    page.get_by_role("button", name="Remove anchor 3 of Usage against own normal").click()
    expect(page.locator("#curve-plot [data-dot]")).to_have_count(6)
    page.locator("#find").fill("a")
    page.get_by_role("button", name="Try", exact=True).click()
    page.locator("#tried .hs-offer").first.click()
    expect(page.locator("#tried")).to_contain_text("The whole line of arithmetic")
    expect(page.locator("#curve-plot [data-dot]")).to_have_count(6)
    page.get_by_role("button", name="Thresholds").click()
    page.get_by_label("Green from").fill("77")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Draft v2 saved").wait_for()
    context.close()
    stored = Scorecard.objects.draft()
    assert stored is not None
    assert stored.body["thresholds"]["green_from"] == 77
    assert [-0.4, 10] in stored.body["curves"]["S07"]


def test_two_admins_at_once_lose_nothing(browser: Browser, site: Site) -> None:
    first, second = browser.new_context(), browser.new_context()
    hers, his = first.new_page(), second.new_page()
    draft(hers, site)
    site.log_in(his, "ada")
    his.goto(f"{site.url}/scorecard/", wait_until="networkidle")
    for page, breadth in ((hers, "24"), (his, "26")):
        page.get_by_label("Breadth in mature, per cent").fill(breadth)
        rest = str(56 - int(breadth))
        page.get_by_label("Engagement in mature, per cent").fill(rest)
        page.get_by_role("button", name="Save draft").click()
        saved, refused = page.get_by_text("Draft v2 saved"), page.get_by_role("alert")
        saved.or_(refused).first.wait_for()
    conflict = his.get_by_role("alert")
    expect(conflict).to_contain_text("Somebody else saved this draft while you were editing.")
    rows = [row.inner_text().split("\t") for row in conflict.locator("tbody tr").all()]
    assert rows == [["Engagement in mature, %", "32", "30"], ["Breadth in mature, %", "24", "26"]]
    expect(his.get_by_label("Breadth in mature, per cent")).to_have_value("26")
    his.get_by_role("button", name="Save draft").click()
    his.get_by_text("Draft v2 saved").wait_for()
    first.close()
    second.close()
    stored = Scorecard.objects.draft()
    assert stored is not None
    assert stored.body["dimensions"]["mature"]["breadth"] == 26


def test_an_old_version_is_made_live_again_in_a_dialog(page: Page, site: Site) -> None:
    draft(page, site)
    page.get_by_role("link", name="Publish…").click()
    page.get_by_role("textbox", name="Why").fill("Nothing changed")
    page.get_by_role("button", name="Publish v2").click()
    page.get_by_text("Scorecard v2 is live").wait_for()
    page.goto(f"{site.url}/scorecard/versions/")
    page.get_by_role("link", name="Roll back to v1").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("textbox", name="Why").fill("v2 was a mistake")
    assert violations(page) == []
    page.get_by_role("button", name="Publish a copy of v1").click()
    page.get_by_text("Scorecard v3 is live: a copy of v1").wait_for()
