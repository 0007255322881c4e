"""What the table says of a signal: its target out of the curve, its rank in the portfolio."""

from __future__ import annotations

import datetime as dt
from math import floor, nan

import pytest
from django.urls import set_script_prefix
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Milestone
from metrics.models import PointsSpread, Run, Snapshot
from metrics.scoring.curves import Curve
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.numbers import Value
from metrics.templatetags.cards import signal_rows
from metrics.views.account.targets import crossings, target_text
from tests.facts import DAY, ago, at, make_account, make_milestone, make_person, use
from tests.views.nights import client_of, make_customer, make_team, night

UNKNOWN = Value(raw=nan, part=nan, whole=nan, n=nan)


@pytest.mark.parametrize(
    ("code", "value", "detail", "text"),
    [
        ("S05", UNKNOWN, {}, "62\u00a0%"),
        ("S06", UNKNOWN, {}, "2.8 days a week"),
        ("S07", UNKNOWN, {}, "+4\u00a0%"),
        ("S08", UNKNOWN, {}, "at most 12\u00a0%"),
        ("S22", UNKNOWN, {}, "+35"),
        ("S17", Value(raw=3.0, part=9, whole=3, n=9), {}, "at most 1.5"),
        ("S17", Value(raw=0.1, part=0, whole=3, n=9), {}, "0.3"),
        ("S04", Value(raw=2.0, part=90, whole=45, n=0), {}, "at most 49 days"),
        ("S04", UNKNOWN, {}, "–"),
        ("S19", Value(raw=2.0, part=8, whole=4, n=5), {}, "at most 4.0\u00a0h"),
        ("S18", Value(raw=0.0, part=5, whole=9, n=9), {"expected": 0.45}, "at most 37\u00a0%"),
        ("S18", UNKNOWN, {}, "–"),
    ],
)
def test_a_target_is_the_value_that_gives_the_points(
    code: str, value: Value, detail: dict[str, float], text: str
) -> None:
    assert target_text(code, BY_CODE[code].curve, 75, value, detail) == text


def test_a_curve_that_never_gets_there_has_no_target() -> None:
    flat = Curve((0, 10), (1, 60))
    assert target_text("S05", flat, 75, UNKNOWN, {}) == "–"


@given(code=st.sampled_from([signal.code for signal in SIGNALS]), points=st.floats(1, 99))
def test_a_crossing_gives_exactly_the_points(code: str, points: float) -> None:
    curve = BY_CODE[code].curve
    for raw, more in crossings(curve, points):
        assert curve.at(raw) == pytest.approx(points)
        step = 1e-6 if more else -1e-6
        assert curve.at(raw + step) >= curve.at(raw) - 1e-9


@pytest.mark.parametrize("place", ["/", "/health-score/", "/a-b/c-d/", "/&'/"])
def test_each_question_leads_to_its_facts_wherever_the_site_stands(place: str) -> None:
    row = {
        "code": "S19", "question": "How fast?", "subject": "the tickets", "remark": "",
        "value": "5 h", "before": "4 h", "target": "3 h", "points": 40.0, "change": None,
        "gives": None, "better_than": None, "source": "tickets", "note": "last night",
    }  # fmt: skip
    set_script_prefix(place)
    try:
        drawn = signal_rows([row], 7, DAY)
    finally:
        set_script_prefix("/")
    address = escape(f"{place}accounts/7/signals/S19/?day={DAY.isoformat()}")
    assert f'href="{address}" hx-get="{address}"' in drawn


@pytest.mark.django_db
def test_better_than_counts_the_accounts_with_fewer_points() -> None:
    team = make_team()
    good = make_customer(owner=team["ana"])
    for seats in (3, 6, 30):
        other = make_account(owner=team["ana"], seats=seats)
        for _ in range(3):
            use(other, make_person(other), *range(1, 60))
    run = night(DAY)
    page = client_of(team["ana"]).get(good.get_absolute_url(), {"signals": "all"})
    rows = {row["code"]: row for row in page.context["signals"]["rows"]}
    points = {
        code: [s.points[BY_CODE[code].slot] for s in Snapshot.objects.filter(run_id=run.pk)]
        for code in rows
    }
    expected = {
        code: None
        if row["points"] is None
        else 100 * share_below([p for p in points[code] if p is not None], row["points"])
        for code, row in rows.items()
    }
    assert {code: row["better_than"] for code, row in rows.items()} == expected
    assert expected["S01"] == 25.0
    for below in PointsSpread.objects.values_list("below", flat=True):
        assert len(below) == 101
        assert below == sorted(below)
        assert below[0] == 0.0


def share_below(points: list[float], mine: float) -> float:
    """As the page shows them: whole points."""
    return sum(floor(p + 0.5) < floor(mine + 0.5) for p in points) / len(points)


@pytest.mark.django_db
def test_only_the_nights_that_pages_show_keep_their_spread() -> None:
    team = make_team()
    make_customer(owner=team["ana"])
    runs = [night(ago(days)) for days in (3, 2, 1, 0)]
    kept = set(PointsSpread.objects.values_list("run_id", flat=True))
    assert kept <= {run.pk for run in runs[-3:]}
    assert runs[-1].pk in kept
    older = night(ago(9), kind=Run.Kind.RECALCULATION)
    assert older.pk not in set(PointsSpread.objects.values_list("run_id", flat=True))


@pytest.mark.django_db
def test_every_row_says_what_it_was_and_what_it_should_be() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    night(ago(30))
    night(DAY)
    page = client_of(team["ana"]).get(account.get_absolute_url(), {"signals": "breadth"})
    (row,) = [row for row in page.context["signals"]["rows"] if row["code"] == "S12"]
    shown = {key: row[key] for key in ("value", "before", "target", "source", "note")}
    assert shown == {
        "value": "1 of 2",
        "before": "2 of 2",
        "target": "76\u00a0%",
        "source": "usage",
        "note": "last night",
    }
    assert row["change"] < 0


def tasks_of(day: dt.date, *, started: int) -> dict[str, object]:
    """The checklist of an account whose contract began so many days before DAY."""
    team = make_team()
    account = make_account(owner=team["ana"], started=started)
    begun = ago(started)
    after = {"Kick-off": (5, 7), "First map": (30, 49), "Import": (60, None), "Later": (None, None)}
    for name, (due, done) in after.items():
        completed = begun + dt.timedelta(days=done) if done else None
        make_milestone(
            account, name=name, is_value=name == "First map",
            due_on=begun + dt.timedelta(days=due) if due else None,
            completed_on=completed, completed_known_at=at(completed) if completed else None,
            known_at=at(begun), owner="Dana Whitlock" if name == "Import" else "",
        )  # fmt: skip
    night(day)
    page = client_of(team["ana"]).get(account.get_absolute_url())
    assert Milestone.objects.count() == len(page.context["onboarding"]["tasks"])
    return {**page.context["onboarding"], "html": page.content.decode()}


@pytest.mark.django_db
def test_the_checklist_says_what_is_late_and_by_how_much() -> None:
    found = tasks_of(DAY, started=77)
    assert [(task.name, task.state, task.late) for task in found["tasks"]] == [
        ("Kick-off", "done", 2),
        ("First map", "done", 19),
        ("Import", "late", 17),
        ("Later", "open", 0),
    ]
    assert "Day 77 of 90: 2 of 4 value tasks done, 1 late." in found["html"]
    assert "First value on day 49 (target 45)." in found["html"]
    assert "17 d late" in found["html"]
    assert found["html"].count("Dana Whitlock") == 1


@pytest.mark.django_db
def test_after_the_first_90_days_the_checklist_says_how_it_ended() -> None:
    found = tasks_of(DAY, started=400)
    assert "2 of 4 value tasks in the first 90 days." in found["html"]
    assert found["in_time"] == 2
    assert found["value_day"] == 49
