"""The weekly detector, step by step, with people made by hand; then the account's value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from metrics.signals import plateau
from metrics.signals.base import HISTORY_DAYS, Frames, Portfolio
from metrics.signals.catalogue import BY_CODE
from metrics.signals.plateau import eligible, flags, history, holds
from tests.frames_maker import DAY, make_frames, person, weekdays
from tests.signals.checks import check, is_null

FEATURES = [{"key": key} for key in ("reports", "tasks", "boards", "rules", "exports")]
KNOWN = (300, 290, 280)  # days ago of three first uses


def pattern(*blocks: tuple[int, int]) -> list[int]:
    """Days per week, newest week first: (weeks, days) blocks."""
    weeks = [days for weeks, days in blocks for _ in range(weeks)]
    return [
        day
        for back, days in enumerate(weeks, start=1)
        for day in weekdays(back, days=range(days))
        if day <= HISTORY_DAYS
    ]


def one(*blocks: tuple[int, int], **over: Any) -> Any:
    return person(active=pattern(*blocks), **over)


def finds(count: int, *days_ago: int) -> list[dict[str, Any]]:
    """Each of `count` people used features for the first time so many days ago."""
    return [
        {"person": place, "feature": feature, "first_days_ago": ago, "last_days_ago": 1}
        for place in range(count)
        for feature, ago in enumerate(days_ago)
    ]


def frames_of(*people: Any, found: Sequence[int] = KNOWN, **over: Any) -> Frames:
    facts = {"features": FEATURES, "feature_use": finds(len(people), *found)} | over
    return make_frames(people=people, **facts)


def said(frames: Frames, *, back: int = 0) -> tuple[bool, bool]:
    """Whether an evaluation of the first person shows a drop, and whether it is a lapse."""
    drop, lapse = holds(history(frames), np.array([0]), back=back)
    return bool(drop[0]), bool(lapse[0])


def flagged(frames: Frames) -> list[bool]:
    who = np.arange(len(frames.people))
    return flags(history(frames), who)[0].tolist()


HALF = [(4, 2), (48, 4)]  # four days a week, then two


# Step 1, eligible


@pytest.mark.parametrize(
    ("tenure", "found", "asked"),
    [
        (182, KNOWN, True),
        (181, KNOWN, False),
        (np.nan, KNOWN, False),
        (400, KNOWN[:2], False),
        (400, (1, 1, 1), True),
    ],
)
def test_half_a_year_and_three_features_make_eligible(
    tenure: float, found: Sequence[int], asked: bool
) -> None:
    frames = frames_of(one((10, 4), tenure=tenure), found=found)
    assert eligible(history(frames)).tolist() == [asked]


def test_an_older_evaluation_knows_only_what_was_so_then() -> None:
    # the Monday after the newest complete week was two days ago, eight weeks earlier 58
    assert said(frames_of(one(*HALF, tenure=184)))[0]
    assert not said(frames_of(one(*HALF, tenure=183)))[0]
    assert said(frames_of(one((3, 4), *HALF), found=(300, 290, 24)), back=3)[0]
    assert not said(frames_of(one((3, 4), *HALF), found=(300, 290, 23)), back=3)[0]


# Step 2, the plateau


def test_who_still_discovers_has_no_plateau() -> None:
    # eight weeks before the newest evaluation are days 3 to 58
    assert said(frames_of(one(*HALF), found=(*KNOWN, 58))) == (True, False)
    assert said(frames_of(one(*HALF), found=(*KNOWN, 59, 58))) == (True, False)
    assert said(frames_of(one(*HALF), found=(*KNOWN, 3, 58))) == (False, False)
    # found after the newest complete week: next week's evaluation will see it
    assert said(frames_of(one(*HALF), found=(*KNOWN, 2, 58))) == (True, False)
    # nor does a discoverer lapse
    assert said(frames_of(one((4, 0), (48, 4)), found=(*KNOWN, 40, 41))) == (False, False)


# Step 3, the lapse


@pytest.mark.parametrize(("weeks", "lapsed"), [(3, False), (4, True), (5, True), (40, True)])
def test_four_empty_weeks_are_a_lapse(weeks: int, lapsed: bool) -> None:
    assert said(frames_of(one((weeks, 0), (48, 4)))) == (lapsed, lapsed)


def test_a_lapse_asks_for_no_reference() -> None:
    assert said(frames_of(one((4, 0), (1, 1), (6, 0), (1, 1)))) == (True, True)


# Step 4, the absence


@pytest.mark.parametrize("start", [0, 1, 2, 4])
def test_a_holiday_of_three_weeks_is_no_absence(start: int) -> None:
    blocks = [(start, 4), (3, 0), (48, 4)]
    assert said(frames_of(one(*blocks))) == (False, False)
    # and beside it a drop is seen all the same, in the four weeks that are left of eight
    drop = [(start, 2), (3, 0), (max(4 - start, 0), 2), (48, 4)]
    assert said(frames_of(one(*drop))) == (True, False)


def test_four_empty_weeks_are_no_holiday() -> None:
    # two of the last four weeks at 4 days: 2 of 4 is a decline
    assert said(frames_of(one((2, 4), (4, 0), (48, 4)))) == (True, False)
    assert said(frames_of(one((2, 4), (3, 0), (48, 4)))) == (False, False)


def test_who_comes_in_55_percent_of_weeks_or_less_has_no_holidays() -> None:
    newest = [(3, 0), (1, 1), (4, 5)]
    often = one(*newest, *[(1, 5), (1, 0)] * 9, (2, 5))  # 16 of 28 weeks
    seldom = one(*newest, *[(1, 5), (1, 0)] * 10)  # 15 of 28
    # without the holiday 1, 5, 5, 5 against 5; with it 0, 0, 0, 1 against 2.5
    assert said(frames_of(often)) == (False, False)
    assert said(frames_of(seldom)) == (True, False)


def test_the_recent_weeks_lie_within_the_last_eight() -> None:
    # two holidays leave three weeks of eight
    assert said(frames_of(one((1, 1), (3, 0), (1, 1), (2, 0), (1, 1), (44, 4)))) == (False, False)
    assert said(frames_of(one((1, 1), (3, 0), (2, 1), (1, 0), (1, 1), (44, 4)))) == (True, False)


def test_a_decline_needs_a_day_a_week_in_the_median() -> None:
    newest = [1, 0, 0, 0, 5, 5, 5, 0]
    half = newest + [0, 5] * 9 + [0, 1]  # 10 empty weeks, a 1: median .5
    whole = newest + [0, 5] * 9 + [1, 1]  # 9 empty weeks, two 1: median 1
    people = [one(*[(1, days) for days in weeks]) for weeks in (half, whole)]
    assert [said(frames_of(who)) for who in people] == [(False, False), (True, False)]


def test_weeks_before_somebody_came_are_no_reference() -> None:
    weeks = [(4, 1), (4, 5), (10, 5), (40, 0)]
    # 18 weeks of reference, 10 of them at 5: median 5; of 20 half: median 2.5, z -2.15
    assert said(frames_of(one(*weeks, tenure=184))) == (True, False)
    assert said(frames_of(one(*weeks, tenure=400))) == (False, False)


def test_fewer_than_eight_weeks_of_reference_say_nothing() -> None:
    mondays = frames_of(one((1, 1))).weeks
    quiet = Portfolio(season=dict.fromkeys(mondays[-28:-15], 0.5))
    # 20 weeks, 13 of them quiet
    assert said(frames_of(one(*HALF), portfolio=quiet)) == (False, False)
    quiet = Portfolio(season=dict.fromkeys(mondays[-28:-16], 0.5))
    assert said(frames_of(one(*HALF), portfolio=quiet)) == (True, False)
    nothing = Portfolio(season=dict.fromkeys(mondays[-28:-3], 0.5))
    assert said(frames_of(one((9, 0)), portfolio=nothing)) == (False, False)


# Step 5, the decline


@pytest.mark.parametrize(
    ("recent", "reference", "drop"),
    [
        # z = (20 r - 20 p) / sqrt(20 p (1 - p) 1.3 (1 + 20 / 100)), r and p shares of 5 days
        ([2, 2, 2, 2], [4] * 20, True),  # (8 - 16) / sqrt(3.2 * 1.56) = -3.58
        ([3, 3, 2, 2], [4] * 20, True),  # -6 / 2.234 = -2.69
        ([3, 3, 3, 2], [4] * 20, False),  # 11 of 16 days are .69, but -5 / 2.234 = -2.24
        ([1, 1, 1, 1], [2] * 20, False),  # half, but -4 / sqrt(4.8 * 1.56) = -1.46
        ([1, 1, 1, 1], [3] * 20, True),  # -8 / 2.736 = -2.92
        ([4, 4, 3, 3], [5] * 20, True),  # .70 exactly; who always came can only fall
        ([4, 4, 4, 3], [5] * 20, False),  # .75
        ([2, 2, 2, 2], [4] * 11 + [1] * 9, False),  # median 4, p = .53: -2.6 / 2.788 = -.93
        ([2, 2, 2, 2], [1] * 11 + [5] * 9, False),  # p = .56: -3.2 / 2.772 = -1.15; median 1
        ([1, 1, 1, 1], [1] * 10 + [5] * 10, True),  # median 3, p = .6: -8 / 2.736
    ],
)
def test_a_decline_is_deep_and_no_accident(
    recent: list[int], reference: list[int], drop: bool
) -> None:
    weeks = [(1, days) for days in [*recent, *[4] * 4, *reference]]
    assert said(frames_of(one(*weeks))) == (drop, False)


def test_z_by_hand() -> None:
    last, share = np.array([10.0, 8, 20, 19, 7]), np.array([0.8, 0.6, 1, 1, 0.4])
    weeks = np.array([20, 8, 20, 20, 17])
    expected = [
        -6 / (20 * 0.16 * 1.3 * (1 + 20 / 100)) ** 0.5,
        -4 / (20 * 0.24 * 1.3 * (1 + 20 / 40)) ** 0.5,
        0,
        -np.inf,
        -1 / (20 * 0.24 * 1.3 * (1 + 20 / 85)) ** 0.5,
    ]
    assert plateau._z(last, share, weeks) == pytest.approx(expected, abs=1e-12)
    # weeks of a low season may lift somebody above five days
    assert plateau._z(last[3:4], share[3:4] * 1.1, weeks[:1]) == [-np.inf]


@pytest.mark.parametrize(("g", "drop"), [(1.0, True), (0.8, True), (0.7, False)])
def test_days_are_divided_by_the_season(g: float, drop: bool) -> None:
    frames = frames_of(one(*HALF))
    season = Portfolio(season=dict.fromkeys(frames.weeks[-4:], g))  # 2 / .7 is above .7 * 4
    assert said(frames_of(one(*HALF), portfolio=season))[0] is drop


def test_quiet_weeks_are_no_weeks() -> None:
    mondays = frames_of(one((1, 1))).weeks
    quiet = Portfolio(season=dict.fromkeys(mondays[-4:-1], 0.5))
    away = one((5, 0), (48, 4))
    assert said(frames_of(away)) == (True, True)
    assert said(frames_of(away, portfolio=quiet)) == (False, False)  # two empty weeks
    # but who was seen in a quiet week is not lapsed
    away = one((6, 0), (48, 4))
    quiet = Portfolio(season=dict.fromkeys(mondays[-4:-2], 0.5))
    assert said(frames_of(away, portfolio=quiet)) == (True, True)
    seen = one((2, 0), (1, 1), (3, 0), (48, 4))
    assert not said(frames_of(seen, portfolio=quiet))[1]


def test_weeks_that_an_outage_swallowed_are_no_weeks() -> None:
    away = one((6, 0), (48, 4))
    assert said(frames_of(away)) == (True, True)
    assert said(frames_of(away, unheard=(1, 3))) == (True, True)
    # three empty weeks of which we know are a holiday; an outage neither adds to it nor ends it
    assert said(frames_of(away, unheard=(1, 3, 5))) == (False, False)
    assert said(frames_of(away, unheard=range(1, 7))) == (False, False)
    # a lapse is the last four weeks that we heard; a decline needs four of the last eight
    long = one((9, 0), (48, 4))
    assert said(frames_of(long, unheard=range(1, 6))) == (True, True)
    drop = one((9, 1), (48, 4))
    assert said(frames_of(drop, unheard=range(1, 5))) == (True, False)
    assert said(frames_of(drop, unheard=range(1, 6))) == (False, False)
    # a decline is seen around it, and what came through says no lapse
    assert said(frames_of(one((1, 2), (3, 0), (3, 2), (48, 4)), unheard=(2, 3, 4))) == (True, False)
    assert not said(frames_of(one((2, 0), (1, 1), (3, 0), (48, 4)), unheard=(3, 4)))[1]


# Step 6, two in a row


@pytest.mark.parametrize(
    ("newest_first", "flag"),
    [
        ([0, 0, 0], False),
        ([1, 0, 0], False),
        ([1, 1, 0], True),
        ([0, 1, 1, 0], True),
        ([0, 0, 1, 1], False),
        ([1, 0, 1, 1], True),
        ([1, 0, 1, 0, 0, 1, 1], False),
        ([1, 0, 1, 0, 1, 1], True),
        ([1, 0] * 12 + [1], False),
    ],
)
def test_two_evaluations_in_a_row_set_a_flag_and_two_clear_it(
    newest_first: list[int], flag: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluations = newest_first + [0] * (plateau.EVALUATIONS - len(newest_first))

    def evaluation(_: object, who: Any, *, back: int) -> Any:
        hit = np.full(len(who), bool(evaluations[back]))
        return hit, hit

    monkeypatch.setattr(plateau, "holds", evaluation)
    found, lapsed = flags(history(frames_of(one())), np.array([0]))
    assert (found.tolist(), lapsed.tolist()) == ([flag], [flag and bool(newest_first[0])])


def test_a_drop_flags_in_its_second_evaluation_and_clears_in_the_second_without() -> None:
    # 10 of 16 days show a drop: a third week at two days
    drops = [frames_of(one((weeks, 2), (52, 4))) for weeks in (2, 3, 4)]
    assert [said(frames)[0] for frames in drops] == [False, True, True]
    assert [flagged(frames) for frames in drops] == [[False], [False], [True]]
    # 9, 11, 13 of 16: the second week back at four days is the first without
    back = [frames_of(one((weeks, 4), (6, 2), (52, 4))) for weeks in (1, 2, 3)]
    assert [said(frames)[0] for frames in back] == [True, False, False]
    assert [flagged(frames) for frames in back] == [[True], [True], [False]]


def test_each_person_is_looked_at_alone_and_as_far_back_as_needed() -> None:
    people = [one(*HALF), one((52, 4)), one((2, 4), (6, 2), (52, 4)), one((6, 0), (52, 4)), one()]
    assert flagged(frames_of(*people)) == [True, False, True, True, True]
    past = history(frames_of(*people))
    found, lapsed = flags(past, np.array([3, 1]))
    assert (found.tolist(), lapsed.tolist()) == ([True, False], [True, False])


def any_people(later: int) -> tuple[list[Any], list[dict[str, Any]]]:
    """The same forty people, so many days later."""
    random = np.random.default_rng(5)
    people, found = [], []
    for place in range(40):
        days = set(random.integers(1 + 2 * place, 200, size=160).tolist())
        people.append(person(tenure=365 + later, active=[ago + later for ago in days]))
        found += [
            {"person": place, "feature": feature, "first_days_ago": int(ago) + later}
            for feature, ago in enumerate(random.integers(1, 200, size=4))
        ]
    return people, found


def test_an_evaluation_is_the_same_from_every_night_after_it() -> None:
    said_each_night = []
    for later in range(7):
        day = DAY + dt.timedelta(days=later)
        people, found = any_people(later)
        frames = make_frames(people=people, features=FEATURES, feature_use=found, day=day)
        back = 3 + (day - dt.timedelta(days=5) >= DAY)  # a new week is complete on Monday
        drop, _ = holds(history(frames), np.arange(40), back=back)
        said_each_night.append(drop.tolist())
    assert said_each_night == said_each_night[:1] * 7
    assert 0 < sum(said_each_night[0]) < 40


# The account


def crowd(drop: int, stay: int, **over: Any) -> Frames:
    people = [one((5, 2), (52, 4)) for _ in range(drop)] + [one((52, 4)) for _ in range(stay)]
    return frames_of(*people, **over)


def detail(frames: Frames) -> dict[str, Any]:
    told: dict[str, Any] = BY_CODE["S08"].raw(frames)["detail"][0]
    return told


def test_s08_counts_flagged_of_eligible_people() -> None:
    check("S08", crowd(3, 12), 0.175, 61.25)
    check("S08", crowd(0, 3), 0.0625, 87.5)
    check("S08", crowd(3, 0), 0.4375, 10.416667)
    row = BY_CODE["S08"].raw(crowd(3, 12)).iloc[0]
    assert (row["n"], row["part"], row["whole"]) == (15, 3, 15)


def test_s08_needs_half_a_year_and_three_eligible_people() -> None:
    is_null("S08", crowd(1, 1), "TOO_LITTLE")
    is_null("S08", crowd(3, 0, age=179), "TOO_LITTLE")
    check("S08", crowd(3, 0, age=180), 0.4375, 10.416667)
    is_null("S08", crowd(9, 9, feature_use=()), "TOO_LITTLE")
    is_null("S08", make_frames(), "TOO_LITTLE")
    assert BY_CODE["S08"].raw(crowd(1, 1))["detail"][0] is None


def test_s08_asks_only_who_is_still_there() -> None:
    left = [one((5, 2), (52, 4), left_days=9.0)] * 4
    frames = frames_of(one((5, 2), (52, 4)), *[one((52, 4))] * 2, *left)
    check("S08", frames, 1.5 / 8, 58.125)


@pytest.mark.parametrize(
    ("drop", "stay", "alarm"), [(3, 9, True), (3, 10, False), (2, 1, False), (5, 15, True)]
)
def test_s08_rings_from_three_people_and_a_quarter_on(drop: int, stay: int, alarm: bool) -> None:
    assert detail(crowd(drop, stay))["alarm"] is alarm


def test_s08_tells_who_and_how_many_lapsed_and_where_they_stopped() -> None:
    steady, drop, lapse = [(52, 4)], [(5, 2), (52, 4)], [(6, 0), (52, 4)]
    people = [one(*weeks, account=0) for weeks in (steady, drop, lapse)]
    people += [one(*weeks, account=1) for weeks in (lapse, steady, steady)]
    knows = {"feature": "boards", "next": ["exports", "tasks"]}
    frames = frames_of(*people, accounts=2, portfolio=Portfolio(ceilings=(knows,)))
    ceiling = {"ceiling": ["reports", "tasks", "boards"], "next": ["exports"], "alarm": False}
    assert BY_CODE["S08"].raw(frames)["detail"].tolist() == [
        {"flagged": [2, 3], "lapsed": 1, **ceiling},
        {"flagged": [4], "lapsed": 1, **ceiling},
    ]
