"""Flags, trend, rules and remarks on the account page: in words, with what they rest on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import Account
from metrics.models import FlagChange, Run, Snapshot, Ticket
from metrics.scoring.flag_rules import BY_CODE as RULES
from metrics.scoring.flags import Flag, Reason
from tests.facts import DAY, ago, at, make_feature, make_ticket
from tests.views.nights import client_of, make_customer, make_team, night

pytestmark = pytest.mark.django_db
BECAUSE = (
    Reason(code="S07", moved=-4.81, text="Usage 55 % below their own normal"),
    Reason(code="S22", moved=-1.2, text="NPS +15 from 7 answers"),
)


def make_seen(**over: Any) -> tuple[Account, Any]:
    """Ana's customer after one night, and her browser."""
    team = make_team()
    account = make_customer(owner=team["ana"], **over)
    night(DAY)
    return account, client_of(team["ana"])


def flag(rule: str, **over: Any) -> Flag:
    values = {"state": "open", "since": ago(9), "count": 0, "severity": 2, "reasons": BECAUSE}
    return Flag(rule=rule, **{**values, **over})


def store(account: Account, *flags: Flag) -> None:
    """What the night would have stored."""
    rows = Snapshot.objects.filter(account_id=account.pk)
    rows.update(flags=[each.to_dict() for each in flags])


def read(client: Any, account: Account) -> tuple[dict[str, Any], str]:
    answer = client.get(account.get_absolute_url())
    return answer.context["flags"], answer.content.decode()


def test_a_flag_waits_opens_and_leaves_a_history_of_published_nights_alone() -> None:
    team = make_team()
    account, client = make_customer(owner=team["ana"]), client_of(team["ana"])
    ticket = make_ticket(account, opened=40, severity="urgent", escalated=True)
    night(ago(10))
    night(ago(9))
    flags, html = read(client, account)
    assert [told.name for told in flags["waiting"]] == ["Severe ticket"]
    assert "<b>Severe ticket</b> may open: seen on 2 nights since 8 Mar 2026." in html
    assert "No flag is open." in html
    night(ago(8))
    night(ago(8), kind=Run.Kind.RECALCULATION)
    assert FlagChange.objects.filter(rule="R3").count() == 2
    flags, html = read(client, account)
    (told,) = flags["open"]
    rule = RULES["R3"]
    assert (told.name, told.sentence, told.playbook) == (rule.name, rule.sentence, rule.playbook)
    assert (told.since, told.severity, flags["waiting"]) == (ago(8), 2, [])
    assert all(text in html for text in (rule.name, rule.sentence, rule.playbook))
    assert "Severity 2 of 5 · since 10 Mar 2026" in html
    assert len(flags["reasons"]) == 3
    assert [row["name"] for row in flags["history"]] == ["Severe ticket"]
    Ticket.objects.filter(pk=ticket.pk).update(solved_at=at(ago(8), 15))
    for back in range(7, 0, -1):
        night(ago(back))
    flags, html = read(client, account)
    assert [(row["day"], row["is_open"]) for row in flags["history"]] == [
        (ago(1), False),
        (ago(8), True),
    ]
    assert flags["open"] == []
    assert "2 changes so far" in html


def test_open_flags_come_by_severity_with_the_reasons_that_they_share_once() -> None:
    account, client = make_seen()
    store(account, flag("red", severity=2), flag("R2", severity=4), flag("R8", severity=4))
    flags, html = read(client, account)
    assert [told.name for told in flags["open"]] == ["Champion left", "Usage fell", "At risk"]
    assert html.count("Usage 55 % below their own normal") == 1
    assert html.count('aria-label="Severity 4 of 5"') == 2
    assert "−4.8" in html
    assert 'title="Usage against own normal"' in html


def test_reasons_that_differ_stand_with_their_flags() -> None:
    account, client = make_seen()
    store(account, flag("red"), flag("R2", reasons=BECAUSE[:1]))
    flags, html = read(client, account)
    assert flags["reasons"] == []
    assert [len(told.reasons) for told in flags["open"]] == [2, 1]
    assert html.count("Usage 55 % below their own normal") == 2


def test_a_flag_that_is_about_to_close_says_for_how_long_it_was_not_seen() -> None:
    account, client = make_seen()
    store(account, flag("R3", count=1, gone_since=ago(1)))
    assert "not seen for 1 night, closes after 7" in read(client, account)[1]
    store(account, flag("R3", count=3, gone_since=ago(3)))
    assert "not seen for 3 nights, closes after 7" in read(client, account)[1]


def test_a_long_history_shows_the_newest() -> None:
    account, client = make_seen()
    run = Run.objects.get()
    FlagChange.objects.bulk_create(
        FlagChange(
            run_id=run.pk, account_id=account.pk, day=DAY - dt.timedelta(days=number),
            rule=f"old {number}", change="opened", severity=1,
        )
        for number in range(25)
    )  # fmt: skip
    FlagChange.objects.create(
        run_id=run.pk, account_id=account.pk + 1, day=DAY, rule="R3", change="opened", severity=1
    )
    flags, html = read(client, account)
    assert flags["changes"] == 25
    assert [row["name"] for row in flags["history"]][:2] == ["old 0", "old 1"]
    assert "The 20 newest of 25" in html


def test_a_plateau_flag_says_who_stopped_where() -> None:
    account, client = make_seen()
    make_feature("reports", name="Reports")
    make_feature("schedules", name="Schedules")
    now = Snapshot.objects.get(account_id=account.pk)
    slot = 7
    states, part, whole = list(now.states), list(now.part), list(now.whole)
    states[slot], part[slot], whole[slot] = "OK", 5.0, 12.0
    detail = {"ceiling": ["reports"], "next": ["schedules"], "flagged": [], "lapsed": 0}
    Snapshot.objects.filter(account_id=account.pk).update(
        states=states, part=part, whole=whole, details=now.details | {"S08": detail}
    )
    store(account, flag("plateau"))
    said = (
        "5 of 12 people have cooled down since they stopped discovering;"
        " they all stopped at Reports; others go on to Schedules"
    )
    _, html = read(client, account)
    assert html.count(said) == 1
    assert RULES["plateau"].sentence not in html
    html = client.get(account.get_absolute_url(), {"signals": "engagement"}).content.decode()
    assert html.count(said) == 2
    states[slot] = "BROKEN"
    Snapshot.objects.filter(account_id=account.pk).update(states=states)
    assert said not in read(client, account)[1]
    assert RULES["plateau"].sentence in read(client, account)[1]


def test_remarks_stand_beside_their_values() -> None:
    account, client = make_seen()
    html = client.get(account.get_absolute_url(), {"signals": "breadth"}).content.decode()
    (factor,) = Snapshot.objects.values_list("details__S14__bus_factor", flat=True)
    assert f'<span class="hs-remark">{factor} people do half of the work</span>' in html


def test_seats_that_nobody_is_named_for_are_called_over_sold() -> None:
    account, client = make_seen()
    assert "Over-sold" not in client.get(account.get_absolute_url()).content.decode()
    now = Snapshot.objects.get(account_id=account.pk)
    Snapshot.objects.filter(account_id=account.pk).update(
        details=now.details | {"S01": {"over_sold": True}},
        seats=now.seats | {"sold": 8, "intended": 1},
    )
    html = client.get(account.get_absolute_url()).content.decode()
    assert "Over-sold: 8 seats for 1 person who should use it." in html


def test_a_cap_says_why_it_holds_and_when_it_ends() -> None:
    account, client = make_seen()
    score = Snapshot.objects.get().raw_score or 0.0
    caps = [
        {"rule": "R7", "cap": None, "until": None},
        {"rule": "R2", "cap": 60.0, "until": "2026-09-01"},
        {"rule": "R3", "cap": 65.0, "until": None},
        {"rule": "R5", "cap": 65.0, "until": None},
    ]
    Snapshot.objects.filter(account_id=account.pk).update(caps=caps, score=min(score, 60.0))
    answer = client.get(account.get_absolute_url())
    rules = answer.context["made"]["rules"]
    assert [(row["rule"].code, row["ends"]) for row in rules] == [
        ("R2", dt.date(2026, 9, 1)),
        ("R3", None),
        ("R5", None),
    ]
    html = answer.content.decode()
    assert rules[0]["rule"].reason in html
    assert f"{rules[0]['rule'].until} · ends by itself on 1 Sep 2026" in html
    assert f'<p class="hs-list-note">{rules[1]["rule"].until}</p>' in html
    assert [row["is_felt"] for row in rules] == [cap < score for cap in (60, 65, 65)]


@pytest.mark.parametrize(
    ("short", "long", "trend", "word", "note"),
    [
        (-5.2, -2.1, "falling", "Falling", "28 d −5.2 · 91 d −2.1"),
        (4.4, None, "rising", "Rising", "28 d +4.4"),
        (None, -4.4, "falling", "Falling", "91 d −4.4"),
        (0.4, -1.0, "", "Steady", "28 d +0.4 · 91 d −1.0"),
        (-9.0, -1.0, "", "Not proven", "28 d −9.0 · 91 d −1.0"),
        (None, None, "", "–", "too few nights"),
    ],
)
def test_the_head_says_where_the_score_is_going(
    short: float | None, long: float | None, trend: str, word: str, note: str
) -> None:
    account, client = make_seen()
    Snapshot.objects.update(trend_28=short, trend_91=long, trend=trend)
    html = client.get(account.get_absolute_url()).content.decode()
    fact = html[html.index(">Trend</button>") :].split("</div>")[0]
    said = fact[fact.index("</dt>") :]
    assert word in said
    assert said.endswith(f"<dd>{note}</dd>")
    assert ("the median slope over all pairs of nights" in said) == (word != "–")
