"""An override: beside the score and never in its place, one at a time, with a reason and an end."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Account, User
from metrics.models import AccountCurrent, Override, Snapshot
from metrics.scoring.overrides import checked
from tests.facts import DAY, ago, at, make_account, make_status
from tests.views.nights import client_of, make_customer, make_team, night
from tests.views.test_account import EVERYBODY

pytestmark = pytest.mark.django_db


def today() -> dt.date:
    return timezone.now().date()


def give_as(user: User | None, account: Account, **over: Any) -> Any:
    """What the form sends."""
    sent = {"points": "8", "reason": "A new champion", "expires_on": today() + dt.timedelta(9)}
    return client_of(user).post(f"/accounts/{account.pk}/override/", sent | over, follow=True)


def withdraw_as(user: User | None, account: Account, override: Override) -> Any:
    return client_of(user).post(f"/accounts/{account.pk}/override/{override.pk}/withdraw/")


def given(account: Account, by: User | None, **over: Any) -> Override:
    """An override in the past or present, without the form."""
    values = {
        "points": 8,
        "reason": "A new champion",
        "starts_on": today(),
        "expires_on": today() + dt.timedelta(9),
        "created_by": by,
    }
    return Override.objects.create(account=account, **{**values, **over})


def make_seen() -> tuple[Account, dict[str, User]]:
    """Ana's customer after one night, and the team."""
    team = make_team()
    account = make_customer(owner=team["ana"])
    night(DAY)
    return account, team


def page_of(user: User, account: Account) -> str:
    html: str = client_of(user).get(account.get_absolute_url()).content.decode()
    return html


def test_who_may_see_the_account_may_judge_it_and_nobody_else() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    for name, seen in EVERYBODY:
        user = team[name] if name else None
        response = client_of(user).post(f"/accounts/{account.pk}/override/", {"points": "x"})
        assert response.status_code == (422 if seen == 200 else seen)
    override = given(account, team["ana"])
    for name, seen in EVERYBODY:
        response = withdraw_as(team[name] if name else None, account, override)
        assert response.status_code == (302 if seen == 200 else seen)
        override.refresh_from_db()
        assert (override.withdrawn_by is not None) == (seen == 200)
        Override.objects.update(withdrawn_at=None, withdrawn_by=None)


def test_a_stranger_changes_nothing() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    assert give_as(team["cy"], account).status_code == 404
    assert not Override.objects.exists()


def test_an_address_of_another_account_withdraws_nothing() -> None:
    team = make_team()
    hers, other = make_account(owner=team["ana"]), make_account(owner=team["cy"])
    override = given(other, team["cy"])
    assert withdraw_as(team["ana"], hers, override).status_code == 404
    assert withdraw_as(team["ana"], other, override).status_code == 404
    assert Override.objects.open().get() == override


def test_reading_the_addresses_does_nothing() -> None:
    account, team = make_seen()
    override = given(account, team["ana"])
    client = client_of(team["ana"])
    for path in ("override/", f"override/{override.pk}/withdraw/"):
        assert client.get(f"{account.get_absolute_url()}{path}").status_code == 405
    assert Override.objects.open().count() == 1


def test_it_stands_beside_the_score_and_changes_nothing_computed() -> None:
    account, team = make_seen()
    before = list(Snapshot.objects.values()), list(AccountCurrent.objects.values())
    response = give_as(team["ana"], account)
    html = response.content.decode()
    score = Snapshot.objects.get().score or 0.0
    until = today() + dt.timedelta(9)
    said = f"{score:.1f}, with Ana’s +8: <b>{score + 8:.1f}</b> until {until.day} {until:%b}: "
    assert said in html
    assert '<span class="hs-second" dir="auto">A new champion</span>' in html
    assert f"Override of +8 stands until {until.day} {until:%b}" in html
    assert before == (list(Snapshot.objects.values()), list(AccountCurrent.objects.values()))
    assert response.context["night"].now.score == score
    assert f'<span class="hs-acc-big">{score:.0f}</span>' in html


def test_a_new_one_takes_the_place_of_the_old_one_and_both_stay_in_the_list() -> None:
    account, team = make_seen()
    give_as(team["ana"], account)
    html = give_as(team["ben"], account, points="-2.5", reason="No champion after all")
    rows = Override.objects.of(account).values_list("points", "created_by__name", "withdrawn_at")
    assert [(points, by, gone is None) for points, by, gone in rows] == [
        (-2.5, "Ben", True),
        (8, "Ana", False),
    ]
    assert Override.objects.get(points=8).withdrawn_by == team["ben"]
    text = html.content.decode()
    assert "with Ben’s −2.5:" in text
    assert 'withdrawn {0.day} {0:%b %Y} by <span dir="auto">Ben</span>'.format(today()) in text


def test_withdrawn_it_is_gone_from_the_score_and_stays_in_the_list() -> None:
    account, team = make_seen()
    override = given(account, team["ana"])
    assert 'id="standing-override"' in page_of(team["ana"], account)
    withdraw_as(team["ben"], account, override)
    html = page_of(team["ana"], account)
    assert "Override of +8 is withdrawn" not in html  # Ben is told, not Ana
    assert 'id="standing-override"' not in html
    assert "A new champion" in html
    again = client_of(team["ana"]).post(
        f"/accounts/{account.pk}/override/{override.pk}/withdraw/", follow=True
    )
    assert "Override of +8 had been withdrawn before" in again.content.decode()
    override.refresh_from_db()
    assert override.withdrawn_by == team["ben"]


def test_its_time_over_it_is_gone_by_itself_and_leaves_room_for_another() -> None:
    account, team = make_seen()
    over = today() - dt.timedelta(3)
    given(account, team["ana"], starts_on=today() - dt.timedelta(9), expires_on=over)
    html = page_of(team["ana"], account)
    assert 'id="standing-override"' not in html
    span = f"{today() - dt.timedelta(9):%-d %b} to {over:%-d %b %Y}"
    assert span in html
    give_as(team["ana"], account, points="3")
    html = page_of(team["ana"], account)
    assert "with Ana’s +3:" in html
    # that it was put aside later does not make it a withdrawal
    assert "withdrawn" not in html
    assert span in html


PROBLEMS: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"points": "15.1"}, {"points": "At most 15 points up or down."}),
    ({"points": "-16"}, {"points": "At most 15 points up or down."}),
    ({"points": "0"}, {"points": "Zero points change nothing."}),
    ({"points": "0.04"}, {"points": "Zero points change nothing."}),
    ({"points": "1e999"}, {"points": "At most 15 points up or down."}),
    ({"points": "NaN"}, {"points": "Enter a number."}),
    ({"points": ""}, {"points": "Say how many points."}),
    ({"reason": " \n"}, {"reason": "Say why: the reason is shown beside the score."}),
    ({"expires_on": "x"}, {"expires_on": "Enter a day."}),
    ({"expires_on": ""}, {"expires_on": "Say until when."}),
    ({"expires_on": "2020-01-01"}, {"expires_on": "It must end after today."}),
    (
        {"points": "99", "reason": ""},
        {
            "points": "At most 15 points up or down.",
            "reason": "Say why: the reason is shown beside the score.",
        },
    ),
]


def test_what_is_wrong_is_said_beside_its_field() -> None:
    account, team = make_seen()
    for over, problems in PROBLEMS:
        response = give_as(team["ana"], account, **over)
        found = {name: text for name, (text,) in response.context["form"].errors.items()}
        assert (response.status_code, found) == (422, problems)
        html = response.content.decode()
        assert '<dialog class="hs-dialog" id="override" open' in html
        assert html.count('aria-invalid="true"') == len(problems)
        for name, text in problems.items():
            place = {"expires_on": "until"}.get(name, name)
            assert f'<p class="hs-problem" id="override-{place}-problem">{text}</p>' in html
            assert f'aria-describedby="override-{place}-problem"' in html
        assert ("A new champion</textarea>" in html) == ("reason" not in over)
        # what is read at the account's own address stays there
        assert f'href="{account.get_absolute_url()}?days=7"' in html
    assert not Override.objects.exists()


@pytest.mark.parametrize(("days", "status"), [(1, 200), (60, 200), (61, 422), (0, 422)])
@pytest.mark.parametrize("points", ["15", "-15"])
def test_the_limits_themselves_are_allowed(days: int, status: int, points: str) -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    until = today() + dt.timedelta(days)
    assert give_as(team["ana"], account, points=points, expires_on=until).status_code == status


def test_without_a_score_there_is_nothing_to_stand_beside() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    make_status("usage", "not_bought", since=400, account=account)
    night(DAY)
    given(account, team["ana"])
    assert "Ana’s +8 needs a score to stand beside, until" in page_of(team["ana"], account)


def test_before_the_first_night_it_can_be_given() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    response = give_as(team["ana"], account)
    assert (response.status_code, Override.objects.count()) == (200, 1)
    assert give_as(team["ana"], account, points="99").status_code == 422


def test_hostile_reasons_stay_text() -> None:
    account, team = make_seen()
    html = give_as(team["ana"], account, reason='<img src=x onerror="1">').content.decode()
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert give_as(team["ana"], account, reason="a\x00b").status_code == 422


def test_who_gave_it_may_be_gone() -> None:
    account, team = make_seen()
    given(account, None)
    assert "with +8: <b>" in page_of(team["ana"], account)


def test_timeline_and_trend_tell_of_it() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    night(ago(30))
    night(DAY)
    given(
        account, team["ana"], starts_on=ago(20), expires_on=ago(2),
        withdrawn_at=at(ago(5)), withdrawn_by=team["ben"],
    )  # fmt: skip
    given(account, team["ana"], points=3)
    page = client_of(team["ana"]).get(account.get_absolute_url()).context
    url = f"{account.get_absolute_url()}timeline/"
    events = client_of(team["ana"]).get(url, {"kind": "overrides"}).context["page"].events
    assert [(event.day, event.title) for event in events] == [
        (today(), "Override +3 by Ana"),
        (ago(5), "Override +8 withdrawn by Ben"),
        (ago(20), "Override +8 by Ana"),
    ]
    labels = json.dumps(page["trend"]["figure"]["layout"]["annotations"])
    assert "Override +8" in labels
    assert "Override +3" not in labels  # it was given after the last night


def explained(account: Account, day: dt.date) -> dict[str, Any]:
    out = StringIO()
    call_command("explain", account.external_id, "--day", str(day), stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_explain_prints_the_override_of_the_day_beside_the_score() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    for back in (12, 10, 6, 5, 2):
        night(ago(back))
    without = explained(account, ago(10))
    assert without.pop("override") is None
    given(
        account, team["ana"], starts_on=ago(10), expires_on=ago(2), withdrawn_at=at(ago(7)),
        withdrawn_by=team["ana"],
    )  # fmt: skip
    given(account, team["ben"], points=-4, starts_on=ago(5), expires_on=ago(2))
    told = {back: explained(account, ago(back))["override"] for back in (12, 10, 6, 5, 2)}
    assert told == {
        12: None,
        10: {
            "points": 8,
            "reason": "A new champion",
            "until": str(ago(2)),
            "by": "ana@example.com",
        },
        6: None,
        5: {
            "points": -4,
            "reason": "A new champion",
            "until": str(ago(2)),
            "by": "ben@example.com",
        },
        2: None,
    }
    with_it = explained(account, ago(10))
    del with_it["override"]
    assert with_it == without


@pytest.mark.django_db(transaction=True)
def test_of_two_who_judge_at_once_the_later_one_stands() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    judgement = checked(
        5, reason="Both", expires_on=today() + dt.timedelta(3), today=today()
    )  # fmt: skip

    def give(name: str) -> None:
        Override.objects.give(account, judgement, by=team[name], day=today())
        connection.close()

    threads = [Thread(target=give, args=(name,)) for name in ("ana", "ben", "ada")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Override.objects.count() == 3
    assert Override.objects.open().get() == Override.objects.of(account)[0]
