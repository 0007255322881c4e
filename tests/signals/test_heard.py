"""Weeks that an ended outage swallowed are unknown to what looks back over some days: S01, S09 to
S14, S17 and the portfolio's rates. Hand-computed; DAY is a Wednesday, so that the last complete
week is 9 to 3 days ago, and the one before 16 to 10.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from metrics.signals.base import HISTORY_DAYS, Frames, Portfolio
from metrics.signals.catalogue import BY_CODE
from metrics.signals.evidence import evidence
from metrics.signals.heard import days_heard, looks_back
from metrics.signals.portfolio import sample
from metrics.signals.support import weeks_lost
from tests.frames_maker import DAY, make_frames, person, weekdays
from tests.signals.any_frames import as_previous, score_of
from tests.signals.checks import check, is_null, result

MONDAY = dt.date(2026, 3, 16)
DAY_RATE = Portfolio(ticket_rate=(0.1,) * 5)


def test_a_look_back_skips_the_weeks_without_a_word() -> None:
    """The second week back: days 16 to 10."""
    days = [1, 9, 10, 16, 17, 28, 29, 35, 36]
    frames = make_frames(accounts=2, people=[person(a, active=days) for a in (0, 1)])
    assert looks_back(frames, days=28).tolist() == [28, 28]
    lost = replace(frames, unheard=make_frames(accounts=2, unheard=[2]).unheard)
    lost.unheard[1] = False
    assert looks_back(lost, days=28).tolist() == [35, 28]
    assert looks_back(lost, days=9).tolist() == [9, 9]  # not reached
    ago = [(28 - np.flatnonzero(row)).tolist() for row in days_heard(lost, days=28)]
    # 17 days ago is the tenth of them, 28 days ago the 21st, 35 days ago the last
    assert ago == [[28, 22, 21, 10, 9, 1], [28, 17, 16, 10, 9, 1]]


def test_where_not_so_many_days_are_known_all_of_them_are_looked_at() -> None:
    frames = make_frames(people=[person(active=[1, HISTORY_DAYS])], unheard=range(1, 53))
    assert looks_back(frames, days=28).tolist() == [HISTORY_DAYS]
    # 371 days less 52 weeks: two of this week, the first five of the year
    assert days_heard(frames, days=28)[0].nonzero()[0].tolist() == [28 - 7, 27]


def test_a_year_without_a_word_is_looked_at_whole() -> None:
    """On a Monday all 53 weeks are complete."""
    frames = make_frames(day=MONDAY, people=[person(active=[300])], seats=1, unheard=range(1, 54))
    assert looks_back(frames, days=28).tolist() == [HISTORY_DAYS]
    assert not days_heard(frames, days=28).any()
    check("S01", frames, 1.0, 100.0)


def test_a_lost_weekend_alone_loses_no_seven_days() -> None:
    """From Saturday to Friday each, and from Monday to Sunday."""
    for day, count in ((MONDAY, 1), (MONDAY - dt.timedelta(days=2), 1), (DAY, 2)):
        assert weeks_lost(make_frames(day=day, unheard=[3])).sum() == count


def test_s01_looks_four_heard_weeks_back() -> None:
    """Two weeks lost: 28 days of which something was heard are those up to 42 days ago."""
    people = [person(active=[ago]) for ago in (1, 9, 30, 42, 43)]
    check("S01", make_frames(seats=5, people=people), 2 / 5, 45.0)
    check("S01", make_frames(seats=5, people=people, unheard=[2, 3]), 4 / 5, 90.0)
    # who was seen on a day of a week that was lost later on came all the same
    seen = [person(active=[14]), person(active=[60])]
    check("S01", make_frames(seats=2, people=seen, unheard=[2, 3]), 1 / 2, 57.5)


def test_s12_reaches_who_came_before_the_outage() -> None:
    people = [person(group="A", active=[2]), person(group="B", active=[33])]
    check("S12", make_frames(people=people), 0.5, 25 + 40 * 0.17 / 0.34)
    check("S12", make_frames(people=people, unheard=[1]), 1.0, 100.0)


FEATURES = [{"key": key, "level": "advanced", "released_days_ago": 60} for key in "abcd"]


def using(*, last: int, features: int, people: int) -> list[dict[str, int]]:
    return [
        {"person": who, "feature": number, "first_days_ago": 70, "last_days_ago": last}
        for who in range(people)
        for number in range(features)
    ]


def test_s09_and_s10_look_eight_heard_weeks_back() -> None:
    """Two features of four, last used 60 days ago: within 56 days if one week of them is lost. What
    was released 60 days ago had 53 heard days then, and is not asked for yet.
    """
    people = [person(active=weekdays(1))] * 3
    used = using(last=60, features=2, people=3)
    old = [row | {"released_days_ago": 63} for row in FEATURES]
    is_null("S09", make_frames(people=people, features=old, feature_use=used), "TOO_LITTLE")
    check("S09", make_frames(people=people, features=old, feature_use=used, unheard=[3]), 0.5, 72.5)
    usual = Portfolio(advanced_share=(0.5,) * 5)
    known = {"people": people, "features": old, "feature_use": used, "portfolio": usual}
    check("S10", make_frames(unheard=[3], **known), 1.0, 70.0)  # type: ignore[arg-type]
    young = make_frames(people=people, features=FEATURES, feature_use=used, unheard=[3])
    is_null("S09", young, "TOO_LITTLE")


def test_s11_counts_days_of_four_heard_weeks() -> None:
    """Everybody comes on every weekday and uses half of the features: 5 x 0.5 / 0.6."""
    every = [back for back in range(1, 30) if back not in (2, 3)]
    people = [person(active=[1, 2, *weekdays(*every, days=range(5))])] * 2
    facts = {
        "people": people,
        "features": [row | {"released_days_ago": 90} for row in FEATURES],
        "feature_use": using(last=1, features=2, people=2),
    }
    check("S11", make_frames(unheard=[2, 3], **facts), 5 * 0.5 / 0.6, 100.0)  # type: ignore[arg-type]
    lost = result("S11", make_frames(**facts))  # type: ignore[arg-type]
    # taken for empty: 28 days would hold this week's two days and eight others
    assert lost[0] == pytest.approx(10 / 4 * 0.5 / 0.6)


def test_s13_and_s14_count_days_of_twelve_heard_weeks() -> None:
    """Ana came in each of twelve heard weeks, Bo only in the two oldest of them."""
    people = [
        person(group="A", active=weekdays(*range(3, 15), days=range(5))),
        person(group="B", active=weekdays(13, 14, days=range(5))),
    ]
    frames = make_frames(people=people, unheard=[1, 2])
    # 84 heard days: Monday and Tuesday of this week, and up to Wednesday of the 14th week back
    days = (55 + 3, 5 + 3)
    p = np.array(days) / sum(days)
    even = 1 / (p**2).sum()
    assert result("S13", frames)[0] == pytest.approx(even - 1)
    assert result("S14", frames)[0] == pytest.approx(days[0] / sum(days) * 0.75)
    assert BY_CODE["S14"].raw(frames)["whole"][0] == sum(days)
    as_empty = BY_CODE["S14"].raw(make_frames(people=people))["whole"][0]
    assert as_empty == 48  # Ana alone, from Wednesday of the 12th week back on


def steady(*lost: int, people: int = 5) -> list[object]:
    """People who come on Tuesdays and Thursdays, but for some weeks back."""
    days = weekdays(*(back for back in range(1, 40) if back not in lost), days=(1, 3))
    return [person(active=days)] * people


def asked(count: int, ago: int = 10) -> list[dict[str, int]]:
    return [{"opened_days_ago": ago}] * count


def test_s17_expects_of_a_lost_week_what_the_others_bring() -> None:
    """Five people each week at 0.1: six are expected in twelve weeks, 0.5 in each. Two lost weeks
    touch working days of three times seven days (Wednesday to Tuesday).
    """
    whole = make_frames(people=steady(), tickets=asked(6), portfolio=DAY_RATE)
    check("S17", whole, 1.0, 94.0)
    lost = {"people": steady(3, 4), "tickets": asked(6), "portfolio": DAY_RATE}
    frames = make_frames(unheard=[3, 4], **lost)  # type: ignore[arg-type]
    assert weeks_lost(frames).sum() == 3
    check("S17", frames, 1.0, 94.0)
    assert BY_CODE["S17"].raw(frames)["whole"][0] == pytest.approx(6.0)
    # taken for weeks without people it were 8 / 7.5: one block of seven days is empty
    assert result("S17", make_frames(**lost))[0] == pytest.approx(8 / 7.5)  # type: ignore[arg-type]


def test_s17_keeps_what_was_heard_of_a_lost_week_if_it_is_more() -> None:
    """The second week back was lost, of which days 17, 18 and 8 are no part."""
    people = [person(active=[8, 17, 18])] * 4
    frames = make_frames(people=people, portfolio=DAY_RATE, unheard=[2])
    # blocks end 1, 8, 15 days ago: of days 7-1 nobody, of 14-8 and 21-15 four people each, lost;
    # the mean of the ten others is 0
    assert weeks_lost(frames)[0, -4:].tolist() == [False, True, True, False]
    check("S17", frames, 2 / 2.8, 75 + 25 * (2 / 2.8 - 0.3) / 0.5)


def test_s17_of_a_young_account_fills_the_weeks_of_its_life() -> None:
    """28 days old, four times seven days; two of them lost in part, and two brought 0.3 each. What
    was lost before it began is not filled.
    """
    people = [person(tenure=28, active=[2, 23])] * 3
    frames = make_frames(age=28, people=people, portfolio=DAY_RATE, unheard=[2, 8])
    assert BY_CODE["S17"].raw(frames)["whole"][0] == pytest.approx(4 * 0.3)
    young = make_frames(age=27, people=people, portfolio=DAY_RATE, unheard=[2])
    # the oldest block lies in part before its life: it counts as it is, and is no usual week
    assert BY_CODE["S17"].raw(young)["whole"][0] == pytest.approx(4 * 0.3)


def test_s17_expects_nothing_to_be_known_where_no_week_was_heard() -> None:
    frames = make_frames(people=steady(), tickets=asked(9), unheard=range(1, 13))
    assert weeks_lost(frames)[0].tolist() == [True] * 12
    is_null("S17", frames, "TOO_LITTLE")


def test_the_ticket_rate_leaves_out_lost_weeks_with_their_tickets() -> None:
    """Tickets of a week without people would make everybody look silent."""
    many = asked(12, ago=2) + asked(7, ago=18)
    heard = sample(make_frames(people=steady(), tickets=many))
    assert (heard.user_weeks.sum(), heard.of_nobody) == (60, 19)
    lost = sample(make_frames(people=steady(3, 4), tickets=many, unheard=[3, 4]))
    assert (lost.user_weeks.sum(), lost.of_nobody) == (45, 12)


def test_an_outage_of_two_weeks_frees_the_values_at_once_and_of_three_later() -> None:
    """Nobody has come since, which 16 days of four weeks do not prove yet."""
    people = [person(active=weekdays(*range(5, 34)))] * 6
    before, _ = score_of(make_frames(seats=8, people=[person(active=weekdays(*range(1, 30)))] * 6))
    two, _ = score_of(make_frames(seats=8, people=people, unheard=[3, 4]), as_previous(before))
    assert (two.points[0, 0], two.state[0, 0]) == (85.0, "OK")
    three, _ = score_of(make_frames(seats=8, people=people, unheard=[2, 3, 4]), as_previous(before))
    assert (three.points[0, 0], three.state[0, 0]) == (85.0, "STALE")
    gone = make_frames(seats=8, people=[person(active=weekdays(*range(8, 34)))] * 6, unheard=[6, 7])
    assert score_of(gone, as_previous(before))[0].points[0, 0] == 0.0


def test_the_evidence_says_that_it_looks_back_further_and_adds_up() -> None:
    frames: Frames = make_frames(
        seats=5,
        people=steady(3, 4),
        tickets=asked(2),
        portfolio=DAY_RATE,
        unheard=[3, 4],
    )
    assert evidence(frames, "S01").note == "Usage was down for some weeks: this looks 42 days back"
    assert "45 active weeks of people and 3 weeks without a word" in (
        evidence(frames, "S17").sentence
    )
