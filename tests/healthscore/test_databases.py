"""DATABASE_URL and the role of a process decide how it talks to PostgreSQL."""

import psycopg
import pytest
from django.db import connection

from healthscore.databases import LIMITS, POOL, database


def test_every_part_of_the_address_is_taken() -> None:
    found = database(
        "postgresql://ana:p%40ss@db.internal:5433/health?sslmode=require&connect_timeout=9",
        role="worker",
    )

    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "health",
        "USER": "ana",
        "PASSWORD": "p@ss",
        "HOST": "db.internal",
        "PORT": "5433",
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "sslmode": "require",
            "connect_timeout": "9",
            "keepalives_idle": "30",
            "keepalives_interval": "10",
            "keepalives_count": "3",
            "tcp_user_timeout": "60000",
            "application_name": "healthscore-worker",
            "options": "-c statement_timeout=120s -c lock_timeout=3s"
            " -c idle_in_transaction_session_timeout=30s -c max_parallel_workers_per_gather=0",
        },
    }


def test_a_socket_folder_is_a_host() -> None:
    found = database("postgresql://healthscore@/healthscore?host=/run/x", role="command")

    assert (found["HOST"], found["PORT"], found["USER"]) == ("/run/x", "", "healthscore")


def test_only_the_web_has_a_pool() -> None:
    pools = {
        role: database("postgresql:///x", role=role)["OPTIONS"].get("pool")
        for role in ("web", "worker", "command", "migrate")
    }

    assert pools == {"web": POOL, "worker": None, "command": None, "migrate": None}


HELD = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.mark.django_db
def test_the_database_itself_holds_every_process_to_the_limits_of_its_role() -> None:
    connection.ensure_connection()
    dsn = connection.connection.info.dsn
    found = {}
    for role in LIMITS:
        options = database("postgresql:///x", role=role)["OPTIONS"]["options"]
        with psycopg.connect(dsn, options=options) as line:
            rows = [line.execute(f"SHOW {name}").fetchone() for name in HELD]
        found[role] = tuple(row[0] for row in rows if row)

    assert found == {
        "web": ("10s", "3s", "30s"),
        "worker": ("2min", "3s", "30s"),
        "migrate": ("0", "2s", "0"),
        "command": ("0", "0", "0"),
    }


@pytest.mark.parametrize("url", ["mysql://a/b", "postgresql://host", "", "health"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL must look like"):
        database(url, role="web")


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="HEALTHSCORE_ROLE must be one of"):
        database("postgresql:///x", role="wizard")
