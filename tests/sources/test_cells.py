"""What each kind of cell is read as, and what it may not be."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sources import cells, moments
from metrics.sources.base import BadCell, Kind
from metrics.sources.codes import CODES
from metrics.sources.moments import FIRST_MOMENT, LAST_MOMENT
from tests.sources.reading import NOW, RULES

PARIS = replace(RULES, zone=ZoneInfo("Europe/Paris"))


def utc(*parts: int) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


KINDS: dict[str, Kind] = {
    "text": cells.text(5),
    "email": cells.email,
    "domain": cells.domain,
    "choice": cells.choice("core", "advanced"),
    "words": cells.words,
    "yes_no": cells.yes_no,
    "whole": cells.whole(0, 100),
    "signed": cells.whole(-5, 100),
    "money": cells.money(0),
    "number": cells.number(0, 10),
    "day": moments.day,
    "moment": moments.moment,
    "day_or_moment": moments.day_or_moment,
    "fact_moment": moments.fact_moment,
}


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", " NA ", "NA"),
        ("text", "007", "007"),
        ("text", "1e5", "1e5"),
        ("text", "   ", None),
        ("email", " Ann@Acme.Example ", "ann@acme.example"),
        ("domain", "https://www.Acme.example/en?x=1", "acme.example"),
        ("choice", "Core", "core"),
        ("words", "admin; analyst | ops;", ["admin", "analyst", "ops"]),
        ("words", " ; ", None),
        ("yes_no", "TRUE", True),
        ("yes_no", "n", False),
        ("yes_no", " ", None),
        ("whole", "12.0", 12),
        ("signed", "-5", -5),
        ("whole", " ", None),
        ("money", "1200.505", Decimal("1200.51")),
        ("money", "1e3", Decimal("1000.00")),
        ("money", "999999999998.99", Decimal("999999999998.99")),
        ("money", " ", None),
        ("number", ".5", 0.5),
        ("number", " ", None),
        ("day", "2024-02-29", dt.date(2024, 2, 29)),
        ("day", " ", None),
        ("moment", "2026-03-31T09:30:00Z", utc(2026, 3, 31, 9, 30)),
        ("moment", "2026-03-31 09:30+02:00", utc(2026, 3, 31, 7, 30)),
        ("moment", "2026-03-31", utc(2026, 3, 31)),
        ("moment", "  ", None),
        ("day_or_moment", "2026-03-31T23:30:00-05:00", dt.date(2026, 4, 1)),
        ("day_or_moment", "2026-03-31", dt.date(2026, 3, 31)),
        ("day_or_moment", " ", None),
        ("fact_moment", "2026-11-22T12:09:00Z", utc(2026, 11, 22, 12, 9)),
        ("fact_moment", " ", None),
    ],
)
def test_a_cell_is_read_as(kind: str, cell: str, value: object) -> None:
    assert KINDS[kind](RULES)(cell) == value


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        ("text", "sixsix", "too_long"),
        ("email", "ann", "bad_email"),
        ("email", "a@b c", "bad_email"),
        ("email", "a" * 194 + "@b.test", "too_long"),
        ("email", "İ" * 100 + "@b.test", "too_long"),
        ("domain", "not a domain", "bad_domain"),
        ("domain", "localhost", "bad_domain"),
        ("domain", "a" * 195 + ".test", "too_long"),
        ("domain", "İ" * 100 + ".test", "too_long"),
        ("choice", "basic", "bad_choice"),
        ("words", "x" * 201, "too_long"),
        ("yes_no", "maybe", "bad_boolean"),
        ("whole", "101", "out_of_range"),
        ("whole", "-1", "out_of_range"),
        ("whole", "9" * 5_000, "out_of_range"),
        ("whole", "1.5", "bad_number"),
        ("whole", "1e2", "bad_number"),
        ("whole", "1,000", "bad_number"),
        ("whole", "١٢", "bad_number"),
        ("whole", "²", "bad_number"),
        ("whole", "NaN", "not_finite"),
        ("whole", "-Infinity", "not_finite"),
        ("money", "nan", "not_finite"),
        ("money", "inf", "not_finite"),
        ("money", "1e400", "out_of_range"),
        ("money", "1e99999", "bad_number"),
        ("money", "9" * 5_000, "out_of_range"),
        ("money", "999999999999.999", "out_of_range"),
        ("money", "-0.01", "out_of_range"),
        ("money", "12 €", "bad_number"),
        ("number", "NaN", "not_finite"),
        ("number", "1e400", "out_of_range"),
        ("number", "-1e400", "out_of_range"),
        ("number", "10.5", "out_of_range"),
        ("number", "0x10", "bad_number"),
        ("day", "2025-02-29", "bad_day"),
        ("day", "20250228", "bad_day"),
        ("day", "2025-W09-5", "bad_day"),
        ("day", "28/02/2025", "bad_day"),
        ("day", "10000-01-01", "bad_day"),
        ("day", "infinity", "bad_day"),
        ("day", "0001-01-01", "out_of_range"),
        ("day", "9999-12-31", "out_of_range"),
        ("moment", "10000-01-01T00:00:00Z", "bad_moment"),
        ("moment", "infinity", "bad_moment"),
        ("moment", "-infinity", "bad_moment"),
        ("moment", "0044-03-15 BC", "bad_moment"),
        ("moment", "9999-12-31T23:59:59-12:00", "out_of_range"),
        ("moment", "0001-01-01T00:00:00+12:00", "out_of_range"),
        ("moment", "2026-03-31T24:30:00Z", "bad_moment"),
        ("moment", "2026-03-31T23:59:60Z", "bad_moment"),
        ("moment", "1767225600", "bad_moment"),
        ("fact_moment", "2026-11-22T12:11:00Z", "future_timestamp"),
        ("fact_moment", "2025-10-01T00:00:00Z", "too_old"),
    ],
)
def test_a_cell_is_refused_with_a_code_and_its_value(kind: str, cell: str, code: str) -> None:
    with pytest.raises(BadCell) as refused:
        KINDS[kind](RULES)(cell)
    assert refused.value.code == code
    assert code in CODES
    assert len(refused.value.message) < 200


def test_a_moment_without_a_zone_is_local_time_and_a_day_its_midnight() -> None:
    read = moments.moment(PARIS)
    assert read("2026-07-01T09:30:00") == utc(2026, 7, 1, 7, 30)
    assert read("2026-07-01") == utc(2026, 6, 30, 22)
    assert read("2026-07-01T09:30:00Z") == utc(2026, 7, 1, 9, 30)
    # the hour that summer time leaves out, and the one that comes twice
    assert read("2026-03-29T02:30:00") == utc(2026, 3, 29, 1, 30)
    assert read("2026-10-25T02:30:00") == utc(2026, 10, 25, 0, 30)


def test_a_fact_moment_forgets_once_it_has_seen_many() -> None:
    read = moments.fact_moment(RULES)
    start = utc(2026, 1, 1)
    many = [(start + dt.timedelta(seconds=i)).isoformat() for i in range(moments.CACHE + 2)]
    assert [read(cell) for cell in many][-1] == read(many[-1])
    assert read(many[0]) == start


@given(st.text(max_size=40))
def test_no_text_at_all_can_break_a_reader(cell: str) -> None:
    for kind in KINDS.values():
        with contextlib.suppress(BadCell):
            kind(RULES)(cell)


MOMENTS = st.datetimes(
    FIRST_MOMENT.replace(tzinfo=None) + dt.timedelta(days=1),
    LAST_MOMENT.replace(tzinfo=None) - dt.timedelta(days=1),
    timezones=st.timezones(),
)


@given(MOMENTS)
def test_every_moment_that_is_written_is_read_back(at: dt.datetime) -> None:
    assert moments.read_moment(at.isoformat(), dt.UTC) == at.astimezone(dt.UTC)


def test_the_rules_know_how_far_ahead_and_back_a_fact_may_lie() -> None:
    assert RULES.newest == NOW + dt.timedelta(minutes=10)
    assert RULES.local_day(utc(2026, 7, 1, 23)) == dt.date(2026, 7, 1)
    assert PARIS.local_day(utc(2026, 7, 1, 23)) == dt.date(2026, 7, 2)
    assert PARIS.midnight(dt.date(2026, 7, 2)) == utc(2026, 7, 1, 22)
