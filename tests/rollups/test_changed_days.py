"""Who waits for whom: imports for nobody, rollups for one another, and no change is lost."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction

from metrics import rollups
from metrics.ingest.usage import MARK, STAGE
from metrics.models import ChangedDay, DirtyDay
from tests.facts import ago, make_account, use
from tests.rollups.test_rollups import DAYS, rows

pytestmark = pytest.mark.django_db(transaction=True)

SUMS = "SELECT day, events FROM metrics_usage_user_day ORDER BY day"


@pytest.fixture
def other_session() -> Iterator[Any]:
    """A second connection, in a transaction of its own."""
    other = connection.copy()
    other.set_autocommit(False)
    yield other
    other.rollback()
    other.close()


def until_somebody_waits(cursor: Any) -> None:
    """Returns when another session waits for a lock of this one."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        if cursor.fetchone()[0]:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[threading.Event]:
    """`work` in a thread of its own, and whether it is done; afterwards it is."""
    finished = threading.Event()

    def run() -> None:
        try:
            work()
            finished.set()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield finished
    thread.join(30)
    assert finished.is_set()


def changed(cursor: Any, account_id: int, day: dt.date) -> None:
    """What an import does at its end, in the transaction of the cursor."""
    cursor.execute(STAGE)
    cursor.execute("INSERT INTO stage_changed VALUES (%s, %s)", [account_id, day])
    cursor.execute(MARK)


@contextmanager
def a_rollup_that_goes_on() -> Iterator[Any]:
    """A cursor of the transaction in which all dirty days are done, until the end of the block."""
    rollups.gather()
    with transaction.atomic(), connection.cursor() as cursor:
        assert rollups._refresh_all(None) > 0
        yield cursor


def test_an_import_waits_for_no_rollup_and_its_days_are_done_by_the_next(
    other_session: Any,
) -> None:
    account = make_account()
    use(account, None, 3)
    with a_rollup_that_goes_on(), other_session.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1ms'")
        changed(cursor, account.pk, ago(3))
        other_session.commit()
    use(account, None, 3)
    assert ChangedDay.objects.count() == 2
    assert rollups.refresh() == 1
    assert rows(SUMS) == [(ago(3), 2)]


def test_a_rollup_waits_for_no_import_and_loses_none_of_its_days(other_session: Any) -> None:
    account = make_account()
    use(account, None, 3, 4)
    with other_session.cursor() as cursor:
        changed(cursor, account.pk, ago(3))
        changed(cursor, account.pk, ago(5))
        with connection.cursor() as mine:
            mine.execute("SET lock_timeout = '1ms'")
        assert rollups.refresh() == 2
        other_session.commit()
    connection.close()
    found = ChangedDay.objects.order_by("day").values_list("day", flat=True)
    assert list(found) == [ago(5), ago(3)]
    assert [row[2] for row in rows(DAYS)] == [ago(4), ago(3)]


def test_a_day_that_two_rollups_want_is_done_by_one_after_the_other() -> None:
    account = make_account()
    use(account, None, 3)

    def once_more() -> None:
        use(account, None, 3)
        rollups.refresh()

    with ExitStack() as until_the_end, a_rollup_that_goes_on() as cursor:
        is_done = until_the_end.enter_context(beside(once_more))
        until_somebody_waits(cursor)
        assert not is_done.is_set()
    assert rows(SUMS) == [(ago(3), 2)]


def test_the_list_is_shortened_between_two_nights() -> None:
    account = make_account()
    for _ in range(3):
        use(account, None, 3, 4)
        rollups.gather_if_free()
    assert not ChangedDay.objects.exists()
    assert set(DirtyDay.objects.values_list("account_id", "day")) == {
        (account.pk, ago(3)),
        (account.pk, ago(4)),
    }


def test_whoever_shortens_the_list_waits_for_no_rollup(other_session: Any) -> None:
    account = make_account()
    use(account, None, 3)
    with a_rollup_that_goes_on(), other_session.cursor() as cursor:
        changed(cursor, account.pk, ago(3))
        other_session.commit()
        with beside(rollups.gather_if_free) as is_done:
            assert is_done.wait(20)  # else it waits until the rollup ends
    assert list(ChangedDay.objects.values_list("day", flat=True)) == [ago(3)]


def test_rebuilding_keeps_what_changes_meanwhile_on_the_list(other_session: Any) -> None:
    account = make_account()
    use(account, None, 3)
    with transaction.atomic():
        assert rollups.rebuild() == 1
        with other_session.cursor() as cursor:
            changed(cursor, account.pk, ago(4))
            other_session.commit()
    assert list(ChangedDay.objects.values_list("day", flat=True)) == [ago(4)]
    assert rows(SUMS) == [(ago(3), 1)]


def test_what_another_rolls_up_while_all_is_rebuilt_is_not_forgotten() -> None:
    account = make_account()
    use(account, None, 3)

    def one_more() -> None:
        use(account, None, 4)
        rollups.refresh()

    with ExitStack() as until_the_end:

        def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            found = execute(sql, params, many, context)
            if sql == rollups.EVERYTHING:
                # it waits for the end of the other, or is done before it forgets
                until_the_end.enter_context(beside(one_more)).wait(0.5)
            return found

        with connection.execute_wrapper(meanwhile):
            rollups.rebuild()
    assert rows(SUMS) == [(ago(4), 1), (ago(3), 1)]
