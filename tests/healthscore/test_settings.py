"""The settings refuse to run half configured, and are strict when they run."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

SETTINGS = str(Path(__file__).parents[2] / "healthscore" / "settings.py")
COMPLETE = {
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "health.example.com,health.example.org",
    "DATABASE_URL": "postgresql://db/health",
    "REDIS_URL": "redis://broker/0",
    "HEALTHSCORE_LOCAL": "0",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def load() -> dict[str, Any]:
    return runpy.run_path(SETTINGS)


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_does_not_start_without(name: str, environment: pytest.MonkeyPatch) -> None:
    environment.delenv(name)

    with pytest.raises(ImproperlyConfigured, match=f"Set {name}, or use"):
        load()


def test_production_is_strict(environment: pytest.MonkeyPatch) -> None:
    found = load()

    strict = {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["health.example.com", "health.example.org"],
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
        "SECURE_PROXY_SSL_HEADER": None,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
        "CELERY_ACCEPT_CONTENT": ["json"],
    }
    assert {name: found[name] for name in strict} == strict


def test_messages_are_what_the_ledger_relies_on(environment: pytest.MonkeyPatch) -> None:
    """Each of these was chosen against a fault that has been seen: see docs/faults.md."""
    found = load()

    agreed = {
        "CELERY_TASK_ACKS_LATE": True,
        "CELERY_TASK_REJECT_ON_WORKER_LOST": False,
        "CELERY_TASK_IGNORE_RESULT": True,
        "CELERY_TASK_TIME_LIMIT": 120,
        "CELERY_TASK_SOFT_TIME_LIMIT": 100,
        "CELERY_TASK_SERIALIZER": "json",
        "CELERY_ACCEPT_CONTENT": ["json"],
        "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
        "CELERY_WORKER_MAX_TASKS_PER_CHILD": 100,
        "CELERY_WORKER_MAX_MEMORY_PER_CHILD": 500_000,
        "CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT": 20,
        "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP": True,
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "visibility_timeout": 900,
            "socket_timeout": 30,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        "CELERY_VISIBILITY_TIMEOUT": 900,
        "CELERY_ENABLE_UTC": True,
        "CELERY_TIMEZONE": "UTC",
        "CELERY_BEAT_SCHEDULE": {"tick": {"task": "metrics.tasks.tick", "schedule": 60}},
    }
    assert {name: found[name] for name in agreed} == agreed
    assert "CELERY_RESULT_BACKEND" not in found


def test_a_local_installation_keeps_the_same_secret(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HEALTHSCORE_LOCAL", "1")
    environment.delenv("SECRET_KEY")

    first, second = load()["SECRET_KEY"], load()["SECRET_KEY"]

    assert first == second
    assert len(first) >= 50


def test_every_task_has_its_queue(environment: pytest.MonkeyPatch) -> None:
    from celery import Celery

    app = Celery(set_as_current=False)
    loaded = load()
    app.conf.task_routes = loaded["CELERY_TASK_ROUTES"]
    app.conf.task_default_queue = loaded["CELERY_TASK_DEFAULT_QUEUE"]
    names = ["tick", "work_runs", "ingest_uploads", "purge", "take_in"]

    routes = {name: app.amqp.router.route({}, f"metrics.tasks.{name}") for name in names}

    assert {name: route["queue"].name for name, route in routes.items()} == {
        "tick": "interactive",
        "work_runs": "nightly",
        "ingest_uploads": "ingest",
        "purge": "ingest",
        "take_in": "interactive",
    }
