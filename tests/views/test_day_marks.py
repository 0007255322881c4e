"""My day: done, snoozed, and undone."""

from __future__ import annotations

import datetime as dt
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from accounts.models import Account, User
from metrics.models import AccountCurrent, Mark, Run
from metrics.views.day.actions import MOST_MARKS
from tests.facts import DAY, ago
from tests.views.days import (
    day_of,
    done,
    make_book,
    make_flag,
    make_flagged,
    make_snapshot,
    snooze,
    titles,
    today,
)
from tests.views.nights import client_of, make_team
from tests.views.rows import make_run

pytestmark = pytest.mark.django_db


def test_done_holds_until_the_item_opens_anew(run: Run, team: dict[str, User]) -> None:
    row = make_flagged(
        run, team["ana"], "Ardent", make_flag("red", since=9), make_flag("R2", since=2)
    )
    html = done(team["ana"], row).content.decode()
    assert "Done: Ask Ardent who follows the champion" in html
    assert titles(team["ana"]) == []
    assert titles(team["ben"], book="team") == []
    assert set(Mark.objects.standing().values_list("code", "since", "kind", "until")) == {
        ("R2", ago(2), "done", None),
        ("red", ago(9), "done", None),
    }
    later = make_run(DAY + dt.timedelta(days=3), published=True)
    for flag in (make_flag("red", since=9), make_flag("R2", since=-1)):
        assert flag.since <= later.business_day
    again = AccountCurrent.objects.get(pk=(run.pk, row.account_id))
    again.run_id, again.flags = later.pk, ["red", "R2"]
    again.save(force_insert=True)
    make_snapshot(
        again, make_flag("red", since=9), make_flag("R2", since=-1), day=later.business_day
    )
    (item,) = day_of(team["ana"]).context["items"]
    assert [call.code for call in item.calls] == ["R2"]


def test_another_flag_of_the_same_account_is_an_item_of_its_own(
    run: Run, team: dict[str, User]
) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("red"), make_flag("R2"))
    Mark.objects.put(Account.objects.get(pk=row.account_id), {"R2": DAY}, by=team["ana"])
    assert titles(team["ana"]) == ["Agree with Ardent on one change and a date"]


@pytest.mark.parametrize(
    ("sent", "days"), [({"until": "tomorrow"}, 1), ({"until": "week"}, None), ({"until": "day"}, 9)]
)
def test_a_snoozed_item_is_away_until_its_day(
    run: Run, team: dict[str, User], sent: dict[str, Any], days: int | None
) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("R2"))
    tomorrow = today() + dt.timedelta(days=1)
    monday = tomorrow + dt.timedelta(days=7 - tomorrow.weekday())
    until = today() + dt.timedelta(days=days) if days else monday
    page = snooze(team["ana"], row, **sent, day=until)
    assert f"Until {until.day} {until:%b}: Ask Ardent who follows" in page.content.decode()
    assert titles(team["ana"]) == []
    (mark,) = Mark.objects.standing()
    assert (mark.kind, mark.until) == ("snoozed", until)
    assert not mark.hides(mark.since, today=until)
    assert not mark.hides(mark.since + dt.timedelta(days=1), today=today())
    Mark.objects.update(until=today())
    assert titles(team["ana"]) == ["Ask Ardent who follows the champion"]


@pytest.mark.parametrize(
    "sent",
    [
        {"until": "day"},
        {"until": "day", "day": "2020-01-01"},
        {"until": "day", "day": "9999-01-01"},
        {"until": "day", "day": "x"},
        {"until": "x"},
    ],
)
def test_a_day_that_makes_no_sense_snoozes_nothing(
    run: Run, team: dict[str, User], sent: dict[str, str]
) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("R2"))
    html = snooze(team["ana"], row, **sent).content.decode()
    assert "hs-toast-error" in html
    assert not Mark.objects.exists()


def test_a_mark_is_undone_with_all_that_it_covered(run: Run, team: dict[str, User]) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("red"), make_flag("R2"))
    html = done(team["ana"], row, next="/day/?book=mine").content.decode()
    numbers = "-".join(str(mark.pk) for mark in Mark.objects.order_by("pk"))
    assert f'action="/day/undo/{numbers}/?next=%2Fday%2F%3Fbook%3Dmine"' in html
    assert "Done this week" in html
    assert "0 open, 1 done this week" in html
    client = client_of(team["ana"])
    answer = client.post(f"/day/undo/{numbers}/?next=%2Fday%2F%3Fbook%3Dmine")
    assert answer.headers["Location"] == "/day/?book=mine"
    assert titles(team["ana"]) == ["Ask Ardent who follows the champion"]
    assert "It is back" in client.get("/day/").content.decode()
    assert client.post(f"/day/undo/{numbers}/").status_code == 302  # once more: no harm


def test_a_second_mark_takes_the_place_of_the_first(run: Run, team: dict[str, User]) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("R2"))
    snooze(team["ana"], row)
    Mark.objects.update(until=today())
    done(team["ben"], row)
    assert Mark.objects.standing().get().created_by == team["ben"]
    assert Mark.objects.count() == 2
    html = done(team["ana"], row).content.decode()
    assert "Nothing waits there any more" in html
    assert Mark.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_three_who_mark_an_item_at_once_one_mark_stands() -> None:
    team, run = make_team(), make_run()
    row = make_flagged(run, team["ana"], "Ardent", make_flag("R2"), make_flag("red"))
    account = Account.objects.get(pk=row.account_id)

    def put(name: str) -> None:
        Mark.objects.put(account, {"R2": DAY, "red": DAY}, by=team[name])
        connection.close()

    threads = [Thread(target=put, args=(name,)) for name in ("ana", "ben", "ada")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Mark.objects.count() == 6
    standing = Mark.objects.standing().order_by("code")
    assert [mark.code for mark in standing] == ["R2", "red"]
    assert len({(mark.created_at, mark.created_by_id) for mark in standing}) == 1


def test_what_she_may_not_see_she_can_neither_mark_nor_undo(
    run: Run, team: dict[str, User]
) -> None:
    rows = make_book(run, team)
    done(team["ana"], rows["ardent"])
    number = Mark.objects.standing().values_list("pk", flat=True)[0]
    for name in ("cy", None):
        expected = 404 if name else 302
        client = client_of(team[name] if name else None)
        account = rows["ardent"].account_id
        for path in (f"{account}/done/", f"{account}/snooze/", f"undo/{number}/"):
            assert client.post(f"/day/{path}", {"until": "week"}).status_code == expected
    assert Mark.objects.standing().count() == 2
    ana = client_of(team["ana"])
    assert ana.post(f"/day/undo/{number}-999999/").status_code == 404
    assert ana.post("/day/undo/x/").status_code == 404
    assert ana.get(f"/day/undo/{number}/").status_code == 405
    assert Mark.objects.standing().count() == 2


def test_no_item_is_marked_by_following_a_link(run: Run, team: dict[str, User]) -> None:
    row, ana = make_flagged(run, team["ana"], "Ardent", make_flag("R2")), client_of(team["ana"])
    for act in ("done", "snooze"):
        answer = ana.get(f"/day/{row.account_id}/{act}/", {"until": "week"})
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert not Mark.objects.exists()


def test_no_more_marks_are_undone_at_once_than_an_item_can_have(
    run: Run, team: dict[str, User]
) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("R2"))
    account = Account.objects.get(pk=row.account_id)
    since = {f"R{number}": DAY for number in range(MOST_MARKS + 1)}
    numbers = sorted(mark.pk for mark in Mark.objects.put(account, since, by=team["ana"]))
    path = f"/day/undo/{'-'.join(map(str, numbers))}/"
    assert client_of(team["ana"]).post(path).status_code == 302
    assert [mark.pk for mark in Mark.objects.standing()] == numbers[-1:]


def test_the_rail_names_no_account_that_she_may_not_see(run: Run, team: dict[str, User]) -> None:
    rows = make_book(run, team)
    done(team["ben"], rows["corvid"])
    done(team["ana"], rows["ardent"])
    found = {
        name: [one.name for one in day_of(team[name], book="team").context["marks"]["done"]]
        for name in ("ana", "cy")
    }
    assert found == {"ana": ["Ardent"], "cy": []}


def test_an_address_of_another_site_is_never_gone_to(run: Run, team: dict[str, User]) -> None:
    rows = make_book(run, team)
    client = client_of(team["ana"])
    for bad in ("https://example.com/", "//example.com", "javascript:x", "/\\example.com"):
        answer = client.post(f"/day/{rows['ardent'].account_id}/done/", {"next": bad})
        assert answer.headers["Location"] == "/day/"
