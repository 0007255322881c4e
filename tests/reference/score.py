"""From raw values to a score, slowly: points, weights, missing sources, caps, band. No night has
been before, so that nothing is carried or frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from metrics.signals.base import Cadence, Portfolio
from tests.reference import breadth, engagement, onboarding, plateau, sentiment, support, training
from tests.reference.from_files import Customer
from tests.reference.rules import holds
from tests.reference.world import Value

MODULES = (onboarding, engagement, plateau, breadth, training, support, sentiment)
# signal -> weight, anchors, sources that it needs, stages (first letters)
SIGNALS: dict[str, tuple[str, float, str, str, str]] = {
    "S01": ("ONB", 4, "0:0 .2:20 .4:45 .6:70 .8:90 .9:100", "usage", "oam"),
    "S03": ("ONB", 4, "0:0 .5:30 .8:60 1:85 1.2:100", "milestones", "o"),
    "S04": ("ONB", 2, ".5:100 1:80 1.5:50 2:25 3:0", "milestones", "oa"),
    "S05": ("ENG", 5, "0:0 .25:25 .5:60 .75:90 .9:100", "usage", "am"),
    "S06": ("ENG", 2, "0:0 1:20 2:50 3:80 4:100", "usage", "oam"),
    "S07": ("ENG", 4, "-.5:0 -.3:20 -.15:45 0:70 .15:90 .3:100", "usage", "oam"),
    "S08": ("ENG", 2, "0:100 .1:80 .2:55 .35:25 .5:0", "usage", "am"),
    "S09": ("ENG", 3, "0:0 .2:30 .4:60 .6:85 .75:100", "usage", "oam"),
    "S10": ("ENG", 2, "0:0 .5:35 1:70 1.5:90 2:100", "usage", "oam"),
    "S11": ("ENG", 2, "0:0 .5:30 1:70 1.5:90 2:100", "usage", "oam"),
    "S12": ("BRE", 3, "0:0 .33:25 .67:65 1:100", "usage", "oam"),
    "S13": ("BRE", 1, "0:20 .5:50 .8:85 1:100", "usage", "oam"),
    "S14": ("BRE", 3, ".15:100 .3:80 .5:45 .7:15 .9:0", "usage", "oam"),
    "S15": ("BRE", 2, "0:0 .3:30 .6:65 .85:95 1:100", "usage people (training)", "oam"),
    "S16": ("BRE", 1, "0:100 .3:85 .6:60 1:35 1.5:10 2:0", "usage people", "oam"),
    "S02": ("TRN", 1, "0:0 .25:25 .5:55 .75:85 .9:100", "training", "oam"),
    "S20": ("SUP", 3, ".4:0 .6:25 .75:55 .85:80 .95:100", "tickets", "oam"),
    "S17": ("SUP", 2, "0:60 .3:75 .8:100 1.3:85 2:50 3:15 4:0", "tickets usage", "oam"),
    "S18": ("SUP", 2, "-.4:0 -.2:30 0:65 .2:90 .35:100", "tickets", "am"),
    "S19": ("SUP", 2, ".25:100 .5:95 1:75 2:40 4:10 6:0", "tickets", "oam"),
    "S21": ("SUP", 2, "0:100 .05:75 .1:50 .2:20 .35:0", "tickets", "oam"),
    "S22": ("SEN", 5, "-60:0 -20:20 0:40 20:60 40:80 60:95 70:100", "surveys", "oam"),
    "S24": ("SEN", 3, "0:100 .15:75 .3:50 .6:20 1:0", "surveys", "oam"),
    "S23": ("SEN", 2, "0:10 .1:40 .2:65 .35:90 .5:100", "surveys", "oam"),
}
# per cent of each dimension in each stage
DIMENSIONS = {
    "ONB": {"o": 35.0, "a": 10.0, "m": 6.0},
    "ENG": {"o": 20.0, "a": 32.0, "m": 34.0},
    "BRE": {"o": 10.0, "a": 18.0, "m": 22.0},
    "TRN": {"o": 20.0, "a": 13.0, "m": 8.0},
    "SUP": {"o": 10.0, "a": 14.0, "m": 15.0},
    "SEN": {"o": 5.0, "a": 13.0, "m": 15.0},
}
CAPS = {"R1": 30, "R2": 60, "R3": 65, "R4": 45, "R5": 65, "R6": 60, "R8": 55}
STALE_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a snapshot must say of an account."""

    raw: dict[str, float | None]
    states: dict[str, str]
    points: dict[str, float | None]
    before_caps: float | None
    score: float | None
    coverage: float
    rules: list[str]
    band: str
    confidence: str


def judge(customer: Customer, portfolio: Portfolio) -> Judged:
    mix = stages(customer.account.age)
    found = {code: measured(code, customer, portfolio, mix) for code in SIGNALS}
    raw = {code: value for code, (value, _) in found.items()}
    states = {code: state for code, (_, state) in found.items()}
    curves = {code: row[2] for code, row in SIGNALS.items()}
    if portfolio.tenant.cadence is Cadence.WEEKLY:
        curves["S06"] = "0:0 .5:40 1:80 2:100"
    points = {code: points_of(curves[code], value) for code, value in raw.items()}
    mean, coverage = weighed(points, states, mix)
    rules = holds(customer, portfolio, raw, points)
    caps = [float(CAPS[rule]) for rule in rules if rule in CAPS]
    score = None if mean is None else min([mean, *caps])
    return Judged(
        raw=raw,
        states=states,
        points=points,
        before_caps=mean,
        score=score,
        coverage=coverage,
        rules=rules,
        band=band(score),
        confidence=confidence(score, coverage),
    )


def measured(code: str, customer: Customer, portfolio: Portfolio, mix: dict[str, float]) -> Value:
    """The value of a signal, and its state by its own facts and by those of its sources."""
    _, _, _, needs, lives_in = SIGNALS[code]
    needed = [customer.sources[name] for name in needs.split() if "(" not in name]
    used = [customer.sources[name.strip("()")] for name in needs.split()]
    missing = any(state in ("absent", "not_bought") for state, _ in needed)
    if missing or not any(mix[stage] for stage in lives_in):
        return None, "NOT_APPLICABLE"
    function = next(vars(file)[code.lower()] for file in MODULES if code.lower() in vars(file))
    raw, state = function(customer.account, portfolio)
    if state != "NOT_APPLICABLE":
        if any(s == "broken" or (s == "late" and days > STALE_DAYS) for s, days in used):
            state = "BROKEN"
        elif any(s == "late" for s, _ in used):
            state = "STALE"
    return raw, state


def stages(age: int) -> dict[str, float]:
    """How much of each stage an account is in: a change takes four weeks."""
    second = min(max((age - 76) / 28, 0.0), 1.0)
    third = min(max((age - 351) / 28, 0.0), 1.0)
    return {"o": 1 - second, "a": second - third, "m": third}


def points_of(curve: str, raw: float | None) -> float | None:
    """Straight lines between the anchors, flat beyond them."""
    if raw is None:
        return None
    texts = [anchor.split(":") for anchor in curve.split()]
    anchors = [(float(x), float(y)) for x, y in texts]
    if raw <= anchors[0][0]:
        return anchors[0][1]
    for (x0, y0), (x1, y1) in pairwise(anchors):
        if raw <= x1:
            return y0 + (y1 - y0) * (raw - x0) / (x1 - x0)
    return anchors[-1][1]


def weighed(
    points: dict[str, float | None], states: dict[str, str], mix: dict[str, float]
) -> tuple[float | None, float]:
    """The mean over dimensions of which enough is known, and the coverage in nominal weights."""
    total = weights = coverage = 0.0
    for dimension, by_stage in DIMENSIONS.items():
        outer = sum(by_stage[stage] * mix[stage] for stage in mix)
        inner = {
            code: weight * sum(mix[stage] for stage in lives_in)
            for code, (its, weight, _, _, lives_in) in SIGNALS.items()
            if its == dimension
        }
        there = {code: value for code in inner if (value := points[code]) is not None}
        known = sum(inner[code] for code in there)
        heard = sum(inner[code] for code in there if states[code] != "BROKEN")
        coverage += outer * heard / sum(inner.values())
        if known and known >= 0.3 * sum(inner.values()) - 1e-12:
            mean = sum(inner[code] * value for code, value in there.items()) / known
            total, weights = total + outer * mean, weights + outer
    coverage /= 100
    return (total / weights if weights and coverage >= 0.35 - 1e-12 else None), coverage


def band(score: float | None) -> str:
    if score is None:
        return "grey"
    return "red" if score < 60 else "amber" if score < 75 else "green"


def confidence(score: float | None, coverage: float) -> str:
    if score is None:
        return "none"
    return "high" if coverage >= 0.75 else "medium" if coverage >= 0.5 else "low"
