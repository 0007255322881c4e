"""No test feels another: not one that ran before, nor one that runs beside it."""

import os

import pytest
from django.conf import settings
from django.db import connection

from healthscore.celery import app
from metrics.models import Scorecard
from tests.conftest import LONGEST, begins

WORKER = os.environ.get("PYTEST_XDIST_WORKER")


@pytest.mark.parametrize("turn", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_real_transactions_begin_with_what_migrations_made(turn: str) -> None:
    found = Scorecard.objects.values_list("line", "version", "state", "reason")
    assert list(found) == [("default", 1, "published", "Defaults at installation")]


@pytest.mark.django_db
def test_a_worker_has_a_database_and_queues_of_its_own() -> None:
    own = f"{settings.TEST_DATABASE}_{WORKER}" if WORKER else settings.TEST_DATABASE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (own,)
    with app.connection_for_write() as line:
        prefix = line.default_channel.global_keyprefix
    assert prefix == f"{settings.TEST_DATABASE}_{WORKER or ''}:"


def test_what_takes_longest_begins_first(request: pytest.FixtureRequest) -> None:
    assert [start for start in LONGEST if not (settings.BASE_DIR / start).exists()] == []
    places = [begins(item.nodeid) for item in request.session.items]
    assert places == sorted(places)
