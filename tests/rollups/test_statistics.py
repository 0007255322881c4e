"""Statistics of the rollups: a table that somebody holds is left to him."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from metrics import rollups


@pytest.mark.django_db(transaction=True)
def test_statistics_wait_for_nobody() -> None:
    with connection.cursor() as cursor, psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("LOCK TABLE metrics_activity_calendar IN SHARE UPDATE EXCLUSIVE MODE")
        cursor.execute("SET lock_timeout = '100ms'")
        rollups._refresh_statistics()
    connection.close()
