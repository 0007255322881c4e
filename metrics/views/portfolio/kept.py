"""What was read of a run once and holds until its rows are written anew.

The rows of a published run never change one by one: a night writes them all in one transaction.
So what was counted, summed and ordered of them is kept in this process, by the run, by that
transaction, and by the accounts that are meant. Owners, tags and rights are never kept: they are
asked for anew each time, and only the set of accounts that they lead to is part of the key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

from django.db import connection
from django.db.models import BigIntegerField, Count, Func, QuerySet, Sum

from accounts.models import Account
from metrics.models import AccountCurrent, Run

T = TypeVar("T")
# a listing is at most 80 kB (10,000 ids), a drawn page of the table about 150 kB
MOST = 128
MOST_DRAWN = 32
MOST_PARTS = 128  # of other drawn parts of pages, 20 to 60 kB
# any row would do, but without the order of the key it could be looked for among all
WRITTEN = """
SELECT xmin::text FROM metrics_accountcurrent WHERE run_id = %s ORDER BY account_id LIMIT 1
"""


class Kept:
    """The last results by key; the one that was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._found: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T], *, holds: Callable[[], bool]) -> T:
        """What `make` returned for this key. It is kept only if the key still `holds` afterwards:
        what somebody changed meanwhile must not stand under the name of what was before.
        """
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return cast(T, self._found[key])
        made = make()
        if not holds():
            return made
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


kept = Kept(MOST)
drawn = Kept(MOST_DRAWN)
parts = Kept(MOST_PARTS)


class Book:
    """The rows of one run for the accounts that are meant, None for all of them."""

    def __init__(self, run: Run, accounts: QuerySet[Account] | None) -> None:
        self._accounts = accounts
        self._print = fingerprint(accounts)
        self._written = run.pk, written(run)
        self.today = run.business_day
        rows = AccountCurrent.objects.filter(run_id=run.pk)
        self.rows = rows if accounts is None else rows.filter(account_id__in=accounts.values("pk"))

    def draw(self, key: Hashable, make: Callable[[], T]) -> T:
        """HTML of rows of this run that depends on nothing but them and `key`."""
        return drawn.get((self._written, key), make, holds=lambda: True)

    def draw_part(self, key: Hashable, make: Callable[[], T]) -> T:
        """HTML of what was read of these rows: as `keep`, for what was made of it."""
        return parts.get((self._written, self._print, key), make, holds=self._holds)

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` reads of these rows, narrowed by nothing but what `key` names."""
        return kept.get((self._written, self._print, key), make, holds=self._holds)

    def _holds(self) -> bool:
        return self._accounts is None or fingerprint(self._accounts) == self._print


def written(run: Run) -> str:
    """The transaction that wrote the run's rows: it changes when they do."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [run.pk])
        row = cursor.fetchone()
    return row[0] if row else ""


def fingerprint(accounts: QuerySet[Account] | None) -> tuple[int, int] | None:
    """Number of accounts and the sum of the hashes of their ids; None for all accounts."""
    if accounts is None:
        return None
    mixed = Func(
        "pk",
        function="hashint8extended",
        template="%(function)s(%(expressions)s, 7)",
        output_field=BigIntegerField(),
    )
    found = accounts.order_by().aggregate(count=Count("pk"), sum=Sum(mixed))
    return found["count"], int(found["sum"] or 0)
