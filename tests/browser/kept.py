"""Keep the rows of the tables aside, and bring them back: quicker than calculating them anew."""

from django.db import connection, transaction

# What is Django's own comes back by itself; partitions are reached through their table.
TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname ~ '^(accounts|account|metrics)_'
    ORDER BY 1
"""


def keep() -> None:
    """Copy all rows into a schema of their own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
        for table in _tables():
            cursor.execute(f"CREATE TABLE kept.{table} AS TABLE {table}")


def bring_back() -> None:
    """Exactly the rows that were kept, with their ids: sequences only ever go on."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _tables()
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute("SET LOCAL session_replication_role = replica")  # in whatever order
        for table in tables:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM kept.{table}")  # noqa: S608


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]
