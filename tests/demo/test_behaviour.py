"""What the data look like: rhythm, renewals, stories, and that hidden states show."""

import datetime as dt
from collections import Counter, defaultdict
from statistics import mean

import numpy as np
import pytest

from metrics.demo.companies import COMPANIES, SCRIPTS, company
from metrics.demo.contracts import Customer, make_customer
from metrics.demo.people import make_members
from metrics.demo.remarks import REMARKS
from metrics.demo.renewals import UNFORESEEN, anniversary, decide_renewals
from metrics.demo.stories import STORIES
from metrics.demo.support import business_time
from metrics.demo.surveys import OUTAGE
from metrics.demo.usage import make_usage
from metrics.demo.world import Calendar, Plan, State, drift
from tests.demo.conftest import PLAN, Rows

Files = dict[str, Rows]
CALENDAR = Calendar(PLAN)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text[:10])


def days_ago(text: str) -> int:
    return (PLAN.end - day(text)).days


def account(files: Files, key: str) -> dict[str, str]:
    name = next(story.name for story in STORIES if story.key == key)
    (found,) = [row for row in files["accounts"] if row["name"] == name]
    return found


def of(files: Files, name: str, owner: dict[str, str]) -> Rows:
    return [row for row in files[name] if row["account_external_id"] == owner["external_id"]]


def user_days(rows: Rows, *, begin: int, end: int) -> int:
    """Distinct person-days from `begin` to before `end` days ago."""
    return len(
        {
            (row["person_external_id"], row["occurred_at"][:10])
            for row in rows
            if begin >= days_ago(row["occurred_at"]) > end
        }
    )


def test_weekends_and_christmas_are_quiet(files: Files) -> None:
    counts = Counter(
        day(row["occurred_at"]) for row in files["usage"] if row["feature_key"] != "api"
    )
    working = mean(count for at, count in counts.items() if at.weekday() < 5)
    weekend = mean(counts[at] for at in CALENDAR.days if at.weekday() > 4)
    christmas = mean(counts[dt.date(2025, 12, at)] for at in (24, 25, 26, 29, 30))
    assert weekend < 0.2 * working
    assert christmas < 0.4 * working


def test_people_take_leave(files: Files) -> None:
    members = make_members(PLAN, CALENDAR, customer(3))
    absences = [length for member in members for _, length in member.leaves]
    assert absences
    assert 5 <= min(absences) <= max(absences) <= 21


def customer(index: int, plan: Plan = PLAN) -> Customer:
    found = make_customer(plan, index, incidents=[])
    decide_renewals(plan, Calendar(plan), found)
    return found


def test_customers_leave_only_at_renewals_and_give_notice_before() -> None:
    plan = Plan(accounts=400, days=400, end=PLAN.end)
    calendar = Calendar(plan)
    customers = [customer(index, plan) for index in range(plan.accounts)]
    churned = [one for one in customers if one.churned_at is not None]
    for one in churned:
        assert calendar.day(one.churned_at or 0) == one.renews_on
        assert one.renews_on - calendar.day(one.notice_at or 0) > dt.timedelta(one.notice_days)
        assert one.churn_reason
        assert one.movements[-1].type == "churn"
        assert one.movements[-1].amount == -one.arr
    for one in customers:
        assert one.churned_at is not None or one.renews_on >= plan.end
    yearly = len(churned) / len(customers) * 365 / plan.days
    assert 0.08 <= yearly <= 0.15
    unforeseen = sum(one.churn_reason in UNFORESEEN for one in churned)
    assert 0 < unforeseen < len(churned) / 3


def test_nobody_leaves_before_there_is_anything_to_see() -> None:
    for index in range(8, 20):
        one = make_customer(PLAN, index, incidents=[])
        one.starts_at, one.years, one.states[:] = CALENDAR.index(dt.date(2024, 8, 26)), 1, -9.0
        assert CALENDAR.index(anniversary(dt.date(2024, 8, 26), 1)) == 0
        decide_renewals(PLAN, CALENDAR, one)
        assert one.ends_at > one.begin


def test_nothing_happens_after_churn(files: Files) -> None:
    ends = {row["external_id"]: row["churned_on"] for row in files["accounts"] if row["churned_on"]}
    assert ends
    for name, column in (
        ("usage", "occurred_at"),
        ("tickets", "opened_at"),
        ("surveys", "sent_at"),
    ):
        for row in files[name]:
            assert row[column][:10] < ends.get(row["account_external_id"], "9999")


def test_a_falling_value_makes_activity_fall() -> None:
    """The same people, once with a steady and once with a falling hidden value."""
    ratios = []
    for index in range(8, 20):
        one = customer(index)
        one.states[:] = 0.8
        one.usage, one.ends_at = "usage", PLAN.days
        members = make_members(PLAN, CALENDAR, one)
        steady = make_usage(PLAN, CALENDAR, one, members).active[:, -60:].sum()
        one.states[:, State.VALUE] = np.linspace(0.8, -2.5, PLAN.days)
        falling = make_usage(PLAN, CALENDAR, one, members).active[:, -60:].sum()
        ratios.append((falling + 1) / (steady + 1))
    assert mean(ratios) < 0.45


def test_drift_is_stationary() -> None:
    path = drift(np.random.default_rng(1), days=60_000, mean=np.array([0.5]), memory=20.0, sd=0.4)
    assert path.mean() == pytest.approx(0.5, abs=0.05)
    assert path.std() == pytest.approx(0.4, abs=0.04)
    lagged = np.corrcoef(path[:-20, 0], path[20:, 0])[0, 1]
    assert lagged == pytest.approx(np.exp(-1), abs=0.06)


def test_the_silent_decline_is_silent_and_declines(files: Files) -> None:
    owner = account(files, "silent_decline")
    usage = of(files, "usage", owner)
    assert user_days(usage, begin=60, end=0) < 0.5 * user_days(usage, begin=300, end=240)
    recent = [row for row in of(files, "tickets", owner) if days_ago(row["opened_at"]) < 60]
    assert len(recent) < 8
    assert not owner["notice_on"]


def test_the_champion_leaves_without_a_successor(files: Files) -> None:
    owner = account(files, "champion_loss")
    champions = [row for row in of(files, "people", owner) if row["champion"] == "true"]
    assert [days_ago(row["deactivated_at"]) for row in champions] == [75]
    usage = of(files, "usage", owner)
    assert user_days(usage, begin=45, end=0) < 0.7 * user_days(usage, begin=135, end=90)


def test_the_ticket_storm_is_recent_and_severe(files: Files) -> None:
    tickets = of(files, "tickets", account(files, "ticket_storm"))
    recent = [row for row in tickets if days_ago(row["opened_at"]) <= 28]
    before = [row for row in tickets if 28 < days_ago(row["opened_at"]) <= 112]
    assert len(recent) > len(before)
    assert sum(row["severity"] in {"high", "urgent"} for row in recent) > len(recent) / 3
    assert any(row["escalated"] == "true" for row in recent)


def test_the_healthy_one_buys_more_twice(files: Files) -> None:
    owner = account(files, "healthy_expansion")
    assert [row["type"] for row in of(files, "arr_movements", owner)] == ["expansion"] * 2
    assert owner["seats_sold"] == "88"


def test_the_stalled_onboarding_stops_at_its_first_tasks(files: Files) -> None:
    tasks = of(files, "milestones", account(files, "stalled_onboarding"))
    assert len(tasks) == 7
    assert not any(row["completed_on"] for row in tasks[2:])


def test_the_new_account_is_five_days_old(files: Files) -> None:
    owner = account(files, "brand_new")
    assert days_ago(owner["starts_on"]) == 5
    assert of(files, "people", owner)


def test_no_usage_comes_from_where_the_source_was_not_bought(files: Files) -> None:
    owner = account(files, "no_usage_source")
    assert not of(files, "usage", owner)
    states = [(row["source"], row["state"]) for row in of(files, "source_status", owner)]
    assert states == [("usage", "not_bought")]
    for row in files["source_status"]:
        if row["state"] == "not_bought" and row["source"] in {"surveys", "tickets"}:
            assert not of(files, row["source"], {"external_id": row["account_external_id"]})


def test_the_survey_service_failed_for_two_weeks(files: Files) -> None:
    (failure,) = [row for row in files["source_status"] if row["state"] == "broken"]
    assert (failure["source"], failure["account_external_id"]) == ("surveys", "")
    assert (day(failure["to"]) - day(failure["from"])).days == OUTAGE[1] == 14
    moments = [row[column] for row in files["surveys"] for column in ("sent_at", "answered_at")]
    lost = [text for text in moments if failure["from"] <= text[:10] < failure["to"]]
    assert not lost


def test_sizes_languages_and_scripts_are_mixed(files: Files) -> None:
    seats = [int(row["seats_sold"]) for row in files["accounts"]]
    assert 4 <= min(seats) < 10 < 60 < max(seats) <= 200
    assert {row["segment"] for row in files["accounts"]} == {"SMB", "Mid-market", "Enterprise"}
    known = {
        text: language
        for language, moods in REMARKS.items()
        for texts in moods.values()
        for text in texts
    }
    used = {known[row["comment"]] for row in files["surveys"] if row["comment"]}
    assert {"en", "de", "fr", "ja", "ar"} <= used
    assert {script.language for script in SCRIPTS} == set(REMARKS)
    assert {row["persona"] for row in files["people"]} >= {"service", "vendor", "manager"}


def test_good_scores_come_with_kind_words(files: Files) -> None:
    moods = {
        text: mood for all_ in REMARKS.values() for mood, texts in all_.items() for text in texts
    }
    scores = defaultdict(list)
    for row in files["surveys"]:
        if row["comment"] and row["kind"] == "nps":
            scores[moods[row["comment"]]].append(int(row["score"]))
    assert min(scores["good"]) >= 9
    assert max(scores["bad"]) <= 6


def test_companies_are_distinct_and_addresses_invented(files: Files) -> None:
    assert len(COMPANIES) == len(set(COMPANIES)) >= 120
    found = [company(index) for index in range(5_000)]
    assert len(set(found)) == len(found)
    assert all(row["domain"].endswith(".example") for row in files["accounts"])
    assert all(row["email"].endswith(".example") for row in files["people"])
    assert all(row["owner_email"].endswith("@example.com") for row in files["accounts"])
    assert len({row["domain"] for row in files["accounts"]}) == PLAN.accounts


def test_answers_come_in_business_hours() -> None:
    friday = next(at for at, name in enumerate(CALENDAR.weekday) if name == 4)
    assert business_time(CALENDAR, friday + 16 / 24, 2.0) == pytest.approx(friday + 3 + 10 / 24)
    assert business_time(CALENDAR, friday + 7 / 24, 2.0) == pytest.approx(friday + 11 / 24)


def test_contracts_of_a_leap_day_renew_on_the_28th() -> None:
    assert anniversary(dt.date(2024, 2, 29), 1) == dt.date(2025, 2, 28)
