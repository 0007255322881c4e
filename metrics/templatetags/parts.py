"""The fragments that look the same everywhere: each is made in one place.

Those that stand in every row of a table are put together here and not in a template: a page shows
50 rows of them, and a template costs ten times as much.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from metrics.models.scores import Band
from metrics.scoring.trend import LONG_DAYS, SHORT_DAYS, STEEP
from metrics.templatetags.formats import (
    change_class,
    day,
    first_name,
    grouped,
    points,
    signed,
)

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
DIMENSIONS = ("onboarding", "engagement", "breadth", "training", "support", "sentiment")
NOTHING = mark_safe('<span class="hs-quiet">–</span>')


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


DOTS = {
    "red": '<path d="M4 0 8 4 4 8 0 4z" class="hs-fill-red"/>',
    "amber": '<path d="M4 .6 7.6 7.4H.4z" class="hs-fill-amber"/>',
    "green": '<circle cx="4" cy="4" r="2.6" class="hs-fill-green" fill-opacity=".75"/>',
    "grey": '<circle cx="4" cy="4" r="2.4" fill="none" stroke="currentcolor"/>',
}


@register.simple_tag
def dots(names: Sequence[str]) -> SafeString:
    """A mark of 8 units per day, in the shapes of the bands."""
    return mark_safe(  # noqa: S308  # our own names and numbers
        "".join(
            f'<g class="hs-{name}" transform="translate({8 * at} 1)">{DOTS[name]}</g>'
            for at, name in enumerate(names)
        )
    )


@lru_cache(maxsize=256)  # the same few marks stand in every row of every page
def _drawn(template_name: str, name: str, word: str, pill: bool) -> SafeString:
    return render_to_string(template_name, {"band": name, "word": word, "pill": pill})


@register.simple_tag
def change(value: float | None, decimals: int = 1) -> SafeString:
    """A signed number, coloured beyond noise."""
    return _number(signed(value, decimals), change_class(value))


@register.simple_tag
def momentum(value: float | None) -> SafeString:
    """Coloured only at −12 or worse."""
    strong = value is not None and round(value) <= STRONG_MOMENTUM
    return _number(signed(value, 0), "hs-down" if strong else "hs-quiet")


@lru_cache(maxsize=2048)
def _number(text: str, css: str) -> SafeString:
    return format_html('<span class="hs-tnum {}">{}</span>', css, text)


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


@register.simple_tag
def account_link(account_id: int, name: str) -> SafeString:
    """The account's name, a link to its page."""
    return format_html('<a href="{}" dir="auto" title="{}">{}</a>', _page(account_id), name, name)


@lru_cache(maxsize=4096)
def _page(account_id: int) -> str:
    return reverse("account", args=[account_id])


@register.simple_tag
def owner(user: User | None, full: bool = False) -> SafeString:
    """Initials and first name, or the full name."""
    if user is None:
        return NOTHING
    return _owner(user.initials, str(user), str(user) if full else first_name(user))


@lru_cache(maxsize=256)
def _owner(initials: str, title: str, name: str) -> SafeString:
    return format_html(
        '<span class="hs-owner"><span class="hs-avatar" aria-hidden="true">{}</span>'
        '<span class="hs-cut" dir="auto" title="{}">{}</span></span>',
        initials,
        title,
        name,
    )


@register.simple_tag
def renewal(on: dt.date | None, today: dt.date) -> SafeString:
    """The day and the days left; what is near is dark."""
    return _renewal(on, (on - today).days) if on else NO_RENEWAL


NO_RENEWAL = mark_safe('<span class="hs-quiet">–</span><span class="hs-left"></span>')


@lru_cache(maxsize=1024)
def _renewal(on: dt.date, left: int) -> SafeString:
    css = "hs-part" if left <= SOON_DAYS else "hs-whole"
    parts = '<span class="{}">{}</span><span class="hs-left">{} d</span>'
    return format_html(parts, css, day(on), grouped(left))


@register.simple_tag
def pair(part: int | None, whole: int | None) -> SafeString:
    """ "31 / 60", the part dark and the whole light."""
    if part is None and whole is None:
        return NOTHING
    return _pair(grouped(part), grouped(whole))


@lru_cache(maxsize=1024)
def _pair(part: str, whole: str) -> SafeString:
    return format_html(
        '<span class="hs-part">{}</span> <span class="hs-whole">/ {}</span>', part, whole
    )


@register.simple_tag
def sparkline(scores: Sequence[float | None], band: str, red_below: float = 60) -> SafeString:
    """The score over time; gaps where no run was published."""
    known = [(place, score) for place, score in enumerate(scores) if score is not None]
    if not known:
        return mark_safe('<span class="hs-quiet">No score yet</span>')
    place, last = known[-1]
    said = (
        f"{len(scores)} days: from {points(known[0][1])} to {points(last)},"
        f" lowest {points(min(score for _, score in known))}"
    )
    line = _y(red_below)
    return _drawing(
        f'<svg class="hs-spark" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f'<line x1="0" x2="{WIDTH}" y1="{line}" y2="{line}"/><path d="{_path(scores)}"/>'
        f'<circle class="hs-fill-{Band(band).value}" cx="{_xs(len(scores))[place]}"'
        f' cy="{_y(last)}" r="2.2"/></svg>'
    )


def _drawing(svg: str) -> SafeString:
    """For SVG that is made of numbers and of words of ours alone."""
    return mark_safe(svg)  # noqa: S308


def _path(scores: Sequence[float | None]) -> str:
    """One step a day; a day that is as the one before and the one after needs none."""
    steps: list[str] = []
    xs, before = _xs(len(scores)), None
    for x, score, after in zip(xs, scores, (*scores[1:], None), strict=True):
        if score is None:
            before = None
        elif before is None:
            steps.append(f"M{x} {_y(score)}")
            before = score
        elif before != score or after != score:
            steps.append(f"L{x} {_y(score)}")
            before = score
    return "".join(steps)


@lru_cache(maxsize=16)
def _xs(count: int) -> tuple[float, ...]:
    """Where each day of so many stands."""
    return tuple(round(1 + place * (WIDTH - 4) / max(count - 1, 1), 1) for place in range(count))


@lru_cache(maxsize=1024)
def _y(score: float) -> float:
    share = (min(max(score, LOW), HIGH) - LOW) / (HIGH - LOW)
    return round(HEIGHT - 2 - share * (HEIGHT - 4), 1)


@register.simple_tag
def dimension_bars(values: Sequence[float | None], red_below: float = 60) -> SafeString:
    """Six small bars in page order; red below the threshold, dashed where there is no value.

    One path per kind of bar: a page shows 50 of these.
    """
    kinds: dict[str, list[str]] = {"track": [], "plain": [], "low": [], "none": []}
    for place, value in enumerate(values):
        x = place * 12
        if value is None:
            kinds["none"].append(f"M{x} 21.5h9")
            continue
        kinds["track"].append(_bar(x, 100))
        kinds["plain" if value >= red_below else "low"].append(_bar(x, value))
    said = ", ".join(
        f"{name} {'–' if value is None else round(value)}"
        for name, value in zip(DIMENSIONS, values, strict=False)
    )
    track, plain, low, none = ("".join(kinds[kind]) for kind in ("track", "plain", "low", "none"))
    return _drawing(
        f'<svg class="hs-dims" viewBox="0 0 69 22" role="img" aria-label="{said}">'
        f'<path class="hs-bar-track" d="{track}"/><path class="hs-bar" d="{plain}"/>'
        f'<path class="hs-bar hs-bar-low" d="{low}"/><path class="hs-bar-none" d="{none}"/></svg>'
    )


@lru_cache(maxsize=1024)
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
