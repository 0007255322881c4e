"""A small installation behind a real server: the four users, five customers and two nights."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account
from metrics.models import Run, Scorecard
from tests.browser.kept import bring_back, keep
from tests.facts import (
    DAY,
    ago,
    live_scorecard,
    make_account,
    make_line,
    make_person,
    make_training,
    use,
)
from tests.views.nights import WORKDAYS, make_customer, make_team, night

PASSWORD = "correct horse battery"
# as a name arrives from a customer's own system: markup must stay text wherever it is shown
HOSTILE = '<img src=x onerror="document.title=1"><a href="https://example.com/">Acme</a>'


@dataclass(frozen=True)
class Site:
    """Where the pages are, and who is in them."""

    url: str
    worst: Account
    hostile: Account
    new: Account
    run: Run

    def log_in(self, page: Page, name: str) -> None:
        """As a person does it; ends on the portfolio."""
        page.goto(f"{self.url}/log-in/")
        page.get_by_label("E-mail").fill(f"{name}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url(f"{self.url}/")

    def pages(self) -> dict[str, str]:
        """Every page that an admin can open: name -> path."""
        return {
            "day": "/day/",
            "portfolio": "/",
            "nothing found": "/?q=nobody-is-called-this",
            "quadrant": "/?show=quadrant",
            "chosen columns": "/?col=band&col=arr&col=segment&col=tags&arr_min=1",
            "worst account": self.worst.get_absolute_url(),
            "hostile account": f"{self.hostile.get_absolute_url()}?signals=all",
            "account without a score": self.new.get_absolute_url(),
            "people": f"{self.hostile.get_absolute_url()}people/",
            "tickets": f"{self.hostile.get_absolute_url()}tickets/",
            "answers": f"{self.hostile.get_absolute_url()}surveys/",
            "timeline": f"{self.hostile.get_absolute_url()}timeline/",
            "scorecard": "/scorecard/",
            "versions": "/scorecard/versions/",
            "versions compared": "/scorecard/compare/",
            "import of a scorecard": "/scorecard/import/",
            "old version": "/scorecard/1/",
            "new scorecard": "/scorecard/new/",
            "scorecard of a line": "/scorecard/line/partners/",
            "draft of a line": "/scorecard/line/mid-market/",
            "runs": "/runs/",
            "rejects": "/runs/rejects/",
            "write keys": "/keys/",
            "webhooks": "/webhooks/",
            "new webhook": "/webhooks/new/zendesk/",
            "imports": "/imports/",
            "new import": "/imports/new/",
            "import of tickets": "/imports/new/tickets/",
            "jump": "/jump/?q=a",
            "owner": f"{self.worst.get_absolute_url()}owner/",
            "profile": "/profile/",
            "password": "/profile/password/",
            "users": "/users/",
            "settings": "/settings/",
            "help": "/help/",
            "set up": "/setup/organisation/",
            "set up, weights": "/setup/weights/",
            "set up, data": "/setup/data/",
            "set up, first run": "/setup/run/",
            "not found": "/accounts/999999/",
        }


@pytest.fixture(scope="session")
def made() -> list[Site]:
    """Nothing at first; then the site that the first test made and whose rows were kept."""
    return []


@pytest.fixture
def site(transactional_db: None, live_server: LiveServer, made: list[Site]) -> Site:
    """Everything calculated and published: once, and for each test as it was then."""
    if made:
        bring_back()
    else:
        made.append(make_site())
        keep()
    return replace(deepcopy(made[0]), url=live_server.url)


def make_site() -> Site:
    """Four users, five customers, two nights; its address is not known yet."""
    live_scorecard()
    team = make_team()
    for user in team.values():
        user.set_password(PASSWORD)
        user.save()
    ana = team["ana"]
    worst = make_customer(name="Halden Freight", owner=ana)
    hostile = make_customer(name=HOSTILE, owner=ana, segment=HOSTILE, plan="Professional")
    make_healthy(name="Kestrel Robotics", owner=ana, segment="Mid-market")
    make_healthy(name="شركة النور للنقل", owner=team["ben"])
    new = make_account(name="Copperleaf Retail", owner=ana, started=9)
    night(ago(30))
    run = night(DAY)
    make_line("partners", segments=[HOSTILE])
    make_line("mid-market", segments=["Mid-market"])
    Scorecard.objects.start_draft(Scorecard.objects.live("mid-market"), by=team["ada"])
    return Site(url="", worst=worst, hostile=hostile, new=new, run=run)


def make_healthy(**over: object) -> Account:
    """Four people who come every working day and have learnt their course."""
    account = make_account(seats=4, **over)
    for number in range(4):
        person = make_person(
            account, group=["Planning", "Dispatch"][number % 2], champion=not number
        )
        use(account, person, *WORKDAYS)
        make_training(person)
    return account
