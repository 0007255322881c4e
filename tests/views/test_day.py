"""My day: what waits, in which order and why."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, ArrMovement, User
from metrics.models import AccountCurrent, Run, Task
from metrics.scoring.flag_rules import FLAG_RULES
from metrics.views.day import export
from metrics.views.day.items import Item
from metrics.views.day.kinds import BY_CODE, KINDS
from metrics.views.day.page import read_items
from tests.facts import DAY, ago, at, make_contract, make_milestone, make_person, make_survey
from tests.views.days import (
    day_of,
    done,
    make_book,
    make_flag,
    make_flagged,
    make_snapshot,
    titles,
    today,
)
from tests.views.nights import client_of, make_customer, night
from tests.views.rows import GREY, RED, make_row

pytestmark = pytest.mark.django_db


def test_everybody_sees_her_own_day_and_nobody_another_ones(
    run: Run, team: dict[str, User]
) -> None:
    make_book(run, team)
    follows, fell, gone = (
        "Ask Ardent who follows the champion",
        "Ask Corvid why usage fell",
        "Call Elm: nobody comes any more",
    )
    assert titles(team["ana"]) == [follows]
    assert titles(team["ana"], book="team") == [follows]
    assert titles(team["ben"]) == [fell]
    assert titles(team["ben"], book="team") == [fell, follows]
    assert titles(team["ada"]) == [fell, gone, follows]
    assert titles(team["ada"], book="mine") == []
    assert titles(team["cy"]) == []
    assert day_of(None).status_code == 302


def test_several_flags_of_an_account_are_joined_under_the_most_urgent(
    run: Run, team: dict[str, User]
) -> None:
    make_flagged(
        run,
        team["ana"],
        "Ardent",
        make_flag("red", since=9),
        make_flag("R2", since=2, text="9 of 20 people inactive for 3 weeks"),
        make_flag("falling", since=20),
    )
    (item,) = day_of(team["ana"]).context["items"]
    assert item.title == "Ask Ardent who follows the champion"
    assert [(call.kind.name, call.since) for call in item.calls] == [
        ("Champion left", ago(2)),
        ("At risk", ago(9)),
        ("Falling", ago(20)),
    ]
    assert item.why == [
        "The champion has left and nobody has taken over.",
        "9 of 20 people inactive for 3 weeks.",
    ]
    html = day_of(team["ana"]).content.decode()
    assert "Also at risk since 9 Mar, falling since 26 Feb" in html


def test_the_ranking_is_shown_as_four_factors_in_words(run: Run, team: dict[str, User]) -> None:
    row = make_flagged(
        run,
        team["ana"],
        "Ardent",
        make_flag("R2", since=9),
        trend="falling",
        score=64.0,
        band="amber",
        arr=50_000,
        renews_on=DAY + dt.timedelta(days=180),
    )
    make_row(run, team["ana"], "Birch", arr=200_000, **GREY)
    account = Account.objects.get(pk=row.account_id)
    make_contract(account, renews_on=row.renews_on, notice_days=30, known_at=at(ago(10)))
    item = next(i for i in day_of(team["ana"]).context["items"] if i.row.name == "Ardent")
    assert [(bar.name, bar.says, round(bar.size, 3)) for bar in item.bars] == [
        ("Risk", "amber, falling", 0.75),
        ("ARR", "$50.0k", 0.5),
        ("Renewal", "notice in 150 d", 0.5),
        ("New", "9 days ago", 0.5),
    ]
    assert item.factors.rank == pytest.approx(0.75 * 0.5 * 0.5 * 0.5)


def test_what_ranks_high_is_for_now_and_the_rest_for_this_week(
    run: Run, team: dict[str, User]
) -> None:
    near = run.business_day + dt.timedelta(days=20)
    make_flagged(run, team["ana"], "Ardent", make_flag("R2"), renews_on=near)
    make_flagged(run, team["ana"], "Birch", make_flag("plateau", since=60), score=90, band="green")
    page = day_of(team["ana"])
    assert [item.row.name for item in page.context["now"]] == ["Ardent"]
    assert [item.row.name for item in page.context["later"]] == ["Birch"]
    assert page.context["lead"] == (
        "One thing cannot wait.",
        "Ranked by risk × ARR × renewal × how new it is. 2 open, 0 done this week.",
    )


def test_every_flag_has_an_act_that_names_the_account() -> None:
    assert {rule.code for rule in FLAG_RULES} <= set(BY_CODE)
    assert all(kind.act.count("{}") == 1 and kind.name for kind in KINDS)
    assert all(len(kind.code) <= 40 for kind in KINDS)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (
            {"change_7": -9.4, "cause_7": "9 people inactive", "spark": [80] * 88 + [70] * 2},
            ("Ask Ardent what happened this week", ago(1), "−9.4 in 7 days: 9 people inactive."),
        ),
        ({"change_7": -7.9}, None),
        (
            {"band": "amber", "score": 64.0, "renews_on": DAY + dt.timedelta(days=43)},
            ("Talk with Ardent about the renewal", ago(47), "Amber, and the renewal is in 43 d."),
        ),
        ({"band": "green", "renews_on": DAY + dt.timedelta(days=43)}, None),
        ({"band": "amber", "score": 64.0, "renews_on": DAY + dt.timedelta(days=91)}, None),
        ({"band": "amber", "score": 64.0, "renews_on": ago(1)}, None),
    ],
)  # fmt: skip
def test_rows_call_for_something_without_a_flag(
    run: Run, team: dict[str, User], over: dict[str, Any], expected: Any
) -> None:
    make_row(run, team["ana"], "Ardent", **over)
    items = day_of(team["ana"]).context["items"]
    found = [(item.title, item.since, item.why[0]) for item in items]
    assert found == ([expected] if expected else [])


def test_an_onboarding_is_late_since_its_newest_task_is(run: Run, team: dict[str, User]) -> None:
    row = make_row(run, team["ana"], "Ardent", stage="onboarding")
    grown = make_row(run, team["ana"], "Birch", stage="mature")
    account = Account.objects.get(pk=row.account_id)
    make_milestone(account, name="Import", due_on=ago(9))
    make_milestone(account, name="First route", due_on=ago(3))
    make_milestone(account, name="Done", due_on=ago(5), completed_on=ago(6))
    make_milestone(account, name="To come", due_on=DAY)
    make_milestone(Account.objects.get(pk=grown.account_id), due_on=ago(9))
    (item,) = day_of(team["ana"]).context["items"]
    assert item.title == "Get the onboarding of Ardent going again"
    assert item.why == ["Value task “Import” was due 9 Mar and 1 more."]
    assert item.since == ago(2)


def test_an_unanswered_detractor_waits(run: Run, team: dict[str, User]) -> None:
    row = make_row(run, team["ana"], "Ardent")
    account = Account.objects.get(pk=row.account_id)
    person = make_person(account, decision_maker=True)
    make_survey(
        account, sent=20, answered=16, person=person, score=3, comment="Support takes\ndays"
    )
    make_survey(account, sent=20, answered=1, score=7, person=person)
    make_survey(account, sent=90, answered=61, score=0)
    make_survey(account, sent=20, answered=1, score=1, kind="csat")
    make_survey(account, sent=20, answered=-1, score=1)  # nobody knew it that night
    corrected = {"external_id": "S-corrected", "sent": 20, "answered": 1}
    make_survey(account, score=1, is_latest=False, **corrected)
    make_survey(account, score=9, known_at=at(ago(2)), **corrected)
    (item,) = day_of(team["ana"]).context["items"]
    assert (item.title, item.since) == ("Answer Ardent’s detractor", ago(16))
    assert item.why == [
        "“Support takes days” Score 3 of 10, decision maker, 16 days ago, unanswered."
    ]


@pytest.mark.parametrize(("known", "waits"), [(at(ago(1)), False), (at(DAY, 9), True)])
def test_a_detractor_waits_until_the_night_knows_of_an_answer(
    run: Run, team: dict[str, User], known: dt.datetime, waits: bool
) -> None:
    row = make_row(run, team["ana"], "Ardent")
    account = Account.objects.get(pk=row.account_id)
    low = {"external_id": "S-low", "sent": 20, "answered": 16, "score": 2}
    make_survey(account, is_latest=False, **low)
    make_survey(account, followed_up_at=at(ago(2)), known_at=known, **low)
    assert bool(titles(team["ana"])) == waits


def test_who_has_too_little_data_is_asked_for_it(run: Run, team: dict[str, User]) -> None:
    none, new, old = (make_row(run, team["ana"], name, **GREY) for name in ("No", "New", "Old"))
    make_snapshot(none, has_usage=False, age_days=9)
    make_snapshot(new, age_days=9)
    make_snapshot(old, age_days=40)
    AccountCurrent.objects.filter(pk=(run.pk, none.account_id)).update(
        coverage=0.23, cause="Contract started 9 days ago", spark=[None] * 90
    )
    items = {item.row.name: item for item in day_of(team["ana"]).context["items"]}
    assert set(items) == {"No", "Old"}
    assert items["No"].title == "Ask No for usage access"
    assert items["No"].since == ago(9)
    assert items["No"].why == [
        "Contract started 9 days ago; only 23\u00a0% of the weight has data,"
        " usage is not connected."
    ]
    assert items["Old"].title == "Find out why so little is known of Old"
    assert [bar.says for bar in items["No"].bars[:1]] == ["unknown"]


def test_a_task_is_written_from_an_item(run: Run, team: dict[str, User]) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("R2"))
    page = day_of(team["ana"], task=row.account_id)
    form = page.context["task_form"]
    assert form.initial["title"] == "Ask Ardent who follows the champion"
    assert [name for _, name in form.users] == ["Ada", "Ana", "Ben"]
    sent = {**form.initial, "next": "/day/"}
    client_of(team["ana"]).post(f"/accounts/{row.account_id}/tasks/", sent)
    task = Task.objects.get()
    assert (task.code, task.assigned_to, task.created_by) == ("R2", team["ana"], team["ana"])
    page = day_of(team["ana"])
    assert [item.row.name for item in page.context["items"]] == ["Ardent"]
    assert page.context["own_tasks"] == [task]
    assert "Task: <bdi>Ask Ardent who follows the champion</bdi>" in page.content.decode()
    assert day_of(team["ana"], task="x").context["task_form"] is None


def test_her_own_tasks_are_listed_the_overdue_first(run: Run, team: dict[str, User]) -> None:
    row, far = make_row(run, team["ana"], "Ardent"), make_row(run, team["cy"], "Elm")
    mine = {"assigned_to": team["ana"], "account_id": row.account_id}
    for title, due in (("Later", 5), ("Late", -1), ("Some day", None)):
        day = None if due is None else today() + dt.timedelta(days=due)
        Task.objects.create(title=title, due_on=day, **mine)
    Task.objects.create(title="Done", done_at=timezone.now(), **mine)
    Task.objects.create(title="Ben's", assigned_to=team["ben"], account_id=row.account_id)
    Task.objects.create(title="Gone", assigned_to=team["ana"], account_id=far.account_id)
    page = day_of(team["ana"])
    assert [task.title for task in page.context["own_tasks"]] == ["Late", "Later", "Some day"]
    html = page.content.decode()
    late = today() - dt.timedelta(days=1)
    assert f'<span class="hs-red">due {late.day} {late:%b}, late</span>' in html


def test_the_rail_shows_the_book_its_renewals_and_good_news(
    run: Run, team: dict[str, User]
) -> None:
    ana = team["ana"]
    make_row(run, ana, "Ardent", renews_on=DAY + dt.timedelta(days=9), **RED)
    risen = make_row(run, ana, "Birch", change_30=12.2, cause_30="6 people back")
    bought = make_row(run, ana, "Corvid", renews_on=ago(1))
    make_row(run, ana, "Elm", currency="EUR", arr=5)
    make_row(run, team["ben"], "Fir", change_30=30)
    values = {"type": "expansion", "known_at": at(ago(2)), "account_id": bought.account_id}
    ArrMovement.objects.create(external_id="1", amount=12_000, on=ago(3), **values)
    ArrMovement.objects.create(external_id="2", amount=12_000, on=ago(31), **values)
    page = day_of(ana).context
    assert (page["figures"].accounts, page["figures"].arr) == (4, 30_000)
    assert [row.name for row in page["renewals"]] == ["Ardent", "Birch", "Elm"]
    assert [(news["name"], news["says"]) for news in page["good_news"]] == [
        ("Corvid", "Bought more: +12.0k ARR, 3 days ago"),
        ("Birch", "+12.2 in 30 days: 6 people back"),
    ]
    assert risen.account_id in [news["account_id"] for news in page["good_news"]]


def test_the_list_is_exported_and_no_cell_is_a_formula(run: Run, team: dict[str, User]) -> None:
    make_flagged(run, team["ana"], "=HYPERLINK(1)", make_flag("red"), make_flag("R2"))
    make_flagged(run, team["ben"], "Corvid", make_flag("R8"), arr=90_000)
    answer = client_of(team["ben"]).get("/day.csv", {"book": "team"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-day-2026-03-18.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["place"], row["name"], row["owner_email"]) for row in rows] == [
        ("1", "Corvid", "ben@example.com"),
        ("2", "'=HYPERLINK(1)", "ana@example.com"),
    ]
    assert rows[1]["reasons"] == "Champion left, At risk"
    assert rows[0]["rank"] == "0.3902"
    assert len(client_of(team["cy"]).get("/day.csv").content.decode().splitlines()) == 1


def test_the_file_leaves_out_an_account_that_is_taken_from_her_while_it_is_read(
    run: Run, team: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_flagged(run, team["ana"], "Ardent", make_flag("red"))
    make_flagged(run, team["ana"], "Birch", make_flag("red"))

    def then_taken(*read: Any) -> list[Item]:
        items = read_items(*read)
        Account.objects.filter(name="Ardent").update(owner=team["cy"])
        return items

    monkeypatch.setattr(export, "read_items", then_taken)
    answer = client_of(team["ana"]).get("/day.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert [(row["place"], row["name"]) for row in rows] == [("1", "Birch")]


def test_nothing_is_left_says_so_and_so_does_a_book_without_accounts(
    run: Run, team: dict[str, User]
) -> None:
    make_row(run, team["ana"], "Ardent")
    html = day_of(team["ana"]).content.decode()
    assert "Nothing waits for you" in html
    assert "No flag is open" in html
    assert "You have no accounts yet" in day_of(team["cy"]).content.decode()
    assert "No account is yours" in day_of(team["ada"], book="mine").content.decode()


def test_before_the_first_night_there_is_no_list(team: dict[str, User]) -> None:
    client = client_of(team["ana"])
    assert "The first run is still to come" in client.get("/day/").content.decode()
    assert client.get("/day.csv").status_code == 404
    assert client.get("/day/count/").content == b""
    account = Account.objects.create(external_id="1", name="A", owner=team["ana"], known_at=at(DAY))
    assert client.post(f"/day/{account.pk}/done/").headers["Location"] == "/day/"


def test_the_header_counts_without_asking_the_database_each_time(
    run: Run, team: dict[str, User]
) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("R2"))
    client = client_of(team["ana"])
    assert 'hx-get="/day/count/"' in client.get("/").content.decode()
    assert client.get("/day/count/").content == b"1"
    assert '<span class="hs-day-count hs-tnum">1</span>' in client.get("/").content.decode()
    client.post(f"/day/{row.account_id}/done/", follow=True)
    assert '<span class="hs-day-count hs-tnum"></span>' in client.get("/").content.decode()
    client.force_login(team["ben"])
    assert 'hx-get="/day/count/"' in client.get("/").content.decode()


def test_a_fragment_brings_the_toast_and_the_count_along(run: Run, team: dict[str, User]) -> None:
    row = make_flagged(run, team["ana"], "Ardent", make_flag("R2"))
    make_flagged(run, team["ana"], "Birch", make_flag("R2"))
    answer = client_of(team["ana"]).post(
        f"/day/{row.account_id}/done/", follow=True, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert html.strip().startswith('<div class="hs-swap" id="day">')
    assert '<span hx-swap-oob="innerHTML:.hs-day-count">1</span>' in html
    assert 'hx-swap-oob="beforeend:#toasts"' in html
    assert "HX-Request" in answer.headers["Vary"]


def test_hostile_names_stay_text(run: Run, team: dict[str, User]) -> None:
    bad = '<img src=x onerror="1">שלום' + "x" * 150
    row = make_flagged(run, team["ana"], bad, make_flag("R2", text=bad))
    account = Account.objects.get(pk=row.account_id)
    make_survey(account, sent=20, answered=16, score=3, comment=bad)
    client = client_of(team["ana"])
    html = client.get("/day/", {"task": row.account_id}).content.decode()
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
    assert client.post(f"/day/{row.account_id}/done/", follow=True).status_code == 200


def test_a_real_night_flows_into_the_day(team: dict[str, User]) -> None:
    account = make_customer(owner=team["ana"], name="Halden Freight")
    for back in (2, 1):
        night(ago(back))
    run = night(DAY)
    flags = AccountCurrent.objects.get(run_id=run.pk, account_id=account.pk).flags
    items = day_of(team["ana"]).context["items"]
    open_codes = {call.code for item in items for call in item.calls}
    assert set(flags) <= open_codes
    assert open_codes


@pytest.mark.parametrize("count", [2, 40])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    run: Run,
    team: dict[str, User],
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        row = make_flagged(run, team["ana"], f"Account {number}", make_flag("R2"))
        Task.objects.create(
            account_id=row.account_id, title="Call", code="R2", assigned_to=team["ana"]
        )
    done(team["ana"], row)
    for name in ("ana", "ben"):
        client = client_of(team[name])
        with django_assert_max_num_queries(13):
            client.get("/day/", {"book": "team"})
        with django_assert_max_num_queries(11):
            client.get("/day/count/")
