"""Customers: size, terms, hidden states with their shocks, and what happens at renewals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from metrics.demo import companies
from metrics.demo.stories import STORIES, Story, shift
from metrics.demo.world import Floats, Plan, Purpose, State, drift

OWNERS = tuple(f"{name}@example.com" for name in ("ana", "tom", "mei", "jonas", "priya"))
SEGMENTS = ("SMB", "Mid-market", "Enterprise")
PLANS = ("Team", "Business", "Enterprise")
PRICES = {"Team": 240, "Business": 420, "Enterprise": 660}
NOTICE = {"SMB": 30, "Mid-market": 60, "Enterprise": 90}
_UMLAUTS = str.maketrans("üöä", "uoa")
_STORY_NAMES = {story.name for story in STORIES}


@dataclass(frozen=True, kw_only=True)
class Shock:
    """Something that happens to an account on day `at` and moves its states."""

    kind: str
    at: int
    push: tuple[float, float, float, float, float]
    recovery: float


@dataclass(kw_only=True)
class Movement:
    """A change of seats and revenue; amounts are per year."""

    type: str
    at: int
    amount: int
    seats: int


def account_id(index: int) -> str:
    """The external id of the account at `index`."""
    return f"acc-{index + 1:04d}"


@dataclass(kw_only=True)
class Customer:
    """An account and all that is decided about it. Days are counted from the first of the period.

    `states` is (days, states); `ends_at` is the first day on which nothing happens any more.
    """

    index: int
    name: str
    story: Story | None
    segment: str
    industry: str
    plan: str
    seats: int
    arr: int
    owner: str
    starts_at: int
    years: int
    notice_days: int
    ends_at: int
    states: Floats = field(repr=False)
    shocks: list[Shock] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    renews_on: dt.date = dt.date.max
    notice_at: int | None = None
    churned_at: int | None = None
    churn_reason: str = ""
    # usage | logins | none; sources that the customer did not buy
    usage: str = "usage"
    missing: tuple[str, ...] = ()
    parent: int | None = None

    @property
    def external_id(self) -> str:
        return account_id(self.index)

    @property
    def domain(self) -> str:
        plain = self.name.lower().translate(_UMLAUTS)
        kept = "".join(letter if letter.isalnum() else "-" for letter in plain)
        return "-".join(part for part in kept.split("-") if part) + ".example"

    @property
    def begin(self) -> int:
        """First day of the period on which it is a customer."""
        return max(self.starts_at, 0)

    def seats_on(self, at: int) -> int:
        later = sum(move.seats for move in self.movements if move.at > at and move.type != "new")
        return max(self.seats - later, 1)


@lru_cache(maxsize=1)
def _companies(count: int) -> tuple[str, ...]:
    found = [name for n in range(count + len(STORIES)) if (name := companies.company(n))]
    return tuple(name for name in found if name not in _STORY_NAMES)


def make_customer(plan: Plan, index: int, *, incidents: list[int]) -> Customer:
    """The account before its renewals are decided."""
    rng = plan.rng(Purpose.TERMS, index)
    story = STORIES[index] if index < len(STORIES) else None
    # measured: the skew makes the mean larger than the median, and turnover adds people in time
    median = plan.people / (1.27 * (1 + 0.25 * plan.days / 365))
    drawn = int(np.clip(round(rng.lognormal(np.log(median), 0.8)), 4, 200))
    seats = story.seats if story else drawn
    segment = SEGMENTS[(seats > 14) + (seats > 55)]
    tier = PLANS[int(np.clip(SEGMENTS.index(segment) + rng.choice([-1, 0, 0, 0, 1]), 0, 2))]
    is_subsidiary = story is None and index > 0 and rng.random() < 0.05
    states, shocks = _states(plan, index, story=story, incidents=incidents)
    return Customer(
        index=index,
        name=story.name if story else _companies(plan.accounts)[index - len(STORIES)],
        story=story,
        segment=segment,
        industry=str(rng.choice(companies.INDUSTRIES)),
        plan=tier,
        seats=seats,
        arr=int(round(seats * PRICES[tier] * rng.uniform(0.8, 1.05), -2)),
        owner=OWNERS[int(rng.choice(len(OWNERS), p=(0.28, 0.22, 0.2, 0.16, 0.14)))],
        starts_at=plan.days - (story.age if story else _age(rng)),
        years=1 if story or rng.random() < 0.85 else 2,
        notice_days=NOTICE[segment],
        ends_at=plan.days,
        states=states,
        shocks=shocks,
        parent=int(rng.integers(index)) if is_subsidiary else None,
    )


def _age(rng: np.random.Generator) -> int:
    """Days since the start: some new, some in their first year, most older."""
    kind = rng.random()
    if kind < 0.1:
        return int(rng.integers(8, 91))
    return int(rng.integers(91, 366)) if kind < 0.33 else int(rng.integers(366, 1500))


def _states(
    plan: Plan, index: int, *, story: Story | None, incidents: list[int]
) -> tuple[Floats, list[Shock]]:
    rng = plan.rng(Purpose.STATES, index)
    # most fit the product; about one in six never did
    common = rng.normal(-1.5, 0.4) if rng.random() < 0.17 else rng.normal(0.5, 0.5)
    common = story.level if story else common
    own = rng.normal(scale=0.4, size=len(State)) * (0.3 if story else 1.0)
    spread = 0.12 if story else 0.35
    path = drift(rng, days=plan.days, mean=common + own, memory=120.0, sd=spread)
    if story:
        return path + shift(story, days=plan.days), []
    shocks = _shocks(rng, plan, incidents=incidents)
    at = np.arange(plan.days)
    for shock in shocks:
        since = at - shock.at
        if shock.kind == "competitor":
            course = np.clip(since / shock.recovery, 0.0, 1.0)
        else:
            course = np.where(since >= 0, np.exp(-np.maximum(since, 0) / shock.recovery), 0.0)
        path += course[:, None] * np.array(shock.push)
    return path, shocks


# kind: (times a year, push on value, people, competence, support, sentiment; days to recover)
_KINDS: dict[str, tuple[float, tuple[float, float, float, float, float], float]] = {
    "champion_left": (0.16, (-1.0, -1.2, -0.4, 0.0, -0.6), 130.0),
    "reorganisation": (0.12, (-0.6, -1.4, -0.5, 0.0, -0.4), 110.0),
    "competitor": (0.1, (-2.4, -0.6, 0.0, 0.0, -1.6), 200.0),
    "price_rise": (0.12, (-0.2, 0.0, 0.0, 0.0, -1.3), 100.0),
}
_INCIDENT = (-0.1, 0.0, 0.0, -1.8, -0.7)


def _shocks(rng: np.random.Generator, plan: Plan, *, incidents: list[int]) -> list[Shock]:
    found = []
    for kind, (rate, push, recovery) in _KINDS.items():
        for _ in range(rng.poisson(rate * plan.days / 365)):
            at = int(rng.integers(0, plan.days))
            found.append(Shock(kind=kind, at=at, push=push, recovery=recovery))
    hit = [at for at in incidents if rng.random() < 0.35]
    found += [Shock(kind="incident", at=at, push=_INCIDENT, recovery=20.0) for at in hit]
    return found
