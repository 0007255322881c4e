"""What is older than it is kept for goes, and nothing else."""

from __future__ import annotations

import datetime as dt
import io

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from metrics import nightly
from metrics.models import Batch, HookDelivery, Reject, Replaced, Run
from metrics.nightly import store
from tests.api.delivering import make_hook
from tests.facts import live_scorecard

pytestmark = pytest.mark.django_db(transaction=True)  # partitions go outside of one
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
NONE = dict.fromkeys(
    ("months", "rejects", "replaced", "sessions", "replies", "deliveries", "mails"), 0
)


def ago(days: int) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def months() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname ~ '^metrics_snapshot_' AND relkind = 'r'"
            " ORDER BY relname"
        )
        return [row[0][-7:] for row in cursor.fetchall()]


def make_run(day: dt.date) -> Run:
    store.ensure_partition(day)
    run = Run.objects.request(
        day, kind="nightly", scorecard=live_scorecard(), data_cutoff=NOW, code_version="test"
    )
    run.chunks.update(state="done")
    Run.objects.filter(pk=run.pk).update(state="complete", is_published=True)
    return run


def make_batch(*, days: int) -> Batch:
    batch = Batch.objects.create(
        source="usage", state="finished", received=1, quarantined=1, finished_at=ago(days)
    )
    Reject.objects.create(batch=batch, line=2, code="bad_number", raw={})
    Replaced.objects.create(batch_id=batch.pk, table="accounts_account", object_id=1, before={})
    return batch


def test_nothing_goes_where_nothing_is_old() -> None:
    make_batch(days=89)
    make_run(dt.date(2023, 11, 1))
    assert nightly.purge(NOW) == NONE
    call_command("verify", stdout=io.StringIO())


def test_scores_go_by_the_month_with_their_runs() -> None:
    before = months()
    old, kept = make_run(dt.date(2023, 10, 31)), make_run(dt.date(2023, 11, 1))
    assert nightly.purge(NOW) == NONE | {"months": 1}
    assert list(Run.objects.values_list("pk", flat=True)) == [kept.pk]
    assert months() == sorted({*before, "2023_11", "2026_11"} - {"2023_10"})
    assert old.pk != kept.pk


def test_a_backup_that_reads_for_hours_keeps_no_month_from_coming_or_going() -> None:
    make_run(dt.date(2023, 9, 30))
    with connection.cursor() as cursor, psycopg.connect(connection.connection.info.dsn) as backup:
        cursor.execute("DROP TABLE IF EXISTS metrics_snapshot_2027_01")
        backup.execute("LOCK TABLE metrics_snapshot IN ACCESS SHARE MODE")  # as pg_dump begins
        cursor.execute("SET lock_timeout = '100ms'")
        store.ensure_partition(dt.date(2027, 1, 1))
        store.ensure_partition(dt.date(2027, 1, 31))
        assert months()[-1] == "2027_01"
        for _ in range(2):
            assert nightly.purge(NOW) == NONE
            assert months()[0] == "2023_09"
            cursor.execute("SELECT FROM metrics_snapshot")  # nobody stands behind it
        backup.rollback()
        assert nightly.purge(NOW) == NONE | {"months": 1}
        assert "2023_09" not in months()
        cursor.execute("DROP TABLE metrics_snapshot_2027_01")
    connection.close()


def test_refused_rows_go_and_their_counts_stay() -> None:
    old, young = make_batch(days=91), make_batch(days=89)
    assert nightly.purge(NOW) == NONE | {"rejects": 1, "replaced": 1}
    assert list(Reject.objects.values_list("batch", flat=True)) == [young.pk]
    old.refresh_from_db()
    assert (old.quarantined, old.is_undoable) == (1, False)
    young.refresh_from_db()
    assert young.is_undoable
    assert nightly.purge(NOW) == NONE


def test_ids_of_deliveries_are_known_for_a_week() -> None:
    hook = make_hook()
    for days in (6, 8):
        HookDelivery.objects.create(
            hook=hook, delivery_id=f"d{days}", digest="x", received_at=ago(days)
        )
    assert nightly.purge(NOW) == NONE | {"deliveries": 1}
    assert HookDelivery.objects.get().delivery_id == "d6"
