"""The account page by keyboard alone: its parts, the period, people, the timeline."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Person
from metrics.models import Feature
from tests.browser.conftest import HOSTILE, Site
from tests.browser.test_pages import OVERFLOWING, violations
from tests.facts import make_milestone, make_survey, make_ticket

ARABIC = "الخريطة تتجمد كل يوم"


def opened(page: Page, site: Site) -> None:
    """The worst account, with the parts that are fetched later."""
    site.log_in(page, "ana")
    page.goto(f"{site.url}{site.worst.get_absolute_url()}", wait_until="networkidle")
    page.locator("#people .hs-gaps").wait_for()


def enter(page: Page, selector: str) -> None:
    """Focus and Enter, as who has no mouse does it."""
    page.locator(selector).focus()
    page.keyboard.press("Enter")


def test_its_parts_come_by_themselves_and_stay_when_the_period_changes(
    page: Page, site: Site
) -> None:
    opened(page, site)
    for part in ("#adoption .hs-matrix", "#tickets .hs-facts", "#surveys .hs-answers"):
        expect(page.locator(part)).to_have_count(1)
    expect(page.locator("#timeline .hs-timeline li").nth(3)).to_be_attached()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    enter(page, "#period-7")
    page.wait_for_url("**days=7*")
    page.locator('#period-7[aria-current="true"]').wait_for()
    expect(page.locator("#adoption .hs-matrix")).to_have_count(1)
    assert not [url for url in asked if "/people/" in url or "/timeline/" in url]
    expect(page.locator("#period-7")).to_be_focused()


def test_from_a_tab_to_all_people_filtered_and_back_by_keyboard(page: Page, site: Site) -> None:
    opened(page, site)
    enter(page, '.hs-tabs a[href="#people"]')
    page.wait_for_url("**#people")
    enter(page, "#people .hs-head a")
    page.wait_for_url("**/people/")
    rows = page.locator("#people-table tbody tr")
    expect(rows).to_have_count(6)
    enter(page, "#filter-state")
    page.keyboard.press("Tab")
    page.locator('.hs-options a:has-text("not active for 3 weeks")').focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**state=quiet*")
    page.wait_for_function("document.querySelectorAll('#people-table tbody tr').length === 3")
    enter(page, "#sort-name")
    page.wait_for_url("**sort=name*")
    page.locator('th[aria-sort="ascending"] #sort-name').wait_for()
    expect(rows).to_have_count(3)
    with page.expect_download() as started:
        enter(page, '.hs-pager a:has-text("Export CSV")')
    lines = started.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 4
    page.go_back()
    page.wait_for_url("**state=quiet")


def test_the_timeline_is_narrowed_in_its_place_and_read_on_a_page(page: Page, site: Site) -> None:
    opened(page, site)
    enter(page, "#timeline-kind")
    page.locator('#timeline .hs-options a:has-text("Surveys")').focus()
    page.keyboard.press("Enter")
    page.locator('#timeline summary:has-text("Only Surveys")').wait_for()
    titles = page.locator("#timeline .hs-list-claim").all_inner_texts()
    assert titles
    assert all(title.startswith("NPS") for title in titles)
    page.goto(f"{site.url}{site.worst.get_absolute_url()}timeline/", wait_until="networkidle")
    enter(page, "#kind-tickets")
    page.wait_for_url("**kind=tickets*")
    page.locator('#kind-tickets[aria-current="true"]').wait_for()
    expect(page.locator(".hs-timeline li")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hostile_texts_neither_break_its_parts_nor_widen_them(
    page: Page, site: Site, theme: str
) -> None:
    for person in Person.objects.filter(account=site.worst)[:2]:
        Person.objects.filter(pk=person.pk).update(name=ARABIC * 8, group=HOSTILE, champion=True)
        make_survey(site.worst, person=person, sent=30, answered=29, score=2, comment=ARABIC * 20)
        make_ticket(
            site.worst, opened=9, severity="P1", topic=HOSTILE, comment=ARABIC, escalated=True,
            person=person,
        )  # fmt: skip
    make_milestone(site.worst, name="x" * 200)
    Feature.objects.update(name="Schedules" * 12)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    site.log_in(page, "ana")
    address = f"{site.url}{site.worst.get_absolute_url()}"
    width = 1440 if theme == "light" else 390
    page.set_viewport_size({"width": width, "height": 844})
    for part in ("", "people/", "tickets/", "surveys/", "timeline/"):
        page.goto(f"{address}{part}", wait_until="networkidle")
        assert violations(page) == [], part
        if page.evaluate("document.documentElement.scrollWidth") > width:
            assert page.evaluate(OVERFLOWING) == [], part


def test_without_javascript_every_part_is_a_page(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "ana")
    for text, first in (
        ("Show people and the features they use", "#people-table"),
        ("Show tickets", "#ticket-table"),
        ("Show survey answers", "#answer-table"),
        ("Show what happened", "#events"),
    ):
        page.goto(f"{site.url}{site.worst.get_absolute_url()}")
        page.get_by_role("link", name=text).click()
        expect(page.locator(first)).to_have_count(1)
        page.get_by_role("link", name="Halden Freight").first.click()
        expect(page.locator("#why-it-moved")).to_have_count(1)
    context.close()
