"""Server time of every page beside that of an empty one, in the same rounds.

The pages are asked for in one process, without a network: what is measured is the way through the
middleware, the view, the database and the template. `db` is the time inside PostgreSQL and
`buffers` the blocks it touched, as EXPLAIN (ANALYZE, BUFFERS) says of each query once more.
`cpu` is the time that this process itself worked: it stays the same while others use the machine.
Targets at 10,000 accounts and above: p95 below 50 ms, the database at most 5 ms and 300 buffers.
`--gate` holds the last one, which no other work on the machine can change.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench._stage import Report, arguments, portfolio, say, spread  # first: it sets Django up

from django.conf import settings  # isort: skip
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import Account, Role, User
from healthscore.wsgi import settle
from metrics.models import AccountCurrent, Run

MOST_BUFFERS = 300
# URL name, its arguments, query
PAGES = (
    ("empty", (), ""),
    ("portfolio", (), ""),
    ("portfolio", (), "?band=red&sort=-30d"),
    ("portfolio", (), "?q=synthetic 12&page=2"),
    ("account", ("account",), ""),
    ("account_people", ("account",), ""),
    ("account_tickets", ("account",), ""),
    ("account_timeline", ("account",), ""),
    ("evidence", ("account", "S05"), ""),
    ("evidence", ("account", "S12"), ""),
    ("evidence", ("account", "S19"), ""),
    ("day", (), ""),
    ("scorecard", (), ""),
    ("runs", (), ""),
    ("imports", (), ""),
    ("jump", (), "?q=synthetic 12"),
)


def main() -> None:
    """Asks for every page in turn, round after round."""
    asked = arguments(__doc__, accounts=10_000)
    run = portfolio(asked.accounts, fresh=asked.fresh)
    assert run is not None  # noqa: S101  # a portfolio with nights has a last one
    settings.ROOT_URLCONF = "bench._urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    settle()  # as a web process does
    report = Report("pages", asked.accounts)
    for role in (Role.ADMIN, Role.CSM):
        # a browser asks for pages compressed
        client = Client(headers={"Accept-Encoding": "gzip"})
        client.force_login(_user(role))
        _measure(client, str(role), _addresses(run), max(asked.rounds, 5) * 8, report)
    report.end(asked)


def _user(role: str) -> User:
    if role == Role.CSM:
        return User.objects.filter(role=role).order_by("pk")[0]
    known = User.objects.filter(email="bench@example.com").first()
    return known or User.objects.create_user("bench@example.com", name="Bench", role=role)


def _addresses(run: Run) -> dict[str, str]:
    """Of the first CSM's largest account in red, and of every page that there is."""
    own = AccountCurrent.objects.filter(run_id=run.pk, owner_id=_user(Role.CSM).pk)
    row = own.filter(band="red").order_by("-arr").first() or own.order_by("-arr")[0]
    account = Account.objects.get(pk=row.account_id)
    found = {}
    for name, given, query in PAGES:
        try:
            path = reverse(name, args=[account.pk if one == "account" else one for one in given])
        except NoReverseMatch:
            say(f"there is no page {name}")
            continue
        codes = (one for one in given if one != "account")
        found[" ".join(filter(None, (name, *codes, query)))] = path + query
    return found


def _measure(client: Client, role: str, pages: dict[str, str], rounds: int, report: Report) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in pages}
    worked: dict[str, list[float]] = {name: [] for name in pages}
    status: dict[str, int] = {}
    for round_ in range(rounds + 2):
        for name, path in pages.items():
            began, busy = time.perf_counter(), time.process_time()
            answer = client.get(path)
            body = b"".join(answer) if answer.streaming else answer.content
            if round_ > 1:  # the first two fill the caches of the process
                seconds[name].append(time.perf_counter() - began)
                worked[name].append(time.process_time() - busy)
            status[name] = answer.status_code if body or name == "empty" else 0
    nothing = spread(seconds["empty"])["median"]
    for name, path in pages.items():
        times, cpu = spread(seconds[name]), spread(worked[name])
        queries, cost, buffers = _database(client, path)
        report.add(
            f"{role} {name}",
            status=status[name],
            **times,
            cpu=cpu["median"],
            cpu_p95=cpu["p95"],
            ratio=times["median"] / nothing,
            queries=queries,
            db=cost,
            buffers=buffers,
        )
        report.hold(f"{role} {name}: its buffers", value=buffers, most=MOST_BUFFERS)


def _database(client: Client, path: str) -> tuple[int, float, int]:
    """Queries of a page, milliseconds inside PostgreSQL, and blocks touched."""
    with _captured() as queries:
        client.get(path)
    cost, buffers = 0.0, 0
    for sql, parameters in queries:
        if not sql.lstrip().upper().startswith(("SELECT", "WITH")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
            plan = cursor.fetchone()[0]
        plan = json.loads(plan)[0] if isinstance(plan, str) else plan[0]
        cost += plan["Execution Time"]
        buffers += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    return len(queries), cost, buffers


@contextmanager
def _captured() -> Iterator[list[tuple[str, Any]]]:
    found: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        found.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(keep):
        yield found


if __name__ == "__main__":
    main()
