"""The portfolio: whose accounts, which rows, in which order, what the figures say."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from metrics.models import Run
from tests.facts import DAY, make_account
from tests.views.nights import client_of, make_user
from tests.views.rows import GREY, RED, make_row, make_run

pytestmark = pytest.mark.django_db


def names(client: Client, **asked: Any) -> list[str]:
    """The names in the table, in its order."""
    return [row.name for row in client.get("/", asked).context["page"].rows]


def make_portfolio(run: Run, team: dict[str, User]) -> None:
    """Ana owns four accounts, Ben one, somebody of another team one, nobody one."""
    soon = run.business_day + dt.timedelta(days=60)
    ana, other = team["ana"], make_user("Zoe")
    make_row(run, ana, "Ardent", arr=50_000, segment="Enterprise")
    make_row(
        run, ana, "Birch", **RED | {"previous_band": "amber"}, change_7=-9, cause_7="Champion left"
    )
    make_row(run, ana, "Corvid", **RED, renews_on=soon, stage="adoption", change_30=-12.5)
    make_row(run, ana, "Delta", **GREY, renews_on=None, arr=None)
    make_row(run, team["ben"], "Elm", band="amber", previous_band="red", score=66, change_30=7)
    make_row(run, other, "Fjord", arr=99_000)
    make_row(run, None, "Glen", arr=20_000)


def test_everybody_sees_her_own_accounts_and_no_others(run: Run, team: dict[str, User]) -> None:
    make_portfolio(run, team)
    seen = {name: sorted(names(client_of(team[name]))) for name in ("ana", "ben", "ada")}
    book = ["Ardent", "Birch", "Corvid", "Delta"]
    assert seen == {
        "ana": book,
        "ben": [*book, "Elm"],
        "ada": [*book, "Elm", "Fjord", "Glen"],
    }


def test_who_has_no_account_is_told_so(run: Run, team: dict[str, User]) -> None:
    make_portfolio(run, team)
    answer = client_of(team["cy"]).get("/")
    assert answer.status_code == 200
    assert "You have no accounts yet" in answer.content.decode()
    assert "Ardent" not in answer.content.decode()


def test_nobody_is_sent_to_the_log_in() -> None:
    assert client_of(None).get("/").headers["Location"] == "/log-in/?next=/"


def test_who_lost_an_account_today_sees_it_no_more(run: Run, team: dict[str, User]) -> None:
    row = make_row(run, team["ana"], "Ardent")
    make_row(run, team["ana"], "Birch")
    Account.objects.filter(pk=row.account_id).update(owner=make_user("Zoe"))
    assert names(client_of(team["ana"])) == ["Birch"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Fjord", "Ardent", "Glen", "Birch", "Corvid", "Elm", "Delta"]),
        ({"q": "r"}, ["Fjord", "Ardent", "Birch", "Corvid"]),
        ({"q": "R\x00D"}, ["Fjord", "Ardent"]),
        ({"q": "100%"}, []),
        ({"band": "red"}, ["Birch", "Corvid"]),
        ({"band": ["red", "grey"]}, ["Birch", "Corvid", "Delta"]),
        ({"band": "blue"}, ["Fjord", "Ardent", "Glen", "Birch", "Corvid", "Elm", "Delta"]),
        ({"segment": "Enterprise"}, ["Ardent"]),
        ({"stage": "adoption"}, ["Corvid"]),
        ({"renewal": "90"}, ["Corvid"]),
        ({"renewal": "30"}, []),
        ({"changed": "7"}, ["Birch", "Elm"]),
        ({"moved": "down"}, ["Corvid"]),
        ({"moved": "up"}, ["Elm"]),
        ({"owner": "none"}, ["Glen"]),
        ({"owner": "me"}, []),
        ({"owner": "0 OR 1=1"}, ["Fjord", "Ardent", "Glen", "Birch", "Corvid", "Elm", "Delta"]),
        ({"band": "red", "stage": "mature"}, ["Birch"]),
    ],
)
def test_a_filter_shows_these_rows_and_no_others(
    run: Run, team: dict[str, User], asked: dict[str, Any], expected: list[str]
) -> None:
    make_portfolio(run, team)
    assert names(client_of(team["ada"]), **asked) == expected


def test_a_manager_filters_by_person_and_by_herself(run: Run, team: dict[str, User]) -> None:
    make_portfolio(run, team)
    ben = client_of(team["ben"])
    assert names(ben, owner="me") == ["Elm"]
    assert sorted(names(ben, owner=str(team["ana"].pk))) == ["Ardent", "Birch", "Corvid", "Delta"]
    other = User.objects.get(name="Zoe")
    assert names(ben, owner=str(other.pk)) == []
    offered = {menu.name: [o.label for o in menu.options] for menu in _menus(ben)}
    assert offered["owner"] == ["All", "Me", "My team", "Ana"]
    assert "owner" not in {menu.name for menu in _menus(client_of(team["ana"]))}


def _menus(client: Client) -> list[Any]:
    return list(client.get("/").context["menus"])


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Ardent", "Birch", "Corvid", "Delta"]),
        ("-name", ["Delta", "Corvid", "Birch", "Ardent"]),
        ("score", ["Birch", "Corvid", "Ardent", "Delta"]),
        ("-score", ["Ardent", "Birch", "Corvid", "Delta"]),
        ("7d", ["Birch", "Ardent", "Corvid", "Delta"]),
        ("30d", ["Corvid", "Ardent", "Birch", "Delta"]),
        ("arr", ["Birch", "Corvid", "Ardent", "Delta"]),
        ("renewal", ["Corvid", "Ardent", "Birch", "Delta"]),
        ("seats", ["Ardent", "Birch", "Corvid", "Delta"]),
        ("coverage", ["Ardent", "Birch", "Corvid", "Delta"]),
        ("momentum", ["Ardent", "Birch", "Corvid", "Delta"]),
        ("password", ["Ardent", "Birch", "Corvid", "Delta"]),
    ],
)
def test_rows_are_sorted_by_the_server_with_unknown_values_last(
    run: Run, team: dict[str, User], sort: str, expected: list[str]
) -> None:
    make_portfolio(run, team)
    assert names(client_of(team["ana"]), sort=sort) == expected


def test_pages_hold_every_row_once(run: Run, team: dict[str, User]) -> None:
    for number in range(103):
        make_row(run, team["ana"], f"Account {number:03}")
    ana = client_of(team["ana"])
    pages = [names(ana, page=page) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 3]
    assert len({name for page in pages for name in page}) == 103
    assert "51–100 of 103" in ana.get("/", {"page": 2}).content.decode()
    for beyond in ("99", "0", "-1", "x", "9" * 30):
        assert names(ana, page=beyond) in (pages[0], pages[2])


def test_the_figures_count_and_sum_what_she_may_see(run: Run, team: dict[str, User]) -> None:
    make_portfolio(run, team)
    found = client_of(team["ana"]).get("/").context["figures"]
    assert (found.accounts, found.scored, found.red, found.grey) == (4, 3, 2, 1)
    assert (found.arr, found.at_risk) == (Decimal(70_000), Decimal(20_000))
    assert (found.worse, found.better, found.changed) == (1, 0, 1)
    assert (found.soon, found.soon_arr) == (1, Decimal(10_000))
    assert found.mean == pytest.approx((80 + 41 + 41) / 3)
    lead = client_of(team["ana"]).get("/").context["lead"]
    assert lead == (
        "$20.0k is at risk, $10.0k of it up for renewal within 90 days.",
        "Birch got worse this week: champion left.",
    )


def test_figures_follow_the_owner_and_the_table_the_other_filters(
    run: Run, team: dict[str, User]
) -> None:
    make_portfolio(run, team)
    ada = client_of(team["ada"])
    assert ada.get("/", {"owner": "none"}).context["figures"].accounts == 1
    assert ada.get("/", {"band": "red"}).context["figures"].accounts == 7


def test_money_is_summed_within_one_currency_only(run: Run, team: dict[str, User]) -> None:
    for name, currency in (("One", "USD"), ("Two", "USD"), ("Three", "EUR")):
        make_row(run, team["ana"], name, currency=currency, **RED)
    answer = client_of(team["ana"]).get("/")
    found = answer.context["figures"]
    assert (found.currency, found.others, found.arr) == ("USD", 1, Decimal(20_000))
    assert "only USD; 1 account in others" in answer.content.decode()
    assert answer.context["lead"][0] == (
        "3 accounts are red, none of them up for renewal within 90 days."
    )


def test_without_a_match_there_is_a_sentence_and_no_head_of_a_table(
    run: Run, team: dict[str, User]
) -> None:
    make_row(run, team["ana"], "Ardent")
    html = client_of(team["ana"]).get("/", {"q": "zzz"}).content.decode()
    assert "No account matches these filters." in html
    assert "<thead" not in html
    assert 'id="picking"' not in html


def test_movers_are_the_largest_changes_with_their_cause(run: Run, team: dict[str, User]) -> None:
    for number in range(7):
        make_row(run, team["ana"], f"Down {number}", change_30=-number, cause_30=f"Cause {number}")
    make_row(run, team["ana"], "Week", change_7=9, change_30=None, cause_7="They came back")
    ana = client_of(team["ana"])
    month, week = ana.get("/").context, ana.get("/", {"days": 7}).context
    assert [row.name for row in month["down"]] == [f"Down {n}" for n in (6, 5, 4, 3, 2)]
    assert [row.name for row in month["up"]] == []
    assert week["up"][0].name == "Week"
    assert "They came back" in ana.get("/", {"days": 7}).content.decode()


def test_a_page_reads_one_run_only(run: Run, team: dict[str, User]) -> None:
    older = make_run(DAY - dt.timedelta(days=1))
    make_row(older, team["ana"], "Yesterday")
    make_row(make_run(DAY + dt.timedelta(days=1), published=False), team["ana"], "Unpublished")
    make_row(run, team["ana"], "Today")
    assert names(client_of(team["ana"])) == ["Today"]


def test_without_accounts_the_page_says_how_to_bring_them_in(team: dict[str, User]) -> None:
    ada = client_of(team["ada"])
    assert ada.get("/").headers["Location"] == "/setup/"
    assert "Bring in your accounts" in ada.get("/").content.decode()
    make_account(owner=team["ana"])
    assert "The first run is on its way" in client_of(team["ana"]).get("/").content.decode()


def test_hostile_names_stay_text(run: Run, team: dict[str, User]) -> None:
    name = "<script>alert(1)</script>\"'&"
    make_row(run, team["ana"], name, segment="<b>x</b>", cause="<i>y</i>", cause_30=name[:50])
    html = client_of(team["ana"]).get("/").content.decode()
    assert "<script>alert" not in html
    assert "<b>x" not in html
    assert "<i>y" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_no_inline_style_or_script(run: Run, team: dict[str, User]) -> None:
    make_portfolio(run, team)
    html = client_of(team["ada"]).get("/").content.decode()
    assert " style=" not in html
    assert " onclick" not in html
    assert html.count("<script ") == html.count("<script src=")


def test_a_fragment_is_the_same_page_without_its_frame(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent")
    answer = client_of(team["ana"]).get("/", headers={"HX-Request": "true"})
    assert answer.content.decode().strip().startswith('<div class="hs-swap" id="portfolio">')
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("count", [2, 60])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    run: Run,
    team: dict[str, User],
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        make_row(run, team["ana"], f"Account {number}")
    ben = client_of(team["ben"])
    with django_assert_max_num_queries(28):
        ben.get("/")
