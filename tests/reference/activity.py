"""How people come and go: the days before t on which somebody was active."""

from __future__ import annotations

from random import Random

from metrics.signals.base import HISTORY_DAYS


def active_days(random: Random, style: str, tenure: float, left: float) -> list[int]:
    """Days ago, within what is read, and mostly between her first day and her last. Who was never
    provisioned was never seen: the reader counts others from the first day on which they were.
    """
    if tenure != tenure or random.random() < (0.5 if style == "quiet" else 0.08):
        return []
    oldest = HISTORY_DAYS if random.random() < 0.05 else int(tenure)
    newest = 1 if left != left or random.random() < 0.05 else int(left)
    settled = style == "settled"
    # fell silent so many days ago, comes so much less often since so many days ago
    stopped = random.choice([1, 1, 1, 1, 43] if settled else [1, 1, 1, 20, 30, 56, 57, 183, 184])
    slowed = random.choice([0, 28, 35, 42, 60] if settled else [0, 0, 0, 42])
    slower = random.choice([0.1, 0.3, 0.4, 0.5, 0.6, 0.7])
    rate = random.choice([0.15, 0.25, 0.35, 0.5, 0.8, 0.95] if settled else [0.03, 0.15, 0.4, 0.9])
    away = [random.randint(1, 250) for _ in range(random.choice([0, 0, 1, 4]))]  # holidays
    days = []
    for ago in range(max(newest, stopped, 1), min(oldest, HISTORY_DAYS) + 1):
        weekend = ago % 7 in (0, 1) and rate < 0.9
        likely = rate * (slower if ago < slowed else 1) * (0.2 if weekend else 1)
        likely *= not any(start <= ago < start + 18 for start in away)
        if random.random() < likely:
            days.append(ago)
    return days
