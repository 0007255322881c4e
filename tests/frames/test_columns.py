"""Columns fetched whole say what rows fetched one by one say; packed days what unpacked ones do."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.frames import Window
from metrics.frames.calendars import POSTGRES_EPOCH, last_days_ago, unpack
from metrics.frames.columns import DAY, FLAG, ID, MOMENT, NUMBER, TEXT
from metrics.models.rollups import CALENDAR_DAYS
from tests.facts import DAY as TODAY
from tests.facts import at

WINDOW = Window(day=TODAY, cutoff=at(TODAY), zone="UTC", lo=0, hi=9)
KINDS = {"a": ID, "b": NUMBER, "c": FLAG, "d": TEXT, "e": DAY, "f": MOMENT, "g": TEXT}
ROWS = """
SELECT * FROM (VALUES
    (2, 1.5::float8, true, 'é', DATE '1999-12-31', TIMESTAMP '2026-01-01 01:02:03.000004', 'x'),
    (NULL, NULL, false, '', NULL, NULL, 'y'),
    (1, 1e308, true, E'a\\x1fb', DATE '2026-02-03', TIMESTAMP '1970-01-01', '')
) v(a, b, c, d, e, f, g) {where}
"""


@pytest.mark.django_db
def test_columns_keep_their_order_their_nulls_and_every_letter() -> None:
    found = WINDOW.fetch_columns(ROWS.format(where=""), KINDS)
    moment = pd.Timestamp(2026, 1, 1, 1, 2, 3, 4)
    expected = pd.DataFrame(
        {
            "a": np.array([2, -1, 1], dtype=np.int64),
            "b": [1.5, np.nan, 1e308],
            "c": [True, False, True],
            "d": pd.Series(["é", "", "a\x1fb"], dtype="str"),
            "e": np.array(["1999-12-31", "NaT", "2026-02-03"], dtype="datetime64[s]"),
            "f": np.array([moment, "NaT", "1970-01-01"], dtype="datetime64[us]"),
            "g": pd.Series(["x", "y", ""], dtype="str"),
        }
    )
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.django_db
def test_no_rows_have_the_same_columns() -> None:
    some, none = (
        WINDOW.fetch_columns(ROWS.format(where=where), KINDS) for where in ("", "WHERE false")
    )
    assert (len(none), none.dtypes.tolist()) == (0, some.dtypes.tolist())


@given(st.lists(st.tuples(st.binary(min_size=56, max_size=56), st.integers(-500, 500)), max_size=5))
def test_the_last_day_of_packed_bits_is_that_of_unpacked_ones(
    found: list[tuple[bytes, int]],
) -> None:
    kinds = [("base", ">i4"), ("used", [("bits", ">i4"), ("days", "u1", (CALENDAR_DAYS // 8,))])]
    calendars = np.zeros(len(found), dtype=kinds)
    first = (WINDOW.first_day - POSTGRES_EPOCH) // dt.timedelta(days=1)
    for row, (days, offset) in enumerate(found):
        # few bits, or the last one is always near
        sparse = np.frombuffer(days, dtype=np.uint8) * (np.frombuffer(days[::-1], np.uint8) > 250)
        calendars[row] = (first - offset, (CALENDAR_DAYS, sparse))
    days = unpack(calendars, "used", WINDOW)
    expected = np.where(days.any(axis=1), days[:, ::-1].argmax(axis=1) + 1, 0)
    assert last_days_ago(calendars, "used", WINDOW).tolist() == expected.tolist()
