"""How steady bands are, counted by hand."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metrics.models import Run, Snapshot
from tests.facts import DAY, ago, at, live_scorecard, make_account
from tests.nightly.test_night import make_lively_account, night

pytestmark = pytest.mark.django_db


def bands(*options: str) -> Any:
    out = io.StringIO()
    call_command("bands", *options, stdout=out)
    return json.loads(out.getvalue())


def test_a_band_that_comes_back_soon_is_a_flap_and_one_that_stays_is_a_change() -> None:
    make_lively_account()
    make_account()
    bands_of_nights = ["green", "amber", "green", "grey", "green", "amber", "amber"]
    for back, band in zip(range(6, -1, -1), bands_of_nights, strict=True):
        run = night(ago(back))
        score = None if band == "grey" else 70.0
        Snapshot.objects.filter(run_id=run.pk, score__isnull=False).update(band=band, score=score)
    found = bands()
    assert (found["day"], found["accounts"]) == (DAY.isoformat(), 2)
    assert found["bands"] == {"amber": 1, "grey": 1}
    years = 6 / 365.25
    assert found["account_years"] == round(years, 2)
    # green -> amber -> green -> amber
    assert found["changes_per_account_year"] == pytest.approx(3 / years, abs=1e-3)
    assert found["flaps_per_account_year"] == pytest.approx(2 / years, abs=1e-3)


def test_a_band_that_comes_back_after_a_season_is_no_flap() -> None:
    make_lively_account()
    for back, band in ((200, "green"), (130, "amber"), (60, "green")):
        run = night(ago(back))
        Snapshot.objects.filter(run_id=run.pk).update(band=band)
    found = bands("--to", ago(60).isoformat(), "--from", ago(200).isoformat())
    assert found["flaps_per_account_year"] == 0
    assert found["changes_per_account_year"] == pytest.approx(2 / (140 / 365.25), abs=1e-3)


def test_without_a_night_it_says_so() -> None:
    with pytest.raises(CommandError, match="no night is published yet"):
        bands()
    Run.objects.request(
        DAY - dt.timedelta(days=1),
        kind="nightly",
        scorecard=live_scorecard(),
        data_cutoff=at(DAY),
        code_version="test",
    )
    with pytest.raises(CommandError, match="no night is published yet"):
        bands()
