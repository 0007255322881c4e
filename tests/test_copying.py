"""What goes wrong in COPY is told as in any other statement: pages and doors know these errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DataError, IntegrityError, ProgrammingError

from metrics.frames.calendars import read_calendars
from metrics.frames.window import Window
from metrics.ingest.tables import copy_rows
from metrics.nightly.store import write_snapshots

pytestmark = pytest.mark.django_db
WINDOW = Window(
    day=dt.date(2026, 3, 18), cutoff=dt.datetime(2026, 3, 18, tzinfo=dt.UTC), zone="UTC", lo=1, hi=9
)


@pytest.mark.parametrize(
    ("work", "error"),
    [
        (lambda: copy_rows("metrics_changedday", ["account_id"], [(None,)]), IntegrityError),
        (lambda: WINDOW.fetch_arrays("SELECT 1 / 0 AS n", {"n": "number"}), DataError),
        (
            lambda: read_calendars(WINDOW, table="gone", columns={"base": "date"}),
            ProgrammingError,
        ),
        (lambda: write_snapshots([b"no rows"]), DataError),
    ],
    ids=["rows in", "columns out", "calendars out", "snapshots in"],
)
def test_an_error_in_copy_is_one_of_djangos(
    work: Callable[[], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        work()
