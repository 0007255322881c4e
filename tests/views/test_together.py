"""Several lists in one statement: every column as it is stored, every list in its order."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from pytest_django import DjangoAssertNumQueries

from metrics.models.together import read, together

pytestmark = pytest.mark.django_db
DAYS = """
SELECT day::date AS seen_on, CASE WHEN day > '2026-03-01' THEN day END AS left_at, number
FROM (VALUES ('2026-03-02 04:05:06.789+02'::timestamptz, 1.50::numeric),
             ('2026-02-01 00:00:00+00', NULL)) found (day, number)
ORDER BY day DESC
"""
TEXTS = "SELECT unnest(ARRAY[%(text)s, '{\"a\": [1]}', '']) AS name, %(place)s::int > 2 AS is_far"
NOTHING = "SELECT 1 AS number WHERE false"


def test_every_part_is_a_list_in_the_order_of_its_query() -> None:
    hostile = "</script>\u2028 \U0001f600 'x' \\ %s"
    found = read(together(days=DAYS, texts=TEXTS, none=NOTHING), {"text": hostile, "place": 3})
    assert found == {
        "days": [
            SimpleNamespace(
                seen_on=dt.date(2026, 3, 2),
                left_at=dt.datetime(2026, 3, 2, 2, 5, 6, 789000, tzinfo=dt.UTC),
                number=1.5,
            ),
            SimpleNamespace(seen_on=dt.date(2026, 2, 1), left_at=None, number=None),
        ],
        "texts": [SimpleNamespace(name=name, is_far=True) for name in (hostile, '{"a": [1]}', "")],
        "none": [],
    }


def test_it_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        read(together(none=NOTHING, more=NOTHING), {})
