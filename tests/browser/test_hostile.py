"""A database full of hostile names harms no page, chart or export."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Person, User
from metrics.models import Batch, Feature, Note, Reject, SavedView, Survey, Task, Ticket
from tests.browser.conftest import PASSWORD
from tests.browser.test_pages import OVERFLOWING
from tests.facts import DAY, ago, at, live_scorecard, make_line, make_survey, make_ticket, use
from tests.views.nights import make_customer, make_team, night

NAMES = (
    '<img src=x onerror="alert(1)"><a href="https://example.com/">Acme</a>',
    "</script><script>alert(2)</script>",
    '" onmouseover="alert(3)" x="',
    "{{ 7|add:7 }}{% now 'Y' %}${7*7}",
    '=HYPERLINK("https://example.com","Acme")',
    "@SUM(A1:A9)",
    "-2+3",
    "شركة النور للنقل",
    "Acme\u202egnp.exe",
    "👩‍👩‍👧‍👦🏴‍☠️ Zoë Ünïcødé",
    "W" * 200,
    "javascript:alert(4)",
    "%s %(x)s {0}",
)
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE]-?\d+)?")
# what markup would leave behind if a browser had taken it for markup
TAKEN = """() => [
  ...document.querySelectorAll('img, iframe, object, embed, [onerror], [onmouseover], [onclick]'),
  ...document.querySelectorAll('a[href^="javascript:"], a[href^="https://example.com"]'),
  ...document.querySelectorAll('script:not([src]):not([type="application/json"])'),
  ...document.querySelectorAll('[data-chart] a'),
].map((node) => node.outerHTML.slice(0, 120))"""

# The label of every point of every chart is made of data; a link in it would be followed. Plotly
# shows at most one label in 50 ms.
HOVERED = """async () => {
  const found = new Set();
  let shown = 0;
  for (const chart of document.querySelectorAll('[data-chart]')) {
    for (const [curveNumber, trace] of (chart.data || []).entries()) {
      const points = Math.min((trace.x || trace.y || []).length, 15);
      for (let pointNumber = 0; pointNumber < points; pointNumber += 1) {
        try { Plotly.Fx.hover(chart, [{ curveNumber, pointNumber }]); } catch { continue; }
        await new Promise((done) => setTimeout(done, 60));
        shown += chart.querySelectorAll('.hovertext').length;
        chart.querySelectorAll('a, img').forEach((node) => found.add(node.outerHTML));
      }
    }
  }
  return [shown, [...found]];
}"""


def name(number: int, longest: int = 200) -> str:
    """One hostile name after the other."""
    return NAMES[number % len(NAMES)][:longest]


@pytest.fixture
def full(transactional_db: None, live_server: LiveServer) -> Account:
    """Every name everywhere; the account that has all of it."""
    live_scorecard()
    team = make_team()
    for user in team.values():
        user.set_password(PASSWORD)
        user.save()
    ana, ada = team["ana"], team["ada"]
    User.objects.filter(pk=ana.pk).update(name=name(0))
    account = make_customer(name=name(0), owner=ana, segment=name(1), plan=name(2), tags=tags())
    for number in range(1, len(NAMES)):
        make_customer(name=name(number), owner=ana, segment=name(number), plan=name(number))
    fill(account, ana)
    night(ago(30))
    night(DAY)
    make_line("enterprise", segments=[name(1), name(4)])
    for number in range(len(NAMES)):
        SavedView.objects.create(owner=ada, name=name(number, 60), query="band=red", is_shared=True)
    refuse()
    return account


def tags() -> list[str]:
    return sorted({name(number, 40) for number in range(len(NAMES))})


def fill(account: Account, by: User) -> None:
    """People, groups, features, tickets, answers, notes and tasks of one account."""
    for number, person in enumerate(Person.objects.order_by("pk")):
        Person.objects.filter(pk=person.pk).update(
            name=name(number), group=name(number + 1), persona=name(number + 2), email=""
        )
    people = list(account.people.order_by("pk"))
    for number in range(len(NAMES)):
        person = people[number % len(people)]
        key = f"f{number}"
        use(account, person, 3 + number, feature=key)
        Feature.objects.filter(key=key).update(name=name(number))
        make_ticket(
            account, opened=10 + number, person=person, topic=name(number),
            comment=name(number + 3), csat=2, escalated=True,
        )  # fmt: skip
        make_survey(
            account, person=person, sent=12, answered=10, score=number % 11, comment=name(number)
        )
        Note.objects.create(account=account, text=name(number) * 3, created_by=by)
        Task.objects.create(account=account, title=name(number), created_by=by, assigned_to=by)
    assert Ticket.objects.filter(account=account).count() > len(NAMES)
    assert Survey.objects.filter(account=account).count() > len(NAMES)


def refuse() -> None:
    """Rows that were refused, and rows that wait, with hostile content."""
    batch = Batch.objects.create(
        source="usage", file_name=name(0), state="finished", received=len(NAMES) * 2,
        quarantined=len(NAMES) * 2, finished_at=at(DAY),
    )  # fmt: skip
    for number in range(len(NAMES)):
        row = {"account_external_id": name(number), name(number, 40): name(number)}
        Reject.objects.create(
            batch=batch,
            line=number,
            code="x",
            column=name(number, 40),
            message=name(number),
            raw=row,
        )
        Reject.objects.create(
            batch=batch, line=100 + number, code="unknown_account", message="", raw=row,
            waits_for_account=name(number),
        )  # fmt: skip


def log_in(page: Page, url: str) -> None:
    page.goto(f"{url}/log-in/")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"{url}/")


def paths(account: Account) -> list[str]:
    """Every page that shows something of all this."""
    address = account.get_absolute_url()
    return [
        "/", "/?show=quadrant", "/?sort=name", "/day/", address, f"{address}?signals=all",
        *(f"{address}signals/S{code}/" for code in ("01", "08", "09", "12", "17", "19", "24")),
        *(f"{address}{part}/" for part in ("people", "tickets", "surveys", "timeline", "owner")),
        "/jump/?q=alert", "/jump/?q=acme", "/users/", "/scorecard/", "/scorecard/line/enterprise/",
        "/scorecard/new/", "/runs/", "/runs/rejects/", "/runs/unmatched/", "/imports/",
    ]  # fmt: skip


def test_no_page_or_chart_takes_a_name_for_markup(
    page: Page, full: Account, live_server: LiveServer
) -> None:
    """No dialog, no error and no violation in the console (the page's fixture looks)."""
    asked: list[str] = []

    def refuse_dialog(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse_dialog)
    log_in(page, live_server.url)
    taken, labels = {}, 0
    for path in paths(full):
        page.goto(f"{live_server.url}{path}", wait_until="networkidle")
        shown, links = page.evaluate(HOVERED)
        taken[path] = page.evaluate(TAKEN) + links
        labels += shown
        assert "14" not in page.title()  # 7 + 7: a template that was run
    assert {path: found for path, found in taken.items() if found} == {}
    assert asked == []
    assert labels >= 20


def test_a_menu_and_the_jump_box_show_names_as_text(
    page: Page, full: Account, live_server: LiveServer
) -> None:
    log_in(page, live_server.url)
    page.keyboard.press("Control+k")
    page.keyboard.type("alert")
    page.locator("#jump-results [role=option]").first.wait_for()
    expect(page.locator("#jump-results bdi", has_text="<img src=x").first).to_be_attached()
    assert page.evaluate(TAKEN) == []


def test_nothing_scrolls_sideways_under_long_names(
    page: Page, full: Account, live_server: LiveServer
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, live_server.url)
    wide = {}
    for path in paths(full):
        page.goto(f"{live_server.url}{path}", wait_until="networkidle")
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide[path] = page.evaluate(OVERFLOWING)
    assert wide == {}


def test_no_cell_of_an_export_begins_like_a_formula(
    page: Page, full: Account, live_server: LiveServer
) -> None:
    log_in(page, live_server.url)
    exports = set(exports_of(page, full, live_server.url))
    assert len(exports) >= 12
    seen = set()
    for address in exports:
        answer = page.request.get(f"{live_server.url}{address}")
        assert answer.headers["content-type"].startswith("text/csv"), address
        cells = [cell for row in csv.reader(io.StringIO(answer.text())) for cell in row]
        seen.update(cells)
        wrong = [cell for cell in cells if FORMULA.match(cell) and not NUMBER.fullmatch(cell)]
        assert wrong == [], address
    assert f"'{NAMES[4]}" in seen  # it was there, and is text
    assert NAMES[0] in seen


def exports_of(page: Page, account: Account, url: str) -> Iterator[str]:
    """Every link to a file on any of the pages."""
    for path in paths(account):
        page.goto(f"{url}{path}", wait_until="networkidle")
        for link in page.locator('a[href*="csv"]').all():
            address = link.get_attribute("href") or ""
            if "/static/" not in address:
                yield address
