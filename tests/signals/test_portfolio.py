"""What a run knows of the whole portfolio: the season, the priors, the rates."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from metrics.signals.base import Cadence, Frames, Portfolio, Source, Tenant
from metrics.signals.portfolio import Sample, combine, from_json, sample, to_json
from metrics.signals.seasons import season, users_heard
from tests.frames_maker import DAY, make_frames, person, weekdays
from tests.signals.any_frames import broken

WEEKS = tuple(dt.date(2026, 1, 5) + dt.timedelta(weeks=week) for week in range(20))


def combined(*frames: Frames, **over: Any) -> Portfolio:
    return combine(
        [sample(part) for part in frames],
        day=DAY,
        median_points=over.get("median_points", {}),
        tenant=over.get("tenant", Tenant()),
    )


def steady(accounts: int, *, last: float, users: float = 10) -> np.ndarray:
    """The same users every week, and `last` times as many in the last one."""
    table = np.full((accounts, len(WEEKS)), float(users))
    table[:, -1] = users * last
    return table


# The season


@pytest.mark.parametrize(
    ("last", "g"), [(1.0, 1.0), (0.5, 0.5), (0.1, 0.3), (1.2, 1.2), (2.0, 1.5)]
)
def test_a_week_is_compared_with_the_accounts_own_13_weeks(last: float, g: float) -> None:
    found = season(steady(20, last=last), WEEKS)
    assert list(found) == list(WEEKS[13:])
    assert found[WEEKS[-1]] == pytest.approx(g)
    assert found[WEEKS[-2]] == 1.0


def test_the_season_is_the_median_and_not_led_by_a_few() -> None:
    users = np.concatenate([steady(11, last=0.8), steady(10, last=0.3)])
    assert season(users, WEEKS)[WEEKS[-1]] == pytest.approx(0.8)


def test_there_is_no_season_of_fewer_than_20_accounts_with_5_users() -> None:
    assert season(steady(19, last=0.5), WEEKS) == {}
    assert season(steady(20, last=0.5, users=4.9), WEEKS) == {}


def test_an_account_counts_from_its_fourteenth_week_on() -> None:
    users = steady(20, last=0.5)
    users[0, :7] = np.nan
    assert list(season(users, WEEKS)) == []
    users = np.concatenate([steady(20, last=0.5), users])
    assert season(users, WEEKS)[WEEKS[-1]] == pytest.approx(0.5)


def test_weeks_of_which_nothing_was_heard_are_no_season_and_no_usual_week() -> None:
    users = steady(20, last=0.5)
    users[:, 12:15] = np.nan
    found = season(users, WEEKS)
    assert list(found) == [WEEKS[column] for column in (15, 16, 17, 18, 19)]
    assert found[WEEKS[-1]] == pytest.approx(0.5)
    assert [found[week] for week in WEEKS[15:19]] == [1.0] * 4
    users[:, 6:12] = np.nan  # six of the last one's thirteen are left
    assert season(users, WEEKS) == {}


def test_an_outage_everywhere_leaves_everybody_at_their_own_normal() -> None:
    """Else a season that nobody was heard of would make the weeks after it look busy."""
    weeks = [back for back in range(1, 53) if back not in (6, 7, 8)]
    people = [person(account=a, active=weekdays(*weeks)) for a in range(20) for _ in range(6)]
    frames = make_frames(accounts=20, people=people, unheard=(6, 7, 8))
    found = combined(frames).season
    assert set(found.values()) == {1.0}
    assert not {frames.weeks[-back] for back in (6, 7, 8)} & found.keys()


def test_users_of_an_outage_that_lasts_are_unknown_week_by_week() -> None:
    """DAY is a Wednesday: the last complete week ended 3 days ago, the one before 10."""
    frames = make_frames(people=[person(active=weekdays(*range(1, 9)))])
    assert users_heard(frames)[0, -3:].tolist() == [1, 1, 1]
    for state, days, known in [("late", 2, 3), ("late", 3, 2), ("broken", 9, 2), ("broken", 10, 1)]:
        lost = users_heard(broken(frames, Source.USAGE, state, days))
        assert (~np.isnan(lost[0, -3:])).sum() == known
    assert users_heard(broken(frames, Source.TICKETS, days=9))[0, -1] == 1


# Priors


def surveys(*scores: int, ago: int = 20) -> list[dict[str, Any]]:
    return [{"sent_days_ago": ago + 1, "answered_days_ago": ago, "score": s} for s in scores]


def test_too_little_leaves_the_defaults() -> None:
    few = make_frames(
        surveys=surveys(*[0] * 99), tickets=[{"csat": 1, "opened_days_ago": 100}] * 99
    )
    assert combined(few) == Portfolio()
    assert combine([], day=DAY, median_points={"S01": 50.0}).median_points == {"S01": 50.0}


def test_priors_are_the_portfolios_own_values_over_a_year() -> None:
    tickets = [{"csat": 5, "solved_days_ago": 300, "opened_days_ago": 301}] * 30
    tickets += [{"csat": 3, "solved_days_ago": 300, "opened_days_ago": 301}] * 70
    old = [{"csat": 1, "solved_days_ago": 366, "opened_days_ago": 367}] * 50
    asked = surveys(*[10] * 60, *[7] * 20, *[0] * 20) + [{"sent_days_ago": 50}] * 100
    found = combined(
        make_frames(tickets=tickets[:50], surveys=asked[:90]),
        make_frames(tickets=tickets[50:] + old, surveys=asked[90:]),
        median_points={"S05": 71.5},
    )
    assert found.mu_csat == pytest.approx(0.3)
    assert found.mu_nps == pytest.approx(0.4)
    assert found.mu_response == pytest.approx(0.5)
    assert found.median_points == {"S05": 71.5}


# Tickets


def regulars(count: int, tenure: float = 500) -> list[Any]:
    """Active in every one of twelve weeks."""
    return [person(tenure=tenure, active=list(range(3, 85, 7))) for _ in range(count)]


def tickets(count: int, people: Sequence[int], **over: Any) -> list[dict[str, Any]]:
    return [
        {"person": people[n % len(people)], "opened_days_ago": 10, **over} for n in range(count)
    ]


def rates(*frames: Frames) -> list[float | None]:
    return list(combined(*frames).ticket_rate)


def test_the_rate_of_a_band_of_tenure_needs_200_user_months() -> None:
    # 73 people x 12 weeks = 876 user-weeks; 200 months are 866.7
    frames = make_frames(people=regulars(73), tickets=tickets(44, range(73)))
    assert rates(frames) == [None, None, None, None, pytest.approx(44 / 876)]
    assert rates(make_frames(people=regulars(72), tickets=tickets(44, range(72)))) == [None] * 5


def test_a_ticket_belongs_to_its_openers_tenure_on_that_day() -> None:
    people = regulars(73) + regulars(300, tenure=30)
    facts = tickets(10, range(73)) + tickets(6, range(73, 373), opened_days_ago=25)
    found = rates(make_frames(people=people, tickets=facts))
    # 300 newcomers: weeks 0 and 1 ago lie above four weeks of tenure, ten weeks below
    assert found == [pytest.approx(6 / 3300), None, None, None, pytest.approx(10 / 876)]


def test_tickets_of_nobody_in_particular_are_spread_like_activity() -> None:
    frames = make_frames(people=regulars(73), tickets=tickets(30, [-1]) + tickets(14, range(73)))
    assert rates(frames)[4] == pytest.approx(44 / 876)


def test_how_the_portfolio_is_cut_does_not_matter_to_the_rates() -> None:
    """Tickets of nobody count for the newcomers of one chunk and the old hands of the other."""
    old, new = regulars(73), regulars(80, tenure=2)
    apart = rates(make_frames(people=old, tickets=tickets(30, [-1])), make_frames(people=new))
    assert apart == rates(make_frames(people=old + new, tickets=tickets(30, [-1])))
    assert apart == [pytest.approx(30 / (153 * 12)), None, None, None, apart[0]]


def test_accounts_without_people_or_usage_teach_no_rate() -> None:
    frames = make_frames(people=regulars(73), tickets=tickets(44, range(73)))
    strangers = make_frames(tickets=tickets(500, [-1]))
    deaf = broken(make_frames(people=regulars(9), tickets=tickets(90, [0])), Source.USAGE)
    assert rates(frames, strangers, deaf)[4] == pytest.approx(44 / 876)


def test_a_day_on_which_the_whole_portfolio_asks_is_an_incident_of_ours() -> None:
    usual = [{"opened_days_ago": ago} for ago in range(1, 85) for _ in range(2 + ago % 2)]
    spike = [{"opened_days_ago": 11}] * 12
    assert combined(make_frames(tickets=usual)).incident_days == frozenset()
    assert combined(make_frames(tickets=usual), make_frames(tickets=spike)).incident_days == {
        DAY - dt.timedelta(days=11)
    }
    # a handful is no spike, however quiet the portfolio is
    assert combined(make_frames(tickets=spike[:10])).incident_days == frozenset()


# Advanced features


def users(*groups: tuple[int, float], **over: Any) -> Frames:
    """People of some tenures; every second one uses one of the two advanced features."""
    tenures = [tenure for count, tenure in groups for _ in range(count)]
    return make_frames(
        people=[person(tenure=tenure, active=[3]) for tenure in tenures],
        features=[{"key": "a"}] + [{"key": key, "level": "advanced"} for key in "bc"],
        feature_use=[{"person": place, "feature": 1} for place in range(0, len(tenures), 2)],
        **over,
    )


def test_the_use_of_advanced_features_needs_fifty_people_of_a_tenure() -> None:
    found = combined(users((30, 27), (50, 28)), users((20, 0), (49, 91), (60, 364)))
    assert found.advanced_share == pytest.approx((0.25, 0.25, None, None, 0.25), nan_ok=True)
    assert combined(users((49, 27))).advanced_share == (None,) * 5


def test_only_active_people_of_whose_features_we_hear_teach_it() -> None:
    idle = [person(tenure=500)] * 60
    silent = make_frames(people=idle, features=[{"key": "b", "level": "advanced"}])
    log_ins = make_frames(
        people=[person(tenure=500, active=[3])] * 60, features=[{"key": "b", "level": "advanced"}]
    )
    deaf = broken(users((60, 500)), Source.USAGE)
    leaving = users((60, 500))
    leaving.accounts["notice_given"] = True
    assert combined(silent, log_ins, deaf, leaving).advanced_share == (None,) * 5


# What the organisation says, and who is large


def test_the_organisation_s_settings_are_stored_with_the_run() -> None:
    weekly = Tenant(cadence=Cadence.WEEKLY, value_days=30)
    assert combined(make_frames(), tenant=weekly).tenant == weekly
    assert combine([], day=DAY, median_points={}, tenant=weekly).tenant == weekly
    assert combine([], day=DAY, median_points={}).tenant == Tenant()


def priced(currency: str, *arr: float) -> Frames:
    frames = make_frames(accounts=len(arr))
    frames.accounts["arr"], frames.accounts["currency"] = arr, currency
    return frames


def test_large_is_the_top_fifth_of_each_currency() -> None:
    euros = priced("EUR", 10, 20, 30), priced("EUR", 50, 40, np.nan)
    found = combined(*euros, priced("USD", 1, 2, 3, 4, np.nan))
    # four fifths of the way from the first to the last of five: 42; four accounts say nothing
    assert found.large_arr == {"EUR": pytest.approx(42.0)}


def test_who_leaves_is_no_measure_of_large() -> None:
    frames = priced("EUR", 10, 20, 30, 40, 50, 1_000_000)
    frames.accounts.loc[5, "notice_given"] = True
    assert combined(frames).large_arr == {"EUR": pytest.approx(42.0)}


# What they ask


def classified(intro: int, advanced: int, **over: Any) -> list[dict[str, Any]]:
    facts = {"opened_days_ago": 300, **over}
    return [{**facts, "maturity": "intro"}] * intro + [{**facts, "maturity": "advanced"}] * advanced


def test_the_share_of_introductory_tickets_by_the_accounts_age_needs_a_hundred() -> None:
    ages = [90, 91, 182, 364, 4000]
    rows = [
        *classified(99, 0, account=0),
        *classified(70, 30, account=1, opened_days_ago=365),
        *classified(25, 75, account=2),
        *classified(40, 20, account=3),
        *classified(0, 40, account=4),
        *classified(0, 900, account=2, opened_days_ago=366),
        *[{"maturity": "unknown", "account": 0, "opened_days_ago": 9}] * 50,
    ]
    first = make_frames(accounts=5, age=ages, tickets=rows)
    assert combined(first).intro_share == (None, 0.7, 0.25, 0.4)
    both = combined(first, make_frames(age=80, tickets=classified(1, 0)))
    assert both.intro_share == (1.0, 0.7, 0.25, 0.4)
    first.accounts["notice_given"] = [False, True, False, False, True]
    assert combined(first).intro_share == (None, None, 0.25, None)


# Storing


def test_what_a_run_stores_gives_the_same_portfolio() -> None:
    portfolio = Portfolio(
        season={WEEKS[0]: 0.7, WEEKS[1]: 1.1},
        mu_csat=0.7,
        mu_nps=0.1,
        mu_response=0.3,
        ticket_rate=(0.1, None, 0.2, None, 0.05),
        incident_days=frozenset({WEEKS[3]}),
        ceilings=({"feature": "a", "people": 20, "p": 0.01, "next": ["b"]},),
        advanced_share=(0.05, None, 0.1, None, 0.3),
        large_arr={"EUR": 90_000.0, "USD": 70_000.5},
        tenant=Tenant(cadence=Cadence.MONTHLY, value_days=60, depth_reference=0.4, call_hours=0.1),
        intro_share=(0.6, None, 0.4, 0.3),
        median_points={"S01": 66.0},
    )
    assert from_json(json.loads(json.dumps(to_json(portfolio)))) == portfolio


def test_what_an_older_version_did_not_store_has_its_default() -> None:
    assert from_json({}) == Portfolio()
    assert from_json({"mu_nps": 0.3}) == Portfolio(mu_nps=0.3)


def test_a_sample_counts_users_only_in_the_life_of_a_contract() -> None:
    people = [person(tenure=500, active=weekdays(*range(1, 10))) for _ in range(3)]
    found: Sample = sample(make_frames(age=weekdays(4)[0], people=people))
    assert np.isnan(found.users[0, :-4]).all()
    assert found.users[0, -4:].tolist() == [3.0] * 4


def test_who_has_given_notice_is_out_of_all_statistics() -> None:
    surveys = [{"score": 0.0, "sent_days_ago": 9, "answered_days_ago": 8}] * 150
    tickets = [{"opened_days_ago": 9, "csat": 1.0, "person": 0}] * 150
    people = [person(active=weekdays(*range(1, 30)))] * 10
    frames = make_frames(surveys=surveys, tickets=tickets, people=people)
    assert combined(frames) != combined()
    frames.accounts["notice_given"] = True
    found = combined(frames)
    default = Portfolio()
    assert (found.mu_nps, found.mu_csat, found.mu_response) == (
        default.mu_nps,
        default.mu_csat,
        default.mu_response,
    )
    assert (found.ticket_rate, found.season) == (default.ticket_rate, {})
    assert np.isnan(sample(frames).users).all()
