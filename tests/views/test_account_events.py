"""Things that happened, in words and with their picture: out of rows alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace as Row

import pytest

from metrics.views.account.events import bands, contract
from metrics.views.account.night import Day
from tests.facts import DAY


def test_changes_of_arr_name_the_currency_of_the_contract() -> None:
    movements = [
        Row(type="expansion", amount=Decimal(1200), moved_on=DAY),
        Row(type="contraction", amount=Decimal(-300), moved_on=DAY),
    ]
    terms = [Row(currency="", notice_on=None), Row(currency="EUR", notice_on=None)]
    told = [event.detail for event in contract(movements, terms)]
    assert told == ["ARR +€1,200", "ARR −€300"]  # a real minus
    assert [event.detail for event in contract(movements[:1], [])] == ["ARR +1,200"]


@pytest.mark.parametrize(
    ("was", "now", "icon"),
    [
        ("green", "amber", "arrow-falling"),
        ("amber", "green", "arrow-rising"),
        ("grey", "red", "arrow-falling"),
        ("grey", "green", "arrow-rising"),
        ("green", "grey", "arrow-falling"),
    ],
)
def test_the_arrow_of_a_band_points_where_the_news_is(was: str, now: str, icon: str) -> None:
    history = [Day(DAY - dt.timedelta(days=1), 50.0, was, 1), Day(DAY, 50.0, now, 1)]
    assert [event.icon for event in bands(history)] == [icon]
