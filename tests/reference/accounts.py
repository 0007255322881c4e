"""Two hundred small accounts of every kind, the same in every run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import numpy as np

from metrics.signals.base import Frames
from tests.frames_maker import make_frames, person
from tests.reference.activity import active_days
from tests.reference.nights import make_portfolio, with_odd_histories

ACCOUNTS_A_DAY = 20
DAYS = (
    dt.date(2026, 3, 18),  # Wednesday
    dt.date(2026, 3, 30),  # Monday after the clocks changed
    dt.date(2026, 6, 16),  # Tuesday
    dt.date(2026, 10, 25),  # Sunday on which they change back
    dt.date(2026, 11, 5),  # Thursday
    dt.date(2027, 1, 1),  # Friday in week 53 of the year before
    dt.date(2028, 2, 29),  # Tuesday
    dt.date(2028, 3, 4),  # Saturday
    dt.date(2026, 8, 17),  # Monday
    dt.date(2026, 12, 30),  # Wednesday
)
FEATURES = [
    {"key": "board", "level": "core", "released_days_ago": np.nan},
    {"key": "reports", "level": "core", "released_days_ago": 700},
    {"key": "sharing", "level": "intermediate", "released_days_ago": 57},
    {"key": "exports", "level": "intermediate", "released_days_ago": 56},
    {"key": "alerts", "level": "intermediate", "released_days_ago": 55, "personas": ("lead",)},
    {
        "key": "rules",
        "level": "advanced",
        "released_days_ago": np.nan,
        "personas": ("lead", "cook"),
    },
    {"key": "forecast", "level": "advanced", "released_days_ago": 300},
    {"key": "interface", "level": "advanced", "released_days_ago": 20},
    {"key": "audit", "level": "advanced", "released_days_ago": 400, "personas": ("auditor",)},
]
COURSES = [("Basics", ""), ("Leading", "lead"), ("Cooking", "cook"), ("Leading on", "lead")]
Row = dict[str, Any]


@dataclass
class Chunk:
    """Rows of several accounts while they are being made."""

    people: list[Row] = field(default_factory=list)
    training: list[Row] = field(default_factory=list)
    feature_use: list[Row] = field(default_factory=list)
    milestones: list[Row] = field(default_factory=list)
    tickets: list[Row] = field(default_factory=list)
    surveys: list[Row] = field(default_factory=list)


@cache
def all_frames() -> tuple[Frames, ...]:
    """The accounts, twenty to a day; each day has its own portfolio and promises."""
    return tuple(make_day(day, Random(1000 + number)) for number, day in enumerate(DAYS))  # noqa: S311


def make_day(day: dt.date, random: Random) -> Frames:
    chunk, ages = Chunk(), []
    for account in range(ACCOUNTS_A_DAY):
        settled = account % 4 == 0  # every fourth is old and full of people
        young = [0, 1, 7, 45, 90, 91, 112, 113, 182]
        ages.append(random.choice([400, 700] if settled else [*young, *range(30, 800, 30)]))
        add_people(chunk, random, account=account, age=ages[-1], settled=settled)
        add_milestones(chunk, random, account=account, age=ages[-1])
        add_tickets(chunk, random, account=account, day=day)
        add_surveys(chunk, random, account=account)
    seats = [random.choice([np.nan, 0, 1, 3, 8, 8, 12, 20]) for _ in ages]
    frames = make_frames(
        accounts=ACCOUNTS_A_DAY,
        age=ages,
        seats=seats,
        day=day,
        portfolio=make_portfolio(random, day),
        features=FEATURES,
        **vars(chunk),
    )
    return with_odd_histories(frames, random)


def add_people(chunk: Chunk, random: Random, *, account: int, age: int, settled: bool) -> None:
    style = "settled" if settled else random.choice(["any", "any", "quiet", "new", "leaving"])
    listed = random.random() < 0.7  # whether anybody is listed as intended
    groups = random.sample(["North", "South", "East", ""], random.randint(1, 4))
    for _ in range(12 if settled else random.choice([0, 1, 2, 3, 4, 6, 8, 10, 12, 12, 12])):
        tenure = tenure_of(random, style, age)
        left = float("nan")
        if tenure == tenure and random.random() < (0.5 if style == "leaving" else 0.1):
            left = random.randint(1, max(int(tenure), 1))
        chunk.people.append(
            person(
                account,
                tenure=tenure,
                left_days=left,
                active=active_days(random, style, tenure, left),
                intended=listed and random.random() < 0.8,
                champion=random.random() < 0.1,
                decision_maker=random.random() < 0.1,
                group=random.choice(groups),
                persona=random.choice(["", "lead", "lead", "cook", "auditor"]),
            )
        )
        number = len(chunk.people) - 1
        add_features(chunk, random, number, style)
        add_training(chunk, random, number)


def tenure_of(random: Random, style: str, age: int) -> float:
    if random.random() < 0.06:
        return float("nan")  # never provisioned, or nobody said when
    if style == "settled":
        return random.choice([181.0, 182.0, 189.0, 210.0, 300.0, 400.0, 400.0, 700.0])
    newest = (
        [0, 1, 3, 27, 28, 29, 30, 31, 33, 40, 56, 77, 111, 112, 113]
        if style == "new"
        else [30, 56, 182, 250]
    )
    longest = max(age, 1) + (20 if random.random() < 0.2 else 0)
    return float(random.choice([*newest, longest, longest, random.randint(1, longest)]))


def add_features(chunk: Chunk, random: Random, number: int, style: str) -> None:
    days = sorted(chunk.people[number]["active"]) or [400]
    count = random.randint(0, 2) if style == "quiet" else random.randint(0, len(FEATURES))
    count = max(count, 3) if style == "settled" else count
    for feature in random.sample(range(len(FEATURES)), count):
        early = days[len(days) // random.choice([2, 2, 2, 12]) :]
        last, first = sorted([random.choice(days), random.choice(early)])
        chunk.feature_use.append(
            {"person": number, "feature": feature, "first_days_ago": first, "last_days_ago": last}
        )


def add_training(chunk: Chunk, random: Random, number: int) -> None:
    for course, persona in random.sample(COURSES, random.choice([0, 0, 1, 1, 2, 4])):
        status = random.choice(["completed", "completed", "passed", "failed", "enrolled"])
        done = random.choice([1.0, 50.0, 300.0, float("nan")])
        chunk.training.append(
            {
                "person": number,
                "course": course,
                "persona": persona,
                "status": status,
                "completed_days_ago": done if status in ("completed", "passed") else float("nan"),
            }
        )


def add_milestones(chunk: Chunk, random: Random, *, account: int, age: int) -> None:
    for _ in range(random.choice([0, 0, 1, 2, 4, 6])):
        done = random.choice([float("nan"), random.randint(-5, 130)])
        chunk.milestones.append(
            {
                "account": account,
                "due_day": random.choice([0, 14, 30, 60, 90, 120, float("nan")]),
                "completed_day": done if done < age else float("nan"),
                "value": random.random() < 0.5,
            }
        )


def add_tickets(chunk: Chunk, random: Random, *, account: int, day: dt.date) -> None:
    tonight = dt.datetime.combine(day, dt.time())
    channels = random.sample(["email", "chat", "phone", "call", "portal", ""], 3)
    for _ in range(random.choice([0, 0, 1, 2, 3, 5, 8, 14])):
        ago = random.choice([1, 3, 27, 83, 84, 85, 182, 183, *range(1, 370, 9)])
        opened = tonight - dt.timedelta(days=ago) + random.random() * dt.timedelta(hours=23.9)
        answered = opened + random.choice([-0.1, 0.01, 0.5, 3, 20, 70, 200]) * dt.timedelta(hours=1)
        solved = random.randint(1, ago) if random.random() < 0.7 else float("nan")
        owners = [n for n, row in enumerate(chunk.people) if row["account"] == account]
        chunk.tickets.append(
            {
                "account": account,
                "person": random.choice([*owners, -1]),
                "opened": opened,
                "opened_days_ago": ago,
                "first_answer": answered if answered < tonight and random.random() < 0.8 else None,
                "solved_days_ago": solved,
                "severity": random.choice(["", "1", "sev-1", "2", "sev-3", "high", "critical"]),
                "maturity": random.choice(["intro", "intro", "advanced", "advanced", "unknown"]),
                "escalated": random.random() < 0.1,
                "reopens": random.choice([0, 0, 0, 1, 2, 3]),
                "channel": random.choice(channels),
                "csat": random.choice([float("nan"), 1, 3, 4, 5]),
            }
        )


def add_surveys(chunk: Chunk, random: Random, *, account: int) -> None:
    owners = [n for n, row in enumerate(chunk.people) if row["account"] == account]
    for number in range(random.choice([0, 1, 2, 3, 4, 6, 10, 16])):
        kind = random.choice(["nps", "nps", "nps", "csat", "csat", "ces"])
        answered = random.randint(1, 36) * 10 + number % 10  # no two answers on one day
        chunk.surveys.append(
            {
                "account": account,
                "person": random.choice([*owners, -1]),
                "kind": kind,
                "sent_days_ago": random.choice([answered, answered + 5, 366, float("nan")]),
                "answered_days_ago": answered if (said := random.random() < 0.6) else float("nan"),
                "score": random.randint(0, 10) if kind == "nps" else random.randint(1, 5),
                "followed_up_days_ago": random.choice([float("nan"), 1]),
            }
        )
        if not said:
            chunk.surveys[-1].update(score=float("nan"), followed_up_days_ago=float("nan"))
