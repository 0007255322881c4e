"""A source that falls silent is late by itself, and live again once it has spoken."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from accounts.models import Change, User
from metrics.ingest import notice_silence
from metrics.models import SourceStatus
from metrics.models.expectations import Expectation
from tests.ingest.sending import NOW, Sender, day, table

pytestmark = pytest.mark.django_db
SPANS = ("source", "from_day", "to_day", "state", "account")


def expect(source: str = "usage", *, every: int | None = 1, grace: int = 2, **over: bool) -> None:
    """As an admin does it."""
    ada = User.objects.get_or_create(email="ada@example.com")[0]
    told = {"is_paused": False} | over
    Expectation.objects.agree(source, every=every, grace=grace, by=ada, **told)


def used(send: Sender, on: str) -> None:
    send("usage", f"E{on},A1,P1,feature,{on}")


def test_a_source_within_its_grace_is_not_late(acme: Sender) -> None:
    used(acme, "2026-11-19")
    expect()
    notice_silence(NOW)
    assert not SourceStatus.objects.exists()


def test_a_source_silent_for_longer_is_late_since_the_day_after_its_last_record(
    acme: Sender,
) -> None:
    used(acme, "2026-11-18")
    expect()
    notice_silence(NOW)
    assert table(SourceStatus, *SPANS) == [("usage", day("2026-11-19"), None, "late", None)]
    assert SourceStatus.objects.get().known_at == NOW
    notice_silence(NOW + dt.timedelta(hours=1))
    assert SourceStatus.objects.count() == 1


def test_it_is_live_again_from_the_day_of_its_next_record_on(
    acme: Sender, clock: time_machine.Coordinates
) -> None:
    used(acme, "2026-11-18")
    expect()
    notice_silence(NOW)
    span = SourceStatus.objects.get()
    clock.move_to(NOW + dt.timedelta(days=1))
    used(acme, "2026-11-23")
    notice_silence(NOW + dt.timedelta(days=1))
    assert table(SourceStatus, *SPANS) == [
        ("usage", day("2026-11-19"), day("2026-11-23"), "late", None)
    ]
    # the night of yesterday, made again as it was known, still sees it late
    noted = ("kind", "object_id", "before", "known_at")
    assert table(Change, *noted, kind="source_status") == [
        ("source_status", span.pk, {"to_day": None}, NOW + dt.timedelta(days=1))
    ]


@pytest.mark.parametrize("told", [{"every": None}, {"is_paused": True}])
def test_it_is_live_again_by_its_next_record_though_nobody_expects_it_any_more(
    acme: Sender, clock: time_machine.Coordinates, told: dict[str, bool | None]
) -> None:
    used(acme, "2026-11-18")
    expect()
    notice_silence(NOW)
    expect(**told)  # type: ignore[arg-type]
    clock.move_to(NOW + dt.timedelta(days=1))
    used(acme, "2026-11-23")
    notice_silence(NOW + dt.timedelta(days=1))
    assert table(SourceStatus, *SPANS) == [
        ("usage", day("2026-11-19"), day("2026-11-23"), "late", None)
    ]


def test_it_can_fall_silent_again(acme: Sender, clock: time_machine.Coordinates) -> None:
    used(acme, "2026-11-18")
    expect()
    notice_silence(NOW)
    used(acme, "2026-11-22")
    notice_silence(NOW + dt.timedelta(hours=1))
    clock.move_to(NOW + dt.timedelta(days=9))
    notice_silence(NOW + dt.timedelta(days=9))
    assert table(SourceStatus, *SPANS) == [
        ("usage", day("2026-11-19"), day("2026-11-22"), "late", None),
        ("usage", day("2026-11-23"), None, "late", None),
    ]


@pytest.mark.parametrize("told", [{"every": None}, {"is_paused": True}])
def test_nothing_is_late_of_which_nothing_is_expected(
    acme: Sender, told: dict[str, bool | None]
) -> None:
    used(acme, "2026-09-01")
    notice_silence(NOW)
    expect(**told)  # type: ignore[arg-type]
    notice_silence(NOW)
    assert not SourceStatus.objects.exists()


def test_a_source_that_never_spoke_is_not_late(acme: Sender) -> None:
    expect("tickets")
    notice_silence(NOW)
    assert not SourceStatus.objects.exists()


def test_a_file_without_news_is_a_sign_of_life(
    acme: Sender, clock: time_machine.Coordinates
) -> None:
    row = "T1,A1,P1,2026-10-01"
    acme("tickets", row)
    expect("tickets")
    clock.move_to(NOW + dt.timedelta(days=3))
    notice_silence(NOW + dt.timedelta(days=3))
    assert not SourceStatus.objects.exists()
    clock.move_to(NOW + dt.timedelta(days=4))
    acme("tickets", row)
    expect("tickets")
    notice_silence(NOW + dt.timedelta(days=4))
    assert not SourceStatus.objects.exists()


def test_a_span_that_somebody_imported_is_left_alone(acme: Sender) -> None:
    used(acme, "2026-11-18")
    acme("source_status", "usage,,2026-11-19,,broken")
    expect()
    notice_silence(NOW)
    used(acme, "2026-11-22")
    notice_silence(NOW + dt.timedelta(hours=1))
    assert table(SourceStatus, *SPANS) == [("usage", day("2026-11-19"), None, "broken", None)]


def test_silence_is_looked_at_every_quarter_of_an_hour(acme: Sender) -> None:
    used(acme, "2026-11-18")
    expect(grace=5)
    notice_silence(NOW)
    Expectation.objects.update(grace_days=0)
    notice_silence(NOW + dt.timedelta(minutes=14))
    assert not SourceStatus.objects.exists()
    notice_silence(NOW + dt.timedelta(minutes=15))
    assert SourceStatus.objects.exists()
