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
