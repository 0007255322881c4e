"""The main job, end to end: who is in trouble, why, and what another policy makes of it."""

from __future__ import annotations

import re

from celery.contrib.testing.worker import start_worker
from playwright.sync_api import Page, expect

from healthscore.celery import app
from metrics.models import Scorecard, Snapshot
from tests.browser.conftest import Site

PATIENCE = 30_000  # milliseconds for a worker to do a night
QUEUES = ["interactive", "nightly", "ingest"]


def test_a_csm_reads_why_and_an_admin_changes_what_counts(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    open_the_worst_account(page, site)
    read_why_it_moved(page)
    log_out(page)

    site.log_in(page, "ada")
    before = score_of(site)
    publish_another_weight(page, site)
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, queues=QUEUES):
        page.get_by_role("button", name="Recalculate last night").click()
        page.wait_for_url(f"{site.url}/runs/")
        newest = page.locator("#ledger tbody tr").first
        expect(newest).to_contain_text("v2")
        # the progress above the table asks every two seconds, and goes when the run has ended
        expect(page.locator(".hs-busy")).to_have_count(0, timeout=PATIENCE)
    page.reload()
    expect(page.locator("#ledger tbody tr").first).to_contain_text("Complete")

    after = score_of(site)
    assert abs(after - before) > 0.1
    page.goto(f"{site.url}{site.worst.get_absolute_url()}", wait_until="networkidle")
    expect(page.locator(".hs-acc-big")).to_have_text(str(round(after)))
    expect(page.locator(".hs-acc-asof")).to_contain_text("scorecard v2")
    expect(page.locator(".hs-acc-asof")).to_contain_text("revision 2 of 2")
    page.locator(".hs-data-steps summary").click()
    expect(page.locator(".hs-data-steps")).to_contain_text("Scorecard v2")
    assert_the_steps_sum(page)


def open_the_worst_account(page: Page, site: Site) -> None:
    expect(page.get_by_role("link", name="Scorecard")).to_have_count(0)
    page.get_by_role("columnheader", name="Score").get_by_role("link").click()
    page.wait_for_url("**/?*sort=score*")
    worst = page.locator("td.hs-name a").first
    score = page.locator("td.hs-score").first.inner_text()
    worst.click()
    page.wait_for_url("**/accounts/*/")
    expect(page.locator(".hs-acc-big")).to_have_text(score)
    assert {page.url} <= {
        f"{site.url}{account.get_absolute_url()}" for account in (site.worst, site.hostile)
    }


def read_why_it_moved(page: Page) -> None:
    """The chart is drawn, says in words what happened, and its steps sum to the change."""
    expect(page.locator(".hs-acc-waterfall .main-svg").first).to_be_visible()
    expect(page.locator(".hs-acc-reasons")).to_contain_text("people")
    page.locator(".hs-data-steps summary").click()
    assert_the_steps_sum(page)


def assert_the_steps_sum(page: Page) -> None:
    said = page.locator(".hs-acc-moved .hs-quiet", has_text="sums to").inner_text()
    first, last, total = (number(found) for found in re.findall(r"[+−]?\d+\.\d", said))
    steps = [number(text) for text in page.locator(".hs-data-steps td.hs-num").all_inner_texts()]
    assert (steps[0], steps[-1]) == (first, last)
    assert round(sum(steps[1:-1]), 1) == total
    assert round(last - first, 1) == total


def publish_another_weight(page: Page, site: Site) -> None:
    """Engagement counts for much more in mature accounts; the rest is spread."""
    page.get_by_role("link", name="Scorecard").click()
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Mature").click()
    weight = page.get_by_label("Engagement in mature, per cent")
    lock = page.locator(".hs-weight-dimension:visible", has=weight).locator(".hs-lock")
    weight.fill("70")
    expect(page.locator("[data-verdict]:visible")).to_contain_text("too much")
    lock.click()
    page.get_by_role("button", name="Spread the rest").click()
    expect(page.locator("[data-verdict]:visible")).to_contain_text("Adds up")
    expect(page.locator("#preview")).to_contain_text("on the values of")
    page.get_by_role("link", name="Publish…").click()
    page.get_by_label("Why").fill("Engagement told us first in every account lost this year")
    page.get_by_role("button", name="Publish v2").click()
    expect(page.get_by_text("Scorecard v2 is live")).to_be_visible()
    assert Scorecard.objects.live().version == 2


def log_out(page: Page) -> None:
    page.get_by_label("Menu of Ana").click()
    page.get_by_role("button", name="Log out").locator("visible=true").click()
    page.wait_for_url("**/log-in/*")


def score_of(site: Site) -> float:
    """Of the worst account, in the newest revision of the night."""
    snapshot = Snapshot.objects.filter(account_id=site.worst.pk, day=site.run.business_day).latest(
        "run_id"
    )
    assert snapshot.score is not None
    return snapshot.score


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", ""))
