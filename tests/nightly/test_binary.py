"""Binary rows arrive in PostgreSQL as what they were."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from django.db import connection

from metrics.nightly import binary

pytestmark = pytest.mark.django_db
TABLE = """
CREATE TEMP TABLE tried (
    id bigint, small smallint, number float8, day date, word varchar(20), doc jsonb, bytes bytea,
    numbers float8[], days date[], words varchar(20)[]
) ON COMMIT DROP
"""
DAY = dt.date(1999, 12, 31)


def test_every_kind_of_field_arrives_with_its_nulls() -> None:
    numbers = np.array([[np.nan, 0.1, -0.0], [1e308, -5e-324, np.inf]])
    days = np.array([["NaT", "2026-03-01"], ["1999-12-31", "2000-01-01"]], dtype="datetime64[D]")
    documents = [{"a": [1.5, None, "ü\x1f"]}, []]
    rows = binary.rows(
        [
            binary.whole([2**62, -1], size=8),
            binary.whole([-(2**15), 7], size=2),
            binary.numbers(np.array([np.nan, 1 / 3])),
            binary.days([None, DAY]),
            binary.texts(["ä,\n\\N", ""]),
            binary.jsons(documents),
            [binary.data(b"\x00\xff"), binary.data(b"")],
            binary.number_arrays(numbers),
            binary.day_arrays(days),
            binary.word_arrays([["OK", ""], ["ü", "OK"]]),
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        with cursor.cursor.copy("COPY tried FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(binary.START + rows + binary.END)
        cursor.execute("SELECT * FROM tried ORDER BY id DESC")
        first, second = cursor.fetchall()
    assert (*first[:5], bytes(first[6])) == (2**62, -(2**15), None, None, "ä,\n\\N", b"\x00\xff")
    assert (*second[:5], bytes(second[6])) == (-1, 7, 1 / 3, DAY, "", b"")
    assert [json.loads(row[5]) for row in (first, second)] == documents
    assert [repr(row[7]) for row in (first, second)] == [
        "[None, 0.1, -0.0]",
        "[1e+308, -5e-324, inf]",
    ]
    assert first[8:] == ([None, dt.date(2026, 3, 1)], ["OK", ""])
    assert second[8:] == ([DAY, dt.date(2000, 1, 1)], ["ü", "OK"])


def test_no_rows_are_nothing() -> None:
    assert binary.rows([binary.whole([], size=8), binary.number_arrays(np.empty((0, 3)))]) == b""
