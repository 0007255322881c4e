"""Who used which feature: whatever came when, the frames say what the facts say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, Person
from metrics import rollups
from metrics.frames import Window
from metrics.frames.facts import read_features
from metrics.frames.feature_use import read_feature_use
from metrics.frames.past import read_past
from metrics.models import UsageEvent
from tests.facts import DAY, ago, at, make_account, make_person, use
from tests.rollups.test_rollups import mark, undone

pytestmark = pytest.mark.django_db

Use = tuple[int, str, int, int]  # person id, feature key, days since first and last use


def read(day: dt.date = DAY, *, cutoff: dt.datetime | None = None) -> list[Use]:
    window = Window(day=day, cutoff=cutoff or at(day, 3), zone="UTC", lo=0, hi=2**62)
    people = pd.Index(sorted(Person.objects.values_list("pk", flat=True)))
    features = read_features(window, read_past(window))
    rows = read_feature_use(window, person_ids=people, features=features)
    return [
        (int(people[row.person]), features["key"][row.feature], row.first_days_ago, last)
        for row in rows.itertuples()
        for last in [row.last_days_ago]
    ]


def by_hand(day: dt.date, cutoff: dt.datetime) -> list[Use]:
    found: dict[tuple[int, str], list[dt.date]] = {}
    for event in UsageEvent.objects.select_related("feature"):
        if event.feature and event.day < day and event.known_at <= cutoff:
            found.setdefault((event.person_id, event.feature.key), []).append(event.day)
    return sorted(
        (*key, (day - min(days)).days, (day - max(days)).days) for key, days in found.items()
    )


def windowed(uses: list[Use]) -> list[Use]:
    """What was used last before the window was used long ago: how long does not matter."""
    return sorted((who, key, first, min(last, 372)) for who, key, first, last in uses)


def test_first_use_ever_and_last_use_before_t() -> None:
    account = make_account()
    ann = make_person(account)
    use(account, ann, 500, 300, 4, 0, feature="export")
    use(account, ann, 400, feature="reports")
    use(account, ann, 0, feature="forecast")
    use(account, ann, 9, feature="login")
    use(account, None, 9, feature="export")
    rollups.refresh()
    assert windowed(read(cutoff=at(DAY, 23))) == [
        (ann.pk, "export", 500, 4),
        (ann.pk, "reports", 400, 372),
    ]


def test_a_feature_whose_uses_are_taken_back_was_never_used() -> None:
    account = make_account()
    ann = make_person(account)
    first, second = use(account, ann, 30, 3)
    rollups.refresh()
    first.delete()
    mark((account.pk, ago(30)))
    rollups.refresh()
    assert read() == [(ann.pk, "reports", 3, 3)]
    second.delete()
    mark((account.pk, ago(3)))
    rollups.refresh()
    assert read() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM metrics_feature_calendar")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("cutoff", [at(ago(2), 3), at(DAY, 3)])
def test_what_was_learnt_after_the_cut_off_is_not_seen(cutoff: dt.datetime) -> None:
    account = make_account()
    ann = make_person(account)
    use(account, ann, 40)
    use(account, ann, 60, 10, known_at=at(ago(1)))
    rollups.refresh()
    late = cutoff > at(ago(1))
    day = cutoff.date()
    expected = (60, 10) if late else (38, 38)
    assert read(day, cutoff=cutoff) == [(ann.pk, "reports", *expected)]


def reads_facts(day: dt.date = DAY) -> bool:
    with CaptureQueriesContext(connection) as queries:
        read(day)
    return any("metrics_usageevent" in query["sql"] for query in queries)


def test_what_comes_in_during_a_night_about_its_own_day_costs_it_no_facts() -> None:
    """At three the night began; at four somebody who was here before is at work again."""
    account = make_account()
    ann, bob = make_person(account), make_person(account)
    use(account, ann, 40, 3)
    use(account, bob, 2)
    rollups.refresh()
    use(account, ann, 0, known_at=at(DAY, 4))
    use(account, ann, 0, feature="export", known_at=at(DAY, 4))
    rollups.refresh()
    assert read() == [(ann.pk, "reports", 40, 3), (bob.pk, "reports", 2, 2)]
    assert not reads_facts()
    # nor does what was known in time, and is rolled up behind it
    use(account, ann, 8, known_at=at(DAY, 2))
    rollups.refresh()
    assert not reads_facts()
    # what comes in late about the day before is another matter
    use(account, bob, 1, known_at=at(DAY, 5))
    rollups.refresh()
    assert read() == [(ann.pk, "reports", 40, 3), (bob.pk, "reports", 2, 2)]
    assert reads_facts()
    # and so is today for tomorrow's night, once all of it is known
    assert not reads_facts(DAY + dt.timedelta(days=1))


@pytest.mark.parametrize("order", [(1, 0), (0, 1)])
def test_a_late_fact_is_late_whether_its_day_is_the_newest_or_not(order: tuple[int, int]) -> None:
    """Of yesterday, known at five; the night began at three. After or before it, one of today."""
    account = make_account()
    ann = make_person(account)
    use(account, ann, 40)
    rollups.refresh()
    for days in order:
        use(account, ann, days, known_at=at(DAY, 5))
        rollups.refresh()
    assert read() == [(ann.pk, "reports", 40, 40)]
    assert read(cutoff=at(DAY, 6)) == [(ann.pk, "reports", 40, 1)]


# who, which feature, how many days ago, known how many days ago
ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["reports", "export"]),
        st.sampled_from([0, 1, 2, 8, 56, 57, 77, 90, 370, 371, 378, 440, 460, 500, 700]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=st.lists(ARRIVALS, min_size=1, max_size=4), data=st.data())
def test_however_the_events_come_the_frames_say_what_the_facts_say(
    db: None, batches: list[list[tuple[int, str, int, int]]], data: st.DataObject
) -> None:
    with undone():
        account = make_account()
        people = [make_person(account), make_person(account)]
        events: list[Any] = []
        for batch in batches:
            for who, feature, days, known in batch:
                moment = at(ago(known), 13)
                events += use(account, people[who], days, feature=feature, known_at=moment)
            if len(events) > 1 and data.draw(st.booleans()):
                gone = events.pop(data.draw(st.integers(0, len(events) - 1)))
                mark((account.pk, gone.day))
                gone.delete()
            rollups.refresh()
            _agree(account)
        rollups.rebuild()
        _agree(account)


def _agree(account: Account) -> None:
    for back in (0, 1, 60, 400):
        for cutoff in (at(DAY, 23), at(ago(1), 23)):
            found = windowed(read(ago(back), cutoff=cutoff))
            assert found == windowed(by_hand(ago(back), cutoff)), (account, back, cutoff)
