"""Migrations are complete, and safe to run under a working installation."""

import threading

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader

UNSURE = "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE NOT indisvalid"


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# an index that is built beside those who write cannot be described inside a transaction
@pytest.mark.django_db(transaction=True)
def test_no_migration_locks_out_readers_or_breaks_the_release_before() -> None:
    call_command("lintmigrations", warnings_as_errors=[], verbosity=0)


def again(app: str, name: str) -> None:
    loader = MigrationLoader(connection)
    state = loader.project_state((app, name), at_end=False)
    with connection.schema_editor(atomic=False) as editor:
        loader.get_migration(app, name).apply(state, editor)


def unsure() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(UNSURE)
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("app", "name", "table", "build"),
    [
        ("metrics", "0017_newest_records", "metrics_ticket", "INDEX {} ticket_newest ON {} (id)"),
        (
            "metrics",
            "0017_newest_records",
            "metrics_activity_calendar",
            "INDEX {} activity_newest ON {} (last_day)",
        ),
        (
            "metrics",
            "0019_usage_by_key_alone",
            "metrics_usageevent",
            "UNIQUE INDEX {} usage_event_key ON {} (event_key)",
        ),
        ("accounts", "0007_newest_records", "accounts_person", "INDEX {} person_newest ON {} (id)"),
    ],
)
def test_a_build_that_gave_up_waiting_begins_anew(
    app: str, name: str, table: str, build: str
) -> None:
    """And waits for whoever writes, however long he takes."""
    with connection.cursor() as cursor, psycopg.connect(connection.connection.info.dsn) as writer:
        cursor.execute(f"DROP INDEX IF EXISTS {build.split(' {} ')[1].split()[0]}")
        writer.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        cursor.execute("SET lock_timeout = '100ms'")
        with pytest.raises(OperationalError):
            cursor.execute("CREATE " + build.format("CONCURRENTLY", table))
        assert unsure()
        gone = threading.Timer(0.3, writer.rollback)
        gone.start()
        again(app, name)
        gone.join()
    assert unsure() == []
    again(app, name)
    connection.close()
