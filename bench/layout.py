"""What it costs to learn who was active on which day of a year, from each layout of the same facts.

Raw events, user-days and activity calendars of the same accounts give the same matrix [P, 371],
which is what the signals of a night begin with. The portfolio has no raw events: they are made for
these accounts inside a transaction, one row for each event that a user-day counts, and taken back.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench._gauge import Spent, spent_by
from bench._stage import Report, arguments, portfolio, say  # first: it sets Django up

from django.db import connection, transaction  # isort: skip
from django.utils import timezone

from accounts.models import Organisation, Person
from metrics.frames import Window
from metrics.frames.activity import CALENDAR
from metrics.frames.calendars import read_calendars, unpack
from metrics.frames.columns import ID
from metrics.signals.base import HISTORY_DAYS, Bools

EVENTS = """
INSERT INTO metrics_usageevent (
    account_id, person_id, feature_id, occurred_at, day, count, event_key, known_at, batch_id
)
SELECT u.account_id, u.person_id, f.id, u.day + n * interval '1 minute', u.day, 1,
       gen_random_uuid(), u.events_known_at, 0
FROM metrics_usage_user_day u
CROSS JOIN LATERAL generate_series(1, u.events) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM metrics_feature) f
    ON f.place = 1 + mod(u.person_id + n, (SELECT count(*) FROM metrics_feature))
WHERE u.account_id >= %s AND u.account_id < %s
"""
RAW = """
SELECT DISTINCT person_id, (day - %(first_day)s::date)::bigint AS at FROM metrics_usageevent
WHERE account_id >= %(lo)s AND account_id < %(hi)s AND day >= %(first_day)s AND day < %(day)s
  AND known_at <= %(cutoff)s AND batch_id = 0
"""
USER_DAYS = """
SELECT person_id, (day - %(first_day)s::date)::bigint AS at FROM metrics_usage_user_day
WHERE account_id >= %(lo)s AND account_id < %(hi)s AND day >= %(first_day)s AND day < %(day)s
  AND events_known_at <= %(cutoff)s
"""
KINDS = {"person_id": ID, "at": ID}
Read = Callable[[], Bools]


def main() -> None:
    """Each layout in turn, round after round."""
    asked = arguments(__doc__, accounts=1_000)
    portfolio(asked.accounts, fresh=asked.fresh, nights=False)
    report = Report("layout", asked.accounts)
    read = min(asked.accounts, 200)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(EVENTS, [1, 1 + read])
            events = cursor.rowcount
            cursor.execute("ANALYZE metrics_usageevent")
        say(f"{events:,} raw events made")
        _measure(read, events, asked.rounds, report)
        transaction.set_rollback(True)
    report.end(asked)


def _measure(accounts: int, events: int, rounds: int, report: Report) -> None:
    now = timezone.now()
    day = Organisation.current().day_of(now)
    window = Window(day=day, cutoff=now, zone="UTC", lo=1, hi=1 + accounts)
    people = pd.Index(
        Person.objects.filter(account_id__lt=window.hi).order_by("pk").values_list("pk", flat=True)
    )
    ways: dict[str, Read] = {
        "raw events": lambda: _rows(window, people, RAW),
        "user-days": lambda: _rows(window, people, USER_DAYS),
        "calendars": lambda: _calendars(window, people),
    }
    found = {name: way() for name, way in ways.items()}
    for matrix in found.values():
        np.testing.assert_array_equal(matrix, found["calendars"])
    spent: dict[str, list[Spent]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            spent[name].append(spent_by(way))
    report.add(
        "read", accounts=accounts, events=events, user_days=int(found["user-days"].sum()),
        people=len(people),
    )  # fmt: skip
    least = statistics.median(one.cpu for one in spent["calendars"])
    for name, times in spent.items():
        cpu = statistics.median(one.cpu for one in times)
        report.add(
            name,
            wall=statistics.median(one.wall for one in times),
            cpu=cpu,
            database=statistics.median(one.database for one in times),
            ms_per_account=1000 * cpu / accounts,
            ratio=cpu / least,
        )


def _rows(window: Window, people: pd.Index[int], query: str) -> Bools:
    rows = window.fetch_columns(query, KINDS)
    active = np.zeros((len(people), HISTORY_DAYS), dtype=bool)
    active[people.get_indexer(pd.Index(rows["person_id"])), rows["at"].to_numpy()] = True
    return active


def _calendars(window: Window, people: pd.Index[int]) -> Bools:
    calendars = read_calendars(window, table="metrics_activity_calendar", columns=CALENDAR)
    active = np.zeros((len(people), HISTORY_DAYS), dtype=bool)
    persons: npt.NDArray[np.int64] = calendars["person_id"].astype(np.int64)
    active[people.get_indexer(pd.Index(persons))] = unpack(calendars, "event_days", window)
    return active


if __name__ == "__main__":
    main()
