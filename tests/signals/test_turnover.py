"""Who comes and who goes: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.signals.base import Frames, Source
from metrics.signals.catalogue import BY_CODE
from metrics.signals.defaults import default_config
from metrics.signals.evaluate import Previous, evaluate
from tests.frames_maker import DAY, make_frames, person, weekdays
from tests.signals.checks import check, idle, is_null, result

NO_TRAINING = {Source.TRAINING: "absent"}


def newcomer(*, weeks: int, tenure: float = 60, **over: Any) -> Any:
    """Came in so many of the last complete weeks."""
    return person(tenure=tenure, active=weekdays(*range(1, weeks + 1)), **over)


def said(code: str, frames: Frames, *names: str) -> tuple[Any, ...]:
    """Some columns of the first account."""
    return tuple(BY_CODE[code].raw(frames).iloc[0][name] for name in names)


# S15


def test_s15_seven_of_ten_newcomers() -> None:
    people = [newcomer(weeks=3)] * 7 + [newcomer(weeks=2)] * 3 + idle(5)
    frames = make_frames(people=people, states=NO_TRAINING)
    check("S15", frames, 0.7, 77.0)
    assert said("S15", frames, "n", "part", "whole") == (10, 7, 10)
    assert said("S15", frames, "detail") == ({"active": 7, "trained": None},)


def test_s15_asks_for_training_where_there_is_a_source_for_it() -> None:
    training = [{"person": place, "completed_days_ago": 5} for place in (0, 1, 3)]
    people = [newcomer(weeks=w) for w in (5, 5, 5, 1)]
    frames = make_frames(people=people, training=training)
    check("S15", frames, 0.5, 30 + 35 * 2 / 3)
    assert said("S15", frames, "detail") == ({"active": 3, "trained": 3},)
    for state in ("absent", "not_bought"):
        bare = make_frames(people=people, training=training, states={Source.TRAINING: state})
        check("S15", bare, 0.75, 83.0)


@pytest.mark.parametrize("state", ["late", "broken"])
def test_s15_losing_the_training_source_never_helps(state: str) -> None:
    training = [{"person": 0, "completed_days_ago": 5}]
    frames = make_frames(
        people=[newcomer(weeks=5)] * 2, training=training, states={Source.TRAINING: state}
    )
    check("S15", frames, 0.5, 30 + 35 * 2 / 3)


@pytest.mark.parametrize(
    ("tenure", "state"), [(27, "TOO_LITTLE"), (28, "OK"), (112, "OK"), (113, "TOO_LITTLE")]
)
def test_s15_who_is_a_newcomer(tenure: float, state: str) -> None:
    frames = make_frames(people=[newcomer(weeks=3, tenure=tenure)] * 2, states=NO_TRAINING)
    assert result("S15", frames)[1] == state


def test_s15_asks_for_all_but_one_of_the_first_weeks() -> None:
    # provisioned 28 days ago, on a Wednesday: three complete weeks since, two of them are asked
    for weeks, raw, points in ((2, 1.0, 100.0), (1, 0.0, 0.0)):
        people = [newcomer(weeks=weeks, tenure=28)] * 2
        check("S15", make_frames(people=people, states=NO_TRAINING), raw, points)
    # a day in the week in which she was provisioned is none of them
    early = person(tenure=28, active=[*weekdays(1), 27])
    check("S15", make_frames(people=[early] * 2, states=NO_TRAINING), 0.0, 0.0)


def test_s15_is_about_those_who_are_there_in_accounts_that_are_not_new_themselves() -> None:
    people = [newcomer(weeks=5)] * 2 + [newcomer(weeks=0, left_days=9.0)] * 3
    check("S15", make_frames(age=113, people=people, states=NO_TRAINING), 1.0, 100.0)
    is_null("S15", make_frames(age=112, people=people, states=NO_TRAINING), "TOO_LITTLE")
    is_null("S15", make_frames(people=people[1:], states=NO_TRAINING), "TOO_LITTLE")


# S16


def regular(**over: Any) -> Any:
    return person(active=weekdays(*range(1, 31)), **over)


def silent(days: int, weeks: int = 6, **over: Any) -> Any:
    """Last active the day before so many silent days, and in some weeks before that."""
    return person(active=[days + 1 + 7 * week for week in range(weeks)], **over)


def test_s16_five_of_ten_people_lost() -> None:
    frames = make_frames(people=[regular()] * 5 + [silent(60)] * 5)
    check("S16", frames, 1.0, 35.0)
    assert said("S16", frames, "n", "part", "whole") == (10, 5, 10)
    assert said("S16", frames, "detail") == ({"deactivated": 0, "silent": 5},)


def test_s16_nobody_lost() -> None:
    check("S16", make_frames(people=[regular()] * 3), 0.0, 100.0)


@pytest.mark.parametrize(
    ("days", "weeks", "lost"),
    [(55, 6, 0), (56, 6, 1), (182, 6, 1), (183, 6, 0), (60, 4, 1), (60, 3, 0)],
)
def test_s16_who_has_fallen_silent(days: int, weeks: int, lost: int) -> None:
    frames = make_frames(people=[regular()] * 9 + [silent(days, weeks)])
    assert said("S16", frames, "part") == (lost,)


@pytest.mark.parametrize(("left", "lost"), [(1, 1), (182, 1), (183, 0)])
def test_s16_who_has_left(left: float, lost: int) -> None:
    frames = make_frames(people=[regular()] * 9 + [regular(left_days=left)])
    assert said("S16", frames, "part") == (lost,)


def test_s16_counts_heads_on_the_mondays_of_half_a_year() -> None:
    # 25 complete weeks begin in the window: 9, 16, ... 177 days ago (t is a Wednesday)
    assert DAY.weekday() == 2
    people = [
        *[regular()] * 8,
        *[regular(left_days=93.0)] * 2,  # there on the Mondays 100 to 177 days ago: 12 of 25
        *[regular(tenure=93.0)] * 2,  # there on those 9 to 93 days ago: 13 of 25
    ]
    # left on the Monday itself: not there any more; provisioned on it: there
    mean = 8 + 2 * 12 / 25 + 2 * 13 / 25
    frames = make_frames(people=people)
    assert said("S16", frames, "whole")[0] == pytest.approx(mean)
    check("S16", frames, 2 * 2 / mean, 85 - 25 * (4 / mean - 0.3) / 0.3)


def test_s16_a_person_is_lost_once_and_only_if_she_ever_was_a_user() -> None:
    listed = person(tenure=float("nan"))  # should use it, has never got access
    frames = make_frames(
        people=[regular()] * 6 + [silent(90, left_days=3.0), listed, person(left_days=5.0)]
    )
    assert said("S16", frames, "detail", "part") == ({"deactivated": 2, "silent": 0}, 2)
    never = person(tenure=float("nan"), left_days=5.0)
    assert said("S16", make_frames(people=[regular()] * 6 + [never]), "part") == (0,)


def test_s16_needs_half_a_year_and_three_people_on_average() -> None:
    check("S16", make_frames(age=182, people=[regular()] * 3), 0.0, 100.0)
    is_null("S16", make_frames(age=181, people=[regular()] * 3), "TOO_LITTLE")
    is_null("S16", make_frames(people=[regular()] * 2), "TOO_LITTLE")
    is_null("S16", make_frames(), "TOO_LITTLE")
    # all but one gone since: that is turnover, and not too little
    gone = [regular(left_days=10.0)] * 5
    assert result("S16", make_frames(people=[regular(), *gone]))[1] == "OK"


@pytest.mark.parametrize("source", [Source.USAGE, Source.PEOPLE])
def test_what_is_made_of_people_and_usage_breaks_with_either(source: Source) -> None:
    frames = make_frames(
        people=[newcomer(weeks=5)] * 4, states={source: "broken"}, late={source: 2}
    )
    found = evaluate(frames, default_config(), Previous.nothing(1))
    assert list(found.state[0, [14, 15]]) == ["BROKEN", "BROKEN"]


@pytest.mark.parametrize(("state", "shown"), [("late", "STALE"), ("broken", "BROKEN")])
def test_s15_is_late_or_broken_with_a_training_source_that_it_has(state: str, shown: str) -> None:
    people = [newcomer(weeks=5)] * 4
    lost = make_frames(people=people, states={Source.TRAINING: state}, late={Source.TRAINING: 2})
    previous = Previous.nothing(1)
    previous.points[0, 14] = 77.0
    found = evaluate(lost, default_config(), previous)
    # nobody's course is known: the worse counts
    assert (found.state[0, 14], found.points[0, 14]) == (shown, 0.0)
    for none in ("absent", "not_bought"):
        bare = make_frames(people=people, states={Source.TRAINING: none})
        assert evaluate(bare, default_config(), previous).state[0, 14] == "OK"


def test_s15_and_s16_of_twice_the_people_are_the_same() -> None:
    people = [newcomer(weeks=5), newcomer(weeks=1), *[regular()] * 5, silent(90)]
    once, twice = (make_frames(people=people * copies, states=NO_TRAINING) for copies in (1, 2))
    for code in ("S15", "S16"):
        assert result(code, once)[0] == pytest.approx(result(code, twice)[0])


def test_s15_asks_for_no_week_of_which_nothing_was_heard() -> None:
    people = [newcomer(weeks=1, tenure=28), newcomer(weeks=0, tenure=28)]
    quiet = make_frames(people=people, states=NO_TRAINING, unheard=[2])
    check("S15", quiet, 0.5, 30 + 35 * 2 / 3)  # one of the two weeks heard
    is_null("S15", make_frames(people=people, states=NO_TRAINING, unheard=[2, 3]), "TOO_LITTLE")


def test_s16_nobody_is_silent_while_nothing_is_heard() -> None:
    people = [regular()] * 9 + [silent(62)]  # active on the Wednesday of the ninth week back
    for unheard, lost in (([], 1), ([8], 0), ([3, 5], 0), ([9], 1), ([30], 1)):
        assert said("S16", make_frames(people=people, unheard=unheard), "part") == (lost,)
    longer = [regular()] * 9 + [silent(63)]
    assert said("S16", make_frames(people=longer, unheard=[4]), "part") == (1,)
