"""What the ingest is held against: bare COPY, and the endpoint that one would write first."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

from bench._stage import connection  # first: it sets Django up

from django.http import HttpRequest, JsonResponse  # isort: skip
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Account, Person
from healthscore.urls import urlpatterns as known
from metrics.ingest.tables import copy_rows
from metrics.models import Feature, UsageEvent

COLUMNS = (
    "account_id", "person_id", "feature_id", "occurred_at", "day", "count", "event_key", "known_at",
    "batch_id",
)  # fmt: skip
Rows = Sequence[Sequence[Any]]


def bare_table() -> None:
    """The columns of usage without key, index or constraint."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_usage")
        cursor.execute(
            "CREATE TABLE bench_usage AS SELECT * FROM metrics_usageevent WITH NO DATA;"
            "ALTER TABLE bench_usage DROP COLUMN id"
        )


def as_csv(rows: Rows) -> bytes:
    """The rows as COPY CSV reads them."""
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def copy_csv(data: bytes) -> None:
    """COPY of bytes that are there already: nothing is faster."""
    statement = f"COPY bench_usage ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        copy.write(data)


def copy_text(rows: Rows) -> None:
    """COPY text of rows in memory, into a table without index."""
    copy_rows("bench_usage", COLUMNS, rows)


@csrf_exempt
@login_not_required
def bulk_create(request: HttpRequest) -> JsonResponse:
    """Calls into objects, looked up by their ids, and into the table; what is there stays."""
    calls = json.loads(request.read())["batch"]
    people = {
        person.external_id: person
        for person in Person.objects.filter(external_id__in={call["userId"] for call in calls})
    }
    features = {}
    for call in calls:
        if call["event"] not in features:
            key = call["event"]
            features[key] = Feature.objects.get_or_create(key=key, defaults={"name": key})[0]
    now = dt.datetime.now(dt.UTC)
    events = []
    for call in calls:
        person, at = people[call["userId"]], dt.datetime.fromisoformat(call["timestamp"])
        events.append(
            UsageEvent(
                account_id=person.account_id,
                person=person,
                feature=features[call["event"]],
                occurred_at=at,
                day=at.date(),
                event_key=call["messageId"],
                known_at=now,
                batch_id=0,
            )
        )
    UsageEvent.objects.bulk_create(events, ignore_conflicts=True)
    return JsonResponse({"success": True})


def accounts_and_people(accounts: int, each: int) -> list[tuple[str, int, int]]:
    """Invented customers: (external id, id, account's id) of every person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_account (external_id, name, domain, segment, industry, plan,"
            " owner_email, parent_external_id, churn_reason, tags, known_at)"
            " SELECT 'bench-' || i, 'Bench ' || i, '', '', '', '', '', '', '', '{}',"
            " now() - interval '400 days' FROM generate_series(1, %s) i",
            [accounts],
        )
        cursor.execute(
            'INSERT INTO accounts_person (external_id, account_id, email, name, "group", persona,'
            " level, champion, decision_maker, known_at)"
            " SELECT a.external_id || '-' || i, a.id, '', '', '', '', '', false, false, a.known_at"
            " FROM accounts_account a, generate_series(1, %s) i"
            " WHERE a.external_id LIKE 'bench-%%'",
            [each],
        )
    found = Person.objects.filter(external_id__startswith="bench-")
    return list(found.values_list("external_id", "pk", "account_id"))


Work = Callable[[], object]
urlpatterns = [*known, path("bench/bulk-create", bulk_create)]
__all__ = ["Account", "accounts_and_people", "as_csv", "bare_table", "copy_csv", "copy_text"]
