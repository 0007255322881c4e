"""Anchors of curves in a form: as many as were sent, added, removed, set back.

An anchor is two fields, `curves.S07.2.raw` and `curves.S07.2.points`; a share's raw value stands
there in per cent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import count, pairwise

from django.http import QueryDict

from metrics.forms.places import is_share, plain
from metrics.scoring.curves import Curve
from metrics.signals.catalogue import BY_CODE

FEWEST, MOST = 2, 12
AXES = ("raw", "points")
Texts = tuple[str, str]  # an anchor as it was typed


def scale_of(code: str) -> int:
    """What a stored raw value is multiplied by where people read it."""
    return 100 if is_share(BY_CODE[code]) else 1


def texts_of(code: str, curve: Curve) -> list[Texts]:
    """The anchors of a curve as inputs show them."""
    scale = scale_of(code)
    return [(plain(raw * scale), plain(points)) for raw, points in curve.anchors]


def sent_anchors(data: Mapping[str, str], code: str) -> list[Texts]:
    """The anchors of a signal that a form sent, in order; empty where it sent none."""
    found: list[Texts] = []
    for place in count():
        names = [f"curves.{code}.{place}.{axis}" for axis in AXES]
        if not any(name in data for name in names):
            return found
        found.append((data.get(names[0], ""), data.get(names[1], "")))
    return found


def stored_anchors(code: str, sent: Iterable[Sequence[float]], base: Curve) -> list[list[float]]:
    """Anchors as a scorecard stores them; a number that nobody touched keeps all its digits."""
    scale = scale_of(code)
    raws = {float(plain(raw * scale)): raw for raw, _ in base.anchors}
    points = {float(plain(point)): point for _, point in base.anchors}
    return [[raws.get(raw, round(raw / scale, 8)), points.get(point, point)] for raw, point in sent]


def anchor_problems(code: str, sent: Sequence[Sequence[float]]) -> dict[str, str]:
    """What is wrong with numbers that are no curve: field -> problem, in the units of the page."""
    unit = "\u00a0%" if scale_of(code) == 100 else ""
    problems = {}
    for place, (raw, points) in enumerate(sent):
        if not 0 <= points <= 100:
            problems[f"curves.{code}.{place}.points"] = f"{plain(points)} is outside 0 to 100"
        if place and raw <= sent[place - 1][0]:
            before = f"{plain(sent[place - 1][0])}{unit}"
            problems[f"curves.{code}.{place}.raw"] = (
                f"{plain(raw)}{unit} must be above {before}, the anchor before it"
            )
    if len(sent) > MOST:
        problems[f"curves.{code}.{MOST}.raw"] = f"a curve has at most {MOST} anchors"
    return problems


def reshape(
    data: QueryDict, action: str, *, live: Mapping[str, Curve], first: Mapping[str, Curve]
) -> QueryDict:
    """The form after an anchor was added or removed, or a curve set back to that of the live
    version or to the catalogue's. An action that cannot be done changes nothing.

    action: anchor.add.S07, anchor.remove.S07.2, curve.live.S07, curve.first.S07
    """
    part, what, code, *place = [*action.split("."), "", ""][:4]
    if code not in live or part not in ("anchor", "curve"):
        return data
    now = sent_anchors(data, code)
    if part == "curve":
        now = texts_of(code, (live if what == "live" else first)[code])
    elif what == "add":
        now = _with_one_more(now)
    elif what == "remove" and place[0].isdecimal() and len(now) > FEWEST:
        now = [texts for at, texts in enumerate(now) if at != int(place[0])]
    return _replaced(data, code, now)


def _with_one_more(anchors: list[Texts]) -> list[Texts]:
    """An anchor more in the middle of the widest gap, on the line: the curve stays as it is."""
    try:
        known = [(float(raw), float(points)) for raw, points in anchors]
    except ValueError:
        return anchors
    gaps = [after[0] - before[0] for before, after in pairwise(known)]
    if not gaps or len(known) >= MOST or not all(gap > 0 and math.isfinite(gap) for gap in gaps):
        return anchors
    at = gaps.index(max(gaps))
    middle = [(a + b) / 2 for a, b in zip(known[at], known[at + 1], strict=True)]
    return [*anchors[: at + 1], (plain(middle[0]), plain(middle[1])), *anchors[at + 1 :]]


def _replaced(data: QueryDict, code: str, anchors: Sequence[Texts]) -> QueryDict:
    filled = data.copy()
    for name in [name for name in filled if name.startswith(f"curves.{code}.")]:
        del filled[name]
    for place, texts in enumerate(anchors):
        for axis, text in zip(AXES, texts, strict=True):
            filled[f"curves.{code}.{place}.{axis}"] = text
    return filled
