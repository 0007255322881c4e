"""The plateau detector on simulated people: false alarms of the stable, and which drops it sees.

Each of 30 Mondays builds the frames of that night and asks the detector. Nobody discovers anything
during the simulation, so that the plateau itself spares nobody a flag. The season is measured as in
a run, on 25 accounts of stable people. Rates of detection are reported (`report()`), they are not
tuned for; nor are those of three crowds to whom the detector does less justice: people who come
once a month, a portfolio that goes away in summer as a whole, and people whose weeks differ as much
as the detector allows for at all (1.3 times a tossed coin): there its share of false alarms comes
to the bound, for the stable whose usual is three or four days a week.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from metrics.signals.base import HISTORY_DAYS, Bools, Floats, Frames, Portfolio
from metrics.signals.plateau import flags, history
from metrics.signals.seasons import season
from metrics.signals.weeks import active_days
from tests.frames_maker import make_frames, person

SEED = 20_260_314
MONDAY = dt.date(2025, 6, 2)  # the first night; Christmas comes to its last evaluation
NIGHTS, WEEKS = 30, 53
DROP_NIGHT, SOON = 10, 8
EACH = 150
SUMMER, CHRISTMAS = 0.7, 0.35
ACCOUNTS = 25
HOLIDAYS, APART = (1, 1, 2, 2, 3, 3), 6  # weeks
STABLE = ("heavy", "regular", "light", "weekly", "holidays", "seasonal")
SHARE = {"heavy": 0.9, "regular": 0.6, "light": 0.35, "holidays": 0.7, "seasonal": 0.6}
DEPTHS = (0.0, 0.25, 0.5, 0.7)
DROPPERS = tuple((kind, left) for kind in ("heavy", "regular", "light") for left in DEPTHS)
RULES = ("flagged", "naive")
CALM, BURSTY = 30.0, 12.0  # weeks vary 1.13 and 1.31 times as much as by tossing a coin each day
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Simulated:
    """kinds [P], what is left after the drop [P] (1: stable), flagged and naive [P, NIGHTS]."""

    kinds: npt.NDArray[np.str_]
    left: Floats
    flagged: Flags
    naive: Flags


def mondays() -> list[dt.date]:
    """All weeks of the simulation."""
    first = MONDAY - dt.timedelta(weeks=WEEKS)
    return [first + dt.timedelta(weeks=week) for week in range(WEEKS + NIGHTS)]


def present() -> Floats:
    """Share of the people who go by the season that is there in each week."""
    week = np.array([monday.isocalendar().week for monday in mondays()])
    low = np.where((week >= 30) & (week <= 33), SUMMER, 1.0)
    return np.where((week == 52) | (week == 1), CHRISTMAS, low)


PRESENT = present()


def holidays(random: np.random.Generator) -> Bools:
    """Six holidays of one to three weeks, some weeks apart."""
    away = np.zeros(WEEKS + NIGHTS, dtype=bool)
    for length in HOLIDAYS:
        free = [
            start
            for start in range(len(away) - length)
            if not away[max(start - APART, 0) : start + length + APART].any()
        ]
        start = random.choice(free) if free else 0
        away[start : start + length] = bool(free)
    return away


def weeks_of(
    random: np.random.Generator, kind: str, *, left: float, away: bool, even: float
) -> Bools:
    """Active weekdays [weeks, 5] of one person; `left` of it from the drop on. away: goes by the
    season, whatever her kind. even: how alike her weeks are.
    """
    weeks = WEEKS + NIGHTS
    if kind in ("weekly", "monthly"):
        days = np.zeros((weeks, 5), dtype=bool)
        came = random.random(weeks) < (0.92 if kind == "weekly" else 0.25)
        days[came, random.integers(5, size=weeks)[came]] = True
        return days
    share = random.beta(even * SHARE[kind], even * (1 - SHARE[kind]), size=weeks)
    share[WEEKS + DROP_NIGHT :] *= left
    days = random.random((weeks, 5)) < share[:, None]
    if kind == "holidays":
        days[holidays(random)] = False
    if kind == "seasonal" or away:
        days[random.random(weeks) > PRESENT] = False
    return days


def season_in(days: Bools) -> dict[dt.date, float]:
    """g as a run measures it, these people being spread over the accounts."""
    came: Bools = np.any(days, axis=2)
    users = [came[place::ACCOUNTS].sum(axis=0) for place in range(ACCOUNTS)]
    return season(np.stack(users).astype(np.float64), tuple(mondays()))


def frames_at(days: Bools, night: int, g: dict[dt.date, float]) -> Frames:
    """What the night of a Monday knows of [P, weeks, 5] weekdays."""
    day = MONDAY + dt.timedelta(weeks=night)
    week = np.zeros((len(days), WEEKS, 7), dtype=bool)
    week[:, :, :5] = days[:, night : night + WEEKS]
    frames = make_frames(day=day, portfolio=Portfolio(season=g), people=[person()])
    count = len(days)
    people = frames.people.iloc[np.zeros(count, dtype=np.intp)].reset_index(drop=True)
    use = pd.DataFrame({"person": np.repeat(np.arange(count), 3), "feature": [0, 1, 2] * count})
    return replace(
        frames,
        people=people.assign(tenure_days=600.0),
        active=week.reshape(count, HISTORY_DAYS),
        feature_use=use.assign(first_days_ago=500, last_days_ago=1),
    )


def naive_rule(frames: Frames) -> Flags:
    """What one would write first: the last 4 weeks are 70 % of the 20 weeks before, or less."""
    act = active_days(frames)
    lower: Flags = act[:, -4:].mean(axis=1) <= 0.7 * act[:, -24:-4].mean(axis=1)
    return lower


@cache
def simulate(*, away: bool = False, even: float = CALM) -> Simulated:
    random = np.random.default_rng(SEED)
    crowd = [(kind, 1.0) for kind in (*STABLE, "monthly")] + list(DROPPERS)
    rows = [pair for pair in crowd for _ in range(EACH)]
    if away or even != CALM:
        rows = rows[: EACH * len(STABLE)]
    days = np.stack(
        [weeks_of(random, kind, left=left, away=away, even=even) for kind, left in rows]
    )
    g = season_in(days[: EACH * len(STABLE)])
    flagged, naive = [], []
    for night in range(NIGHTS):
        frames = frames_at(days, night, g)
        flagged.append(flags(history(frames), np.arange(len(rows)))[0])
        naive.append(naive_rule(frames))
    return Simulated(
        kinds=np.array([kind for kind, _ in rows]),
        left=np.array([left for _, left in rows]),
        flagged=np.stack(flagged, axis=1),
        naive=np.stack(naive, axis=1),
    )


def stable_share(rule: str, *kinds: str, **world: Any) -> float:
    """Share of user-weeks of stable people that carry a flag."""
    people = simulate(**world)
    stable = np.isin(people.kinds, kinds) & (people.left == 1)
    return float(getattr(people, rule)[stable].mean())


def seen(rule: str, kind: str, left: float) -> float:
    """Share of droppers flagged in one of the 8 evaluations after their drop, and not before."""
    world = simulate()
    rows = getattr(world, rule)[(world.kinds == kind) & (world.left == left)]
    soon = rows[:, DROP_NIGHT + 1 : DROP_NIGHT + 1 + SOON].any(axis=1)
    return float((soon & ~rows[:, DROP_NIGHT]).mean())


def report() -> str:
    """All rates, the naive rule's beside them."""
    lines = [f"{'':28}detector   naive rule", "stable user-weeks flagged"]
    groups: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
        *[(kind, (kind,), {}) for kind in (*STABLE, "monthly")],
        ("all but monthly", STABLE, {}),
        ("the same, weeks differ", STABLE, {"even": BURSTY}),
        ("the same, all seasonal", STABLE, {"away": True}),
    ]
    for name, kinds, world in groups:
        shares = [stable_share(rule, *kinds, **world) for rule in RULES]
        lines.append(f"  {name:26}" + "".join(f"{share:9.2%}" for share in shares))
    lines.append(f"droppers flagged within {SOON} weeks")
    for kind, left in DROPPERS:
        shares = [seen(rule, kind, left) for rule in RULES]
        lines.append(f"  {kind:8}to {left:4.0%} of it    " + "".join(f"{s:9.1%}" for s in shares))
    return "\n".join(lines)


def test_stable_people_are_hardly_ever_flagged_and_a_naive_rule_flags_them_often() -> None:
    detector, naive = (stable_share(rule, *STABLE) for rule in RULES)
    assert detector <= 0.005, report()
    assert naive > 10 * detector, report()


@pytest.mark.parametrize("world", [{"away": True}, {"even": BURSTY}])
def test_in_harder_worlds_it_is_still_far_better_than_a_naive_rule(world: dict[str, Any]) -> None:
    detector, naive = (stable_share(rule, *STABLE, **world) for rule in RULES)
    assert naive > 10 * detector, report()


def test_a_drop_to_nothing_is_seen() -> None:
    assert all(seen("flagged", kind, 0.0) >= 0.95 for kind, _ in DROPPERS), report()
