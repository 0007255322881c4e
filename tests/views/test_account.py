"""The account page: what it is, why it moved, down to the facts; and who may see it."""

import datetime as dt
import json

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from metrics.models import Feature, Run
from metrics.signals.base import Stage
from metrics.signals.catalogue import SIGNALS
from tests.facts import (
    DAY,
    ago,
    at,
    make_account,
    make_milestone,
    make_person,
    make_status,
    make_survey,
    make_ticket,
    use,
)
from tests.views.nights import client_of, make_customer, make_team, night

pytestmark = pytest.mark.django_db
# the parts that are pages of their own, and what htmx asks of each
PARTS = {
    "people": ("account-people", "people-table"),
    "tickets": ("tickets", "ticket-table"),
    "surveys": ("surveys", "answer-table"),
    "timeline": ("timeline", "events"),
}
EMPTY = {
    "": ["seats unknown"],
    "people": ["No people of this account are known", "Usage is not connected"],
    "tickets": ["No ticket in 12 months", "Tickets are not connected"],
    "surveys": ["No answer in two years", "Surveys are not connected"],
    "timeline": ["Nothing has happened yet", "Usage"],
}
EVERYBODY = [("ana", 200), ("ben", 200), ("ada", 200), ("cy", 404), (None, 302)]


def make_page(**over: object) -> tuple[Account, dict[str, object]]:
    """Ana's customer after two nights, 30 days apart, and the team."""
    team = make_team()
    account = make_customer(owner=team["ana"], **over)
    night(ago(30))
    night(DAY)
    return account, team


def test_owner_manager_and_admin_see_it_and_nobody_else() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    url = account.get_absolute_url()
    seen = [
        (name, client_of(team[name] if name else None).get(url).status_code)
        for name, _ in EVERYBODY
    ]
    assert seen == EVERYBODY


def test_what_is_shown_adds_up_to_the_shown_total() -> None:
    account, team = make_page()
    page = client_of(team["ana"]).get(account.get_absolute_url()).context
    moved, made, now = page["moved"], page["made"], page["night"].now
    steps = [bar["step"].moved for bar in moved.bars]
    assert sum(steps) == pytest.approx(moved.total, abs=1e-9)
    shown = round(now.score, 1) - round(moved.before.score, 1)
    assert moved.total == pytest.approx(shown, abs=1e-9)
    assert moved.total < -5
    assert sum(term["gives"] for term in made["terms"]) == pytest.approx(round(now.raw_score, 1))
    assert sum(card["of"] for card in page["cards"] if card["of"]) == pytest.approx(100)


def test_the_table_lists_every_signal_of_the_stage_once() -> None:
    account, team = make_page()
    client = client_of(team["ana"])
    rows = client.get(account.get_absolute_url(), {"signals": "all"}).context["signals"]["rows"]
    mature = [signal.code for signal in SIGNALS if Stage.MATURE in signal.stages]
    assert sorted(row["code"] for row in rows) == sorted(mature)
    sums = sum(row["gives"] for row in rows if row["gives"] is not None)
    now = client.get(account.get_absolute_url()).context["night"].now
    assert sums == pytest.approx(now.raw_score)
    only = client.get(account.get_absolute_url(), {"signals": "support"}).context["signals"]
    assert {row["code"] for row in only["rows"]} == {"S17", "S18", "S19", "S20", "S21"}


def test_the_reasons_name_people_before_and_after() -> None:
    account, team = make_page()
    response = client_of(team["ana"]).get(account.get_absolute_url())
    (worst,) = [row for row in response.context["moved"].reasons if row["code"] == "S12"]
    assert worst["claim"] == "A smaller part of their groups is active"
    assert (worst["before"], worst["after"], worst["behind"]) == ("2 of 2", "1 of 2", "2 groups")
    html = response.content.decode()
    assert "2 of 2 → 1 of 2" in html
    assert "in 30 days.</b>" in html


@pytest.mark.parametrize(
    ("asked", "days", "is_custom"),
    [
        ({"days": "7"}, 7, False),
        ({"since": ago(30).isoformat()}, 30, True),
        ({"days": "31"}, 30, False),
        ({"days": "x"}, 30, False),
        ({"since": "yesterday"}, 30, False),
        ({"since": (DAY + dt.timedelta(days=3)).isoformat()}, 30, False),
        ({"since": "0001-01-01"}, 30, False),
    ],
)
def test_a_period_comes_from_the_address(asked: dict[str, str], days: int, is_custom: bool) -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    night(DAY)
    moved = client_of(team["ana"]).get(account.get_absolute_url(), asked).context["moved"]
    assert (moved.period.days, moved.period.is_custom) == (days, is_custom)
    assert "No night is published" in moved.why_not


def test_htmx_gets_the_part_alone_from_the_same_address() -> None:
    account, team = make_page()
    client = client_of(team["ana"])
    part = client.get(account.get_absolute_url(), {"days": 30}, headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith('<div id="account-page"')
    assert "HX-Request" in part["Vary"]
    whole = client.get(account.get_absolute_url())
    assert whole.content.decode().startswith("<!doctype html>")


def test_an_account_without_a_score_says_why_and_what_is_missing() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    make_status("usage", "not_bought", since=400, account=account)
    night(DAY)
    response = client_of(team["ana"]).get(account.get_absolute_url())
    page, html = response.context, response.content.decode()
    assert page["night"].now.score is None
    assert page["head"]["lead"] == ("Not enough data for a score.", "Usage not connected.")
    assert "Not enough data" in html
    notes = {row["code"]: row["note"] for row in page["signals"]["rows"]}
    assert {notes[code] for code in ("S01", "S05", "S07", "S09", "S12")} == {"not connected"}
    # silence of a source that is not there is no inactivity
    assert ">never<" not in html
    assert [row["label"] for row in page["funnel"]] == ["Sold", "Provisioned", "Trained"]


def test_an_account_without_a_contract_has_a_page() -> None:
    team = make_team()
    account = Account.objects.create(
        external_id="A-bare", name="Bare", owner=team["ana"], known_at=at(ago(9))
    )
    night(DAY)
    page = client_of(team["ana"]).get(account.get_absolute_url())
    assert page.context["head"]["contract"] is None
    assert "seats unknown" in page.content.decode()


def test_a_frozen_signal_says_since_when() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    night(ago(1))
    make_status("surveys", "broken", since=1)
    night(DAY)
    page = client_of(team["ana"]).get(account.get_absolute_url()).context
    sentiment = next(card for card in page["cards"] if card["key"] == "sentiment")
    assert sentiment["frozen"] == ago(1)
    assert [row["note"] for row in sentiment["signals"]] == ["frozen since 17 Mar"] * 3


def test_before_the_first_night_the_page_says_so() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    client = client_of(team["ana"])
    assert (
        "No night has been calculated yet"
        in client.get(account.get_absolute_url()).content.decode()
    )
    night(DAY)
    later = make_account(owner=team["ana"], known_at=at(DAY, 12))
    assert "Not scored yet" in client.get(later.get_absolute_url()).content.decode()


def test_which_of_several_revisions_is_shown_is_named_and_leads_to_the_runs() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    night(DAY)
    client = client_of(team["ana"])
    assert "revision" not in client.get(account.get_absolute_url()).content.decode()
    run = night(DAY, kind=Run.Kind.RECALCULATION)
    html = client.get(account.get_absolute_url()).content.decode()
    assert f'run {run.pk} · <a href="/runs/#ledger">revision 2 of 2</a>' in html
    Run.objects.filter(pk=run.pk).update(is_published=False)
    Run.objects.filter(revision=1).update(is_published=True)
    assert "revision 1 of 2" in client.get(account.get_absolute_url()).content.decode()


def test_hostile_text_stays_text() -> None:
    bad = '<a href="//x" onclick=1>Acme</a></script>'
    team = make_team()
    account = make_account(owner=team["ana"], name=bad, segment=bad[:40], plan=bad[:40])
    person = make_person(account, name=bad, group=bad, persona=bad, champion=True)
    use(account, person, 2, 3, feature="reports")
    Feature.objects.update(name=bad)
    make_milestone(account, name=bad)
    make_survey(account, person=person, sent=20, answered=19, score=3, comment=bad)
    make_ticket(account, opened=9, severity=bad[:20], topic=bad, comment=bad, csat=2, person=person)
    night(DAY)
    url, client = account.get_absolute_url(), client_of(team["ana"])
    for part in ("", "people/", "tickets/", "surveys/", "timeline/"):
        html = client.get(f"{url}{part}").content.decode()
        assert "onclick=1&gt;" in html
        assert '<a href="//x"' not in html
        assert html.count("</script>") == html.count("<script")


@pytest.mark.parametrize("part", PARTS)
def test_its_parts_are_pages_and_fragments_for_the_same_people(part: str) -> None:
    account, team = make_page()
    url = f"{account.get_absolute_url()}{part}/"
    seen = [
        (name, client_of(team[name] if name else None).get(url).status_code)
        for name, _ in EVERYBODY
    ]
    assert seen == EVERYBODY
    client = client_of(team["ana"])
    for target in PARTS[part]:
        headers = {"HX-Request": "true", "HX-Target": target}
        fragment = client.get(url, headers=headers)
        text = fragment.content.decode().strip()
        assert text.startswith("<")
        assert f'id="{target}"' in text[:200]
        assert "<!doctype" not in text
        assert {"HX-Request", "HX-Target"} <= set(fragment["Vary"].split(", "))
        assert client_of(team["cy"]).get(url, headers=headers).status_code == 404
    assert client.get(url, headers={"HX-Request": "true"}).content.startswith(b"<!doctype")
    assert client.post(url).status_code == 405
    for name, status in EVERYBODY:
        answer = client_of(team[name] if name else None).get(url, {"format": "csv"})
        assert answer.status_code == status


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_an_account_that_no_night_has_seen_is_not_there(part: str) -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    assert client_of(team["ana"]).get(f"{account.get_absolute_url()}{part}/").status_code == 404


@pytest.mark.parametrize("part", ["", *PARTS])
def test_an_account_of_which_nothing_is_known_has_every_page(part: str) -> None:
    team = make_team()
    account = Account.objects.create(
        external_id="A-bare", name="Bare", owner=team["ana"], known_at=at(ago(9))
    )
    night(DAY)
    url = f"{account.get_absolute_url()}{part}{'/' if part else ''}"
    client = client_of(team["ana"])
    pages = [client.get(url)]
    pages += [
        client.get(url, headers={"HX-Request": "true", "HX-Target": target})
        for target in PARTS.get(part, ())
    ]
    for page in pages:
        assert page.status_code == 200
        html = page.content.decode()
        assert any(text in html for text in EMPTY[part])
        assert "None" not in html


def test_without_javascript_every_part_is_a_link_away() -> None:
    account, team = make_page()
    html = client_of(team["ana"]).get(account.get_absolute_url()).content.decode()
    for part in PARTS:
        assert f'href="{account.get_absolute_url()}{part}/"' in html


def test_charts_are_data_in_the_page_and_no_code() -> None:
    account, team = make_page()
    html = client_of(team["ana"]).get(account.get_absolute_url()).content.decode()
    for name in ("moved-figure", "trend-figure"):
        start = html.index(f'<script id="{name}" type="application/json">')
        body = html[html.index(">", start) + 1 : html.index("</script>", start)]
        assert set(json.loads(body)) == {"data", "layout"}
        assert f'data-chart="{name}"' in html
    assert " style=" not in html
    assert html.count("Show data") == 2


def test_a_page_takes_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    account, team = make_page()
    client = client_of(team["ana"])
    client.get(account.get_absolute_url())
    # session, user, organisation, banner, account, run, its two nights, history, everything else
    with django_assert_max_num_queries(9):
        client.get(account.get_absolute_url(), {"signals": "all", "span": "all"})


@pytest.mark.parametrize(
    ("part", "most"), [("people", 11), ("tickets", 8), ("surveys", 7), ("timeline", 7)]
)
def test_its_parts_take_few_queries(
    part: str, most: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    account, team = make_page()
    client = client_of(team["ana"])
    for target in PARTS[part]:
        with django_assert_max_num_queries(most):
            client.get(
                f"{account.get_absolute_url()}{part}/",
                headers={"HX-Request": "true", "HX-Target": target},
            )
