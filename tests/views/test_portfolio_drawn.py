"""What is drawn once of the portfolio is never shown where anything of it is another."""

from __future__ import annotations

import re

import pytest
from django.core.handlers.wsgi import get_script_name
from django.test import Client
from django.urls import set_script_prefix

from accounts.models import Account, User
from metrics.models import AccountCurrent, Run
from metrics.views.portfolio.drawn import LONGEST
from metrics.views.portfolio.kept import parts
from tests.views.nights import client_of, make_team
from tests.views.rows import RED, make_row, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> dict[str, User]:
    return make_team()


@pytest.fixture
def run() -> Run:
    return make_run()


def choices(client: Client, menu: str, address: str = "/") -> list[str]:
    """What a menu of the filter bar offers; a chosen one with a star."""
    html = client.get(address).content.decode()
    _, _, after = html.partition(f'<summary id="filter-{menu}">')
    shown = re.findall(r"<a ([^>]*)>(?:<svg.*?</svg>)?([^<]*)</a>", after.split("</details>")[0])
    return [f"{text}{'*' if 'aria-current' in link else ''}" for link, text in shown]


def figures(client: Client, address: str = "/") -> list[str]:
    html = client.get(address).content.decode()
    return re.findall(r'hs-fig-value">([^<]*)<', html)


def test_menus_follow_owners_tags_and_names(run: Run, team: dict[str, User]) -> None:
    account = Account.objects.get(pk=make_row(run, team["ana"], "Ardent").account_id)
    make_row(run, team["ben"], "Borealis")
    ben = client_of(team["ben"])
    for _ in range(2):
        assert choices(ben, "owner") == ["All*", "Me", "My team", "Ana"]
    User.objects.filter(pk=team["ana"].pk).update(name="Ana <b>")
    assert choices(ben, "owner")[-1] == "Ana &lt;b&gt;"
    Account.objects.filter(pk=account.pk).update(owner=team["ben"], tags=["a&b", "late"])
    assert choices(ben, "owner") == ["All*", "Me"]
    more = ben.get("/").content.decode()
    assert '<option value="a&amp;b" dir="auto">a&amp;b</option>' in more
    assert choices(ben, "tag", "/?tag=late") == ["Any", "a&amp;b", "late*"]
    Account.objects.filter(pk=account.pk).update(tags=["late"])
    assert choices(ben, "tag", "/?tag=late") == ["Any", "late*"]


def test_links_keep_what_the_address_asks_for(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent", **RED)
    ana = client_of(team["ana"])
    assert choices(ana, "stage") == ["Any*", "Onboarding", "Adoption", "Mature"]
    assert choices(ana, "stage", "/?stage=mature&sort=name") == [
        *("Any", "Onboarding", "Adoption", "Mature*")
    ]
    html = ana.get("/?stage=mature&sort=name&q=a%26b&page=1").content.decode()
    assert 'href="/?sort=name&amp;q=a%26b&amp;stage=adoption"' in html
    assert 'href="/?sort=name&amp;q=a%26b"' in html
    assert 'href="/?stage=mature&amp;sort=name&amp;q=a%26b&amp;band=amber"' in html
    html = ana.get("/?band=red").content.decode()
    assert 'href="/?band=amber&amp;band=red"' in html


def test_figures_and_movers_are_those_of_her_accounts(run: Run, team: dict[str, User]) -> None:
    row = make_row(run, team["ana"], "Ardent", change_30=-9.0)
    make_row(run, team["ada"], "Borealis")
    ana, ada = client_of(team["ana"]), client_of(team["ada"])
    for _ in range(2):
        assert [figures(client)[0] for client in (ana, ada)] == ["1", "2"]
    movers = ana.get("/").content.decode().split("hs-movers")[1]
    assert "Ardent" in movers
    assert "Borealis" not in movers
    assert figures(ada, "/?owner=me")[0] == "1"
    Account.objects.filter(pk=row.account_id).update(owner=team["ada"])
    assert figures(ada, "/?owner=me")[0] == "2"
    # the night writes its rows anew
    AccountCurrent.objects.filter(run_id=run.pk).delete()
    run = make_run(run.business_day, published=False, revision=2)
    make_row(run, team["ada"], "Cobalt")
    Run.objects.exclude(pk=run.pk).update(is_published=False)
    Run.objects.filter(pk=run.pk).update(is_published=True)
    assert figures(ada)[0] == "1"


def test_a_long_address_is_answered_and_not_kept(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent")
    ana = client_of(team["ana"])
    parts._found.clear()
    long = "?q=Ard&x=".ljust(LONGEST + 2, "x")
    link = f"/{long}&band=red".replace("&", "&amp;")
    assert f'href="{link}"' in ana.get(f"/{long}").content.decode()
    assert len(parts._found) == 0
    ana.get(f"/{long[:-1]}")
    assert len(parts._found) == 2


def test_links_begin_at_the_root_whatever_a_sender_says(run: Run, team: dict[str, User]) -> None:
    """What is drawn for one request is shown in the next."""
    make_row(run, team["ana"], "Ardent")
    asked = {"SCRIPT_NAME": "/elsewhere"}
    set_script_prefix(get_script_name(asked))  # as the web door does
    try:
        page = client_of(team["ana"]).get("/", **asked).content.decode()  # type: ignore[arg-type]
    finally:
        set_script_prefix("/")
    assert 'href="/day/"' in page
    assert "/elsewhere" not in page
