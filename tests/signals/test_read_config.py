"""A scorecard's body is read once, and never mistaken for another one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from metrics.scoring.config import ConfigError
from metrics.signals import defaults
from metrics.signals.defaults import default_config, read_config


def body(**thresholds: Any) -> dict[str, Any]:
    found = default_config().to_dict()
    found["thresholds"] |= thresholds
    return found


def test_the_same_body_is_read_once() -> None:
    assert read_config(body(red_below=51)) is read_config(body(red_below=51))
    assert read_config(body(red_below=51)).red_below == 51
    assert read_config(body(red_below=52)).red_below == 52


def test_a_body_that_looks_like_one_that_was_read_is_checked_all_the_same() -> None:
    good = body() | {"applies_to": {"segments": ["1979-05-27"], "plans": []}}
    assert read_config(good).segments == ("1979-05-27",)
    for segments in ([dt.date(1979, 5, 27)], "1979-05-27", None):
        with pytest.raises(ConfigError, match=r"applies_to\.segments"):
            read_config(body() | {"applies_to": {"segments": segments, "plans": []}})
    read_config(body(margin=1.0))
    for wrong in (True, "1", None, float("nan")):
        with pytest.raises(ConfigError, match="margin"):
            read_config(body(margin=wrong))


def test_what_is_wrong_is_said_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ConfigError, match="nan must be zero or more"):
            read_config(body(margin=float("nan")))


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defaults, "MOST_KNOWN", 3)
    monkeypatch.setattr(defaults, "_known", {})
    for number in range(10):
        read_config(body(red_below=40 + number))
        assert len(defaults._known) <= 3
