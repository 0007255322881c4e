"""Out with the synthetic data: what goes, what stays, and when nothing happens."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account, Organisation, User
from metrics import nightly, tasks
from metrics.ingest.invented import PASSWORD, make_users
from metrics.ingest.removal import KEPT, emptied
from metrics.models import AccountCurrent, DemoLoad, Run, SavedView, Scorecard, Snapshot
from metrics.models.demo import NotInvented
from tests.facts import DAY, ago, at, live_scorecard
from tests.views.nights import client_of, make_customer, make_team, night

pytestmark = pytest.mark.django_db
NOT_OURS = ("django_", "auth_", "account_", "cache")


@pytest.fixture
def team() -> dict[str, User]:
    """A night of one customer, in an installation that is marked as synthetic."""
    live_scorecard()
    team = make_team()
    make_customer(owner=team["ana"])
    SavedView.objects.create(owner=team["ada"], name="Mine", query="band=red")
    night(DAY)
    make_users(Organisation.current(), may_log_in=True)
    return team


@pytest.fixture(autouse=True)
def settled(team: dict[str, User]) -> None:
    """Keys that are checked at the end of the test's transaction would be in the way."""
    connection.check_constraints()


def remove(client: Client, **asked: str) -> str:
    return client.post("/setup/remove/", asked or {"sure": "yes"}, follow=True).content.decode()


def test_every_table_either_stays_or_is_emptied() -> None:
    found = (
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace"
    )
    with connection.cursor() as cursor:
        cursor.execute(found)
        tables = {name for (name,) in cursor.fetchall()}
    ours = {name for name in tables if not name.startswith(NOT_OURS)}

    assert ours == KEPT | set(emptied())
    assert not KEPT & set(emptied())


def test_accounts_facts_and_nights_go_and_what_people_set_up_stays(team: dict[str, User]) -> None:
    cards, users = Scorecard.objects.count(), User.objects.count()

    page = remove(client_of(team["ada"]))

    assert "The synthetic data are gone" in page
    assert "Synthetic data</span>" not in page
    with connection.cursor() as cursor:
        for name in emptied():
            cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608  # our own names
            assert (name, cursor.fetchone()[0]) == (name, 0)
    assert (Scorecard.objects.count(), User.objects.count()) == (cards, users)
    assert SavedView.objects.count() == 1
    assert not Organisation.current().is_demo


def test_invented_colleagues_can_no_longer_log_in_and_come_back_with_the_data(
    team: dict[str, User],
) -> None:
    invented = User.objects.get(email="eva@example.com")
    remove(client_of(team["ada"]))
    invented.refresh_from_db()
    assert not invented.is_active
    assert User.objects.get(pk=team["ada"].pk).is_active
    make_users(Organisation.current(), may_log_in=True)
    invented.refresh_from_db()
    assert invented.is_active


def test_whoever_stays_with_the_password_of_the_demo_is_told(team: dict[str, User]) -> None:
    told = "Everybody knows your password"
    ada = client_of(team["ada"])
    assert told not in remove(ada)
    Organisation.objects.update(is_demo=True)
    team["ada"].set_password(PASSWORD)
    team["ada"].save()
    assert told in remove(client_of(team["ada"]))


def test_a_night_that_is_on_its_way_stores_nothing_and_the_next_one_finds_nobody(
    team: dict[str, User],
) -> None:
    nightly.request_days([ago(1)], as_of_day=True, now=at(DAY, 12))
    connection.check_constraints()
    remove(client_of(team["ada"]))
    nightly.work("worker", seconds=60)
    assert not Run.objects.exists()
    assert not Snapshot.objects.exists()
    assert not AccountCurrent.objects.exists()


def test_nothing_happens_without_the_tick(team: dict[str, User]) -> None:
    assert "Tick the box first" in remove(client_of(team["ada"]), sure="")
    assert Account.objects.exists()


def test_real_accounts_cannot_be_removed(team: dict[str, User]) -> None:
    Organisation.objects.update(is_demo=False)
    ada = client_of(team["ada"])
    assert "Remove synthetic data" not in ada.get("/settings/").content.decode()
    assert "nothing was removed" in remove(ada)
    assert Account.objects.exists()


def test_data_that_are_still_coming_in_are_not_removed(team: dict[str, User]) -> None:
    DemoLoad.objects.create(end=DAY, asked_at=at(DAY, 12), asked_by=team["ada"])
    connection.check_constraints()
    with pytest.raises(NotInvented):
        tasks.remove_demo(by=team["ada"])
    assert Account.objects.exists()


def test_the_settings_offer_it_where_the_data_are_invented(team: dict[str, User]) -> None:
    page = client_of(team["ada"]).get("/settings/").content.decode()
    assert "Remove all accounts and everything known about them" in page
