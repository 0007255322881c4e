"""What the database worked at, by its own count (pg_stat_statements)."""

from __future__ import annotations

from typing import Any

from django.db import connection

HEAVIEST = """
SELECT total_exec_time / 1000, calls, mean_exec_time, rows, wal_bytes / 1e6,
       left(regexp_replace(query, '\\s+', ' ', 'g'), 100)
FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT %s
"""


def forget_statements() -> None:
    """Counts from now on."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        cursor.execute("SELECT pg_stat_statements_reset()")


def heaviest_statements(most: int = 10) -> list[dict[str, Any]]:
    """Those that took the longest in all: seconds, calls, milliseconds each, MB of WAL. Waiting for
    locks and disks counts, too.
    """
    names = ("seconds", "calls", "ms", "rows", "wal_mb", "text")
    with connection.cursor() as cursor:
        cursor.execute(HEAVIEST, [most])
        return [dict(zip(names, (float(v) if not isinstance(v, (str, int)) else v for v in row),
                         strict=True)) for row in cursor.fetchall()]  # fmt: skip
