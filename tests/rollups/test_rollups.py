"""User-days and calendars: always what the facts say, whatever came when and how often."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics import rollups
from metrics.models import ChangedDay
from tests.facts import ago, at, make_account, make_feature, make_person, use

pytestmark = pytest.mark.django_db

DAYS = "SELECT * FROM metrics_usage_user_day ORDER BY account_id, person_id, day"
CALENDARS = """
SELECT account_id, person_id, base, first_day, last_day, known_at, event_days, login_days
FROM metrics_activity_calendar ORDER BY account_id, person_id
"""


def rows(query: str) -> list[tuple[Any, ...]]:
    """Everything the query finds."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def mark(*pairs: tuple[int, dt.date]) -> None:
    """What the ingest does with (account, day)."""
    for account_id, day in pairs:
        ChangedDay.objects.create(account_id=account_id, day=day)


def days_of(bits: str, base: dt.date) -> set[dt.date]:
    """The days that a bit string names."""
    assert len(bits) == 448
    return {base + dt.timedelta(days=i) for i, bit in enumerate(bits) if bit == "1"}


def test_events_and_log_ins_are_summed_per_person_and_day() -> None:
    account = make_account()
    ann = make_person(account)
    make_feature("login")
    use(account, ann, 3, count=2, known_at=at(ago(2)))
    use(account, ann, 3, feature="export", count=5, known_at=at(ago(1)))
    use(account, ann, 3, feature=None, known_at=at(ago(2)))
    use(account, ann, 3, 4, feature="login", known_at=at(ago(3)))
    use(account, None, 3, count=7, known_at=at(ago(2)))
    mark((account.pk, ago(3)), (account.pk, ago(4)))
    assert rollups.refresh() == 2
    assert rows(DAYS) == [
        (account.pk, 0, ago(3), 7, 0, at(ago(2)), None),
        (account.pk, ann.pk, ago(4), 0, 1, None, at(ago(3))),
        (account.pk, ann.pk, ago(3), 7, 2, at(ago(2)), at(ago(3))),
    ]
    assert ChangedDay.objects.count() == 0


def test_a_calendar_holds_the_same_days_as_bits() -> None:
    account = make_account()
    ann = make_person(account)
    use(account, ann, 3, 10, known_at=at(ago(2)))
    use(account, ann, 4, feature=None, known_at=at(ago(1)))
    rollups.rebuild()
    ((_, person_id, base, first, last, known_at, events, logins),) = rows(CALENDARS)
    assert (person_id, first, last, known_at) == (ann.pk, ago(10), ago(3), at(ago(1)))
    assert days_of(events, base) == {ago(3), ago(10)}
    assert days_of(logins, base) == {ago(4)}
    assert base.weekday() == 0
    assert base + dt.timedelta(weeks=53) <= last < base + dt.timedelta(weeks=54)


def test_only_marked_days_of_the_asked_accounts_are_made_again() -> None:
    one, two = make_account(), make_account()
    use(one, None, 3, 4)
    use(two, None, 3)
    ChangedDay.objects.filter(day=ago(4)).delete()
    assert rollups.refresh(range(one.pk, one.pk + 1)) == 1
    assert [row[:3] for row in rows(DAYS)] == [(one.pk, 0, ago(3))]
    assert list(ChangedDay.objects.values_list("account_id", flat=True)) == [two.pk]
    assert rollups.refresh() == 1
    assert rollups.refresh() == 0
    assert [row[:3] for row in rows(DAYS)] == [(one.pk, 0, ago(3)), (two.pk, 0, ago(3))]


def test_many_days_are_made_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "SLICE", 3)
    one, two = make_account(), make_account()
    use(one, None, 1, 2, 3, 4)
    use(two, None, 1, 2, 3)
    assert rollups.refresh() == 7
    assert len(rows(DAYS)) == 7
    assert len(rows(CALENDARS)) == 2
    check_against_rebuilt()


def test_a_day_is_replaced_and_never_added_to() -> None:
    account = make_account()
    ann, bo = make_person(account), make_person(account)
    (event,) = use(account, ann, 3, count=2)
    mark((account.pk, ago(3)))
    rollups.refresh()
    mark((account.pk, ago(3)))
    rollups.refresh()
    assert [row[1:4] for row in rows(DAYS)] == [(ann.pk, ago(3), 2)]
    event.person = bo
    event.save()
    mark((account.pk, ago(3)))
    rollups.refresh()
    assert [row[1:4] for row in rows(DAYS)] == [(bo.pk, ago(3), 2)]
    assert [row[1] for row in rows(CALENDARS)] == [bo.pk]
    event.delete()
    mark((account.pk, ago(3)))
    rollups.refresh()
    assert rows(DAYS) == rows(CALENDARS) == []


def test_a_calendar_moves_on_when_a_day_comes_after_its_end() -> None:
    account = make_account()
    use(account, None, 400, 320)
    rollups.rebuild()
    before = rows(CALENDARS)[0][2]
    use(account, None, 1)
    mark((account.pk, ago(1)))
    rollups.refresh()
    ((_, _, base, first, last, _, events, _),) = rows(CALENDARS)
    assert base > before
    assert (first, last) == (ago(400), ago(1))
    assert days_of(events, base) == {ago(320), ago(1)}


def test_a_day_before_a_calendar_begins_is_kept_among_the_days_alone() -> None:
    account = make_account()
    use(account, None, 1)
    rollups.rebuild()
    use(account, None, 600)
    mark((account.pk, ago(600)))
    rollups.refresh()
    ((_, _, base, first, last, _, events, _),) = rows(CALENDARS)
    assert (first, last, days_of(events, base)) == (ago(600), ago(1), {ago(1)})
    assert len(rows(DAYS)) == 2


# what arrives: who, how many days ago, whether it is a log-in, known how many days ago
ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([1, 2, 3, 7, 8, 60, 77, 90, 370, 371, 378, 440, 460, 500, 700]),
        st.booleans(),
        st.integers(0, 1),
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
def test_however_the_events_come_the_rollups_are_those_made_from_nothing(
    db: None, batches: list[list[tuple[int, int, bool, int]]], data: st.DataObject
) -> None:
    with undone():
        account = make_account()
        people = [None, make_person(account), make_person(account)]
        events: list[Any] = []
        for batch in batches:
            for who, days_ago, is_login, known in batch:
                feature = None if is_login else "reports"
                events += use(
                    account, people[who], days_ago, feature=feature, known_at=at(ago(known))
                )
                mark((account.pk, ago(days_ago)))
            if len(events) > 1 and data.draw(st.booleans()):
                gone = events.pop(data.draw(st.integers(0, len(events) - 1)))
                mark((account.pk, gone.day))
                gone.delete()
            rollups.refresh()
            check_against_rebuilt()


def check_against_rebuilt() -> None:
    """Days are the same; calendars hold all days from their own beginning on."""
    kept_days, kept = rows(DAYS), rows(CALENDARS)
    with undone():
        rollups.rebuild()
        assert rows(DAYS) == kept_days
        rebuilt = rows(CALENDARS)
    assert [row[:2] + row[3:5] for row in kept] == [row[:2] + row[3:5] for row in rebuilt]
    for mine, theirs in zip(kept, rebuilt, strict=True):
        _, _, base, _, last, known_at, events, logins = mine
        assert base <= theirs[2]
        assert last < base + dt.timedelta(days=448)
        # an upper bound: a day that turns out to have been known earlier does not lower it
        assert known_at >= theirs[5]
        days = [row for row in kept_days if row[:2] == mine[:2] and row[2] >= base]
        assert days_of(events, base) == {row[2] for row in days if row[3]}
        assert days_of(logins, base) == {row[2] for row in days if row[4]}


class Undone(Exception):
    """Rolls a block back."""


class undone:
    """A block whose writes are rolled back at its end."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)
