"""The night that pages show is kept until anything of it is written anew."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from metrics.models import Run, Scorecard
from metrics.models.shown import night_shown
from tests.views.rows import DAY, make_run

pytestmark = pytest.mark.django_db


def test_it_is_the_newest_published_one() -> None:
    assert night_shown() is None
    first = make_run(DAY)
    assert night_shown() == first
    second = make_run(DAY + dt.timedelta(days=1))
    assert night_shown() == second
    Run.objects.filter(pk=second.pk).update(is_published=False)
    assert night_shown() == first


def test_what_is_written_anew_is_read_anew(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    run = make_run(DAY)
    first = night_shown()
    with django_assert_num_queries(1):
        again = night_shown()
    assert again is first
    Run.objects.filter(pk=run.pk).update(reason="made again")
    changed = night_shown()
    assert changed is not None
    assert changed.reason == "made again"
    body = run.scorecard.body | {"thresholds": {"red_below": 50.0}}
    Scorecard.objects.filter(pk=run.scorecard_id).update(body=body)
    changed = night_shown()
    assert changed is not None
    assert changed.scorecard.body["thresholds"] == {"red_below": 50.0}


def test_one_that_is_published_in_between_is_shown_and_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_run(DAY)
    other = make_run(DAY + dt.timedelta(days=1), published=False)
    read = Run.objects.latest_published

    def published_meanwhile() -> Run | None:
        Run.objects.filter(pk=other.pk).update(is_published=True)
        return read()

    monkeypatch.setattr(type(Run.objects), "latest_published", lambda _: published_meanwhile())
    assert night_shown() == other
    Run.objects.filter(pk=other.pk).update(is_published=False)
    monkeypatch.undo()
    found = night_shown()
    assert found is not None
    assert found.business_day == DAY
