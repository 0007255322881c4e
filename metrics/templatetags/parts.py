"""The fragments that look the same everywhere: each has one template in templates/partials."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import User
from metrics.models.scores import Band
from metrics.scoring.trend import LONG_DAYS, SHORT_DAYS, STEEP
from metrics.templatetags.formats import change_class, first_name, signed

register = template.Library()

WORDS = {"red": "Red", "amber": "Amber", "green": "Green", "grey": "No data"}
LOW, HIGH = 30, 100  # scale of every sparkline
WIDTH, HEIGHT = 96, 28
STRONG_MOMENTUM = -12
ARROWS = {"falling": "arrow-falling", "rising": "arrow-rising"}
TREND_CSS = {"falling": "hs-down", "rising": "hs-up"}
MEASURED = (
    f"Points per 30 days: the median slope over all pairs of nights of the last {SHORT_DAYS} and"
    f" {LONG_DAYS} days. Falling or rising: at least {STEEP:.0f} points, and less than one chance"
    " in twenty that it is an accident"
)
SOON_DAYS = 90


@register.simple_tag
def band(name: str, pill: bool = False, full: bool = False, word: str = "") -> SafeString:
    """Icon, word and colour. `full`: "Not enough data" in place of "No data"; `word`: the state of
    a run or a source, which uses the same four shapes.
    """
    words = word or (Band(name).label if full else WORDS[name])
    return _drawn("partials/band.html", str(name), str(words), pill)


@register.simple_tag
def band_icon(name: str, word: str = "") -> SafeString:
    """The shape alone, where the word stands in the same row; else give it a `word`."""
    return _drawn("partials/band_icon.html", str(name), str(word), False)


@lru_cache(maxsize=256)  # the same few marks stand in every row of every page
def _drawn(template_name: str, name: str, word: str, pill: bool) -> SafeString:
    return render_to_string(template_name, {"band": name, "word": word, "pill": pill})


@register.inclusion_tag("partials/change.html")
def change(value: float | None, decimals: int = 1) -> dict[str, Any]:
    """A signed number, coloured beyond noise."""
    return {"text": signed(value, decimals), "css": change_class(value)}


@register.inclusion_tag("partials/change.html")
def momentum(value: float | None) -> dict[str, Any]:
    """Coloured only at −12 or worse."""
    strong = value is not None and round(value) <= STRONG_MOMENTUM
    return {"text": signed(value, 0), "css": "hs-down" if strong else "hs-quiet"}


@register.simple_tag
def trend(
    direction: str, short: float | None, long: float | None = None, full: bool = False
) -> SafeString:
    """Where the score is going: an arrow, in colour only where it is no accident. `full`: with the
    word, and how it is measured.
    """
    word = trend_word(direction, short, long)
    slope = "" if short is None else f", {signed(short)} points per 30 days"
    return _arrow(direction, word, MEASURED if full else f"{word}{slope}", full)


@lru_cache(maxsize=256)
def _arrow(direction: str, word: str, title: str, full: bool) -> SafeString:
    context = {
        "word": word,
        "arrow": ARROWS.get(direction, "arrow-right"),
        "css": TREND_CSS.get(direction, "hs-quiet"),
        "full": full,
        "title": title,
    }
    return render_to_string("partials/trend.html", context)


def trend_word(direction: str, short: float | None, long: float | None) -> str:
    """ "Falling", "Rising", "Steady", "Not proven" where it is steep but may be chance; "" where
    there are too few nights.
    """
    if direction:
        return direction.capitalize()
    slopes = [slope for slope in (short, long) if slope is not None]
    if not slopes:
        return ""
    return "Steady" if all(abs(slope) < STEEP for slope in slopes) else "Not proven"


@register.inclusion_tag("partials/account.html")
def account_link(account_id: int, name: str) -> dict[str, Any]:
    """The account's name, a link to its page."""
    return {"account_id": account_id, "name": name}


@register.inclusion_tag("partials/owner.html")
def owner(user: User | None, full: bool = False) -> dict[str, Any]:
    """Initials and first name, or the full name."""
    name = "" if user is None else str(user) if full else first_name(user)
    return {"user": user, "name": name}


@register.inclusion_tag("partials/renewal.html")
def renewal(on: dt.date | None, today: dt.date) -> dict[str, Any]:
    """The day and the days left; what is near is dark."""
    left = (on - today).days if on else None
    return {"on": on, "left": left, "soon": left is not None and left <= SOON_DAYS}


@register.inclusion_tag("partials/pair.html")
def pair(part: int | None, whole: int | None) -> dict[str, Any]:
    """ "31 / 60", the part dark and the whole light."""
    return {"part": part, "whole": whole}


@register.inclusion_tag("partials/sparkline.html")
def sparkline(scores: Sequence[float | None], band: str, red_below: float = 60) -> dict[str, Any]:
    """The score over time; gaps where no run was published."""
    known = [(i, score) for i, score in enumerate(scores) if score is not None]
    if not known:
        return {"path": ""}
    last_place, last = known[-1]
    return {
        "path": _path(scores),
        "x": _x(last_place, len(scores)),
        "y": _y(last),
        "line": _y(red_below),
        "band": band,
        "width": WIDTH,
        "height": HEIGHT,
        "first": known[0][1],
        "last": last,
        "low": min(score for _, score in known),
        "days": len(scores),
    }


def _path(scores: Sequence[float | None]) -> str:
    steps, is_open = [], False
    for place, score in enumerate(scores):
        if score is not None:
            letter = "L" if is_open else "M"
            steps.append(f"{letter}{_x(place, len(scores))} {_y(score)}")
        is_open = score is not None
    return "".join(steps)


def _x(place: int, count: int) -> float:
    return round(1 + place * (WIDTH - 4) / max(count - 1, 1), 1)


def _y(score: float) -> float:
    share = (min(max(score, LOW), HIGH) - LOW) / (HIGH - LOW)
    return round(HEIGHT - 2 - share * (HEIGHT - 4), 1)


@register.inclusion_tag("partials/dimensions.html")
def dimension_bars(values: Sequence[float | None], red_below: float = 60) -> dict[str, Any]:
    """Six small bars in page order; red below the threshold, dashed where there is no value.

    One path per kind of bar: a page shows 50 of these.
    """
    known = [(place * 12, value) for place, value in enumerate(values) if value is not None]
    names = ("onboarding", "engagement", "breadth", "training", "support", "sentiment")
    said = ", ".join(
        f"{name} {'–' if value is None else round(value)}"
        for name, value in zip(names, values, strict=False)
    )
    return {
        "tracks": "".join(_bar(x, 100) for x, _ in known),
        "bars": "".join(_bar(x, value) for x, value in known if value >= red_below),
        "low": "".join(_bar(x, value) for x, value in known if value < red_below),
        "none": "".join(f"M{i * 12} 21.5h9" for i, value in enumerate(values) if value is None),
        "said": said,
    }


def _bar(x: int, value: float) -> str:
    """A column of 9 px in a box of 22 px."""
    height = round(max(value / 100 * 22, 1), 1)
    return f"M{x} 22v-{height}h9v{height}z"


@register.simple_tag
@lru_cache(maxsize=8)
def severity(level: int) -> SafeString:
    """Five bars and the words."""
    context = {"level": level, "bars": [place < level for place in range(5)]}
    return render_to_string("partials/severity.html", context)
