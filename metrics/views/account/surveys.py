"""The surveys of an account as the night knew them: answers over time, and who did not answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from metrics.models import Survey
from metrics.signals.sentiment import DETRACTOR, PROMOTER
from metrics.views.account.known import Known, before

SHOWN_DAYS = 730
ASKED_DAYS = 365
FIRST_ANSWERS = 6
FIRST_SILENT = 12
WIDTH, HEIGHT = 640, 96  # px of the picture of all answers


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Surveys of two years: answers, the newest first; silent: the person's last survey of a year,
    where she has answered none of that year.
    """

    answers: list[Survey]
    silent: list[Survey]
    sent: int
    answered: int


def surveys(known: Known) -> Asked:
    """The newest known state of each survey."""
    newest = (
        Survey.objects.filter(account=known.account, known_at__lte=known.run.data_cutoff)
        .select_related("person")
        .order_by("external_id", "-known_at", "-pk")
        .distinct("external_id")
    )
    rows = []
    for row in newest:
        row.answered_at = before(row.answered_at, known.until)
        row.sent_at = before(row.sent_at, known.until)
        row.followed_up_at = before(row.followed_up_at, known.until)
        if row.answered_at or row.sent_at:
            rows.append(row)
    oldest = known.until - dt.timedelta(days=SHOWN_DAYS)
    answers = [row for row in rows if row.answered_at and row.answered_at >= oldest]
    last_year = known.until - dt.timedelta(days=ASKED_DAYS)
    asked = [row for row in rows if (row.sent_at or row.answered_at or oldest) >= last_year]
    return Asked(
        answers=sorted(answers, key=attrgetter("answered_at"), reverse=True),
        silent=_silent(asked),
        sent=len(asked),
        answered=sum(1 for row in asked if row.answered_at),
    )


def _silent(asked: list[Survey]) -> list[Survey]:
    """People who are still there, by the last time they were asked."""
    spoke = {row.person_id for row in asked if row.answered_at}
    last: dict[int, Survey] = {}
    for row in sorted((row for row in asked if row.sent_at), key=attrgetter("sent_at")):
        if row.person and row.person_id not in spoke and row.person.deactivated_at is None:
            last[row.person.pk] = row
    return sorted(last.values(), key=attrgetter("sent_at"), reverse=True)


def sentiment(known: Known, asked: Asked, *, nps: float | None) -> dict[str, Any]:
    """What the account's page says of its surveys. nps: as the night measured it."""
    asked_nps = [
        row for row in asked.answers if row.kind == Survey.Kind.NPS and row.score is not None
    ]
    return {
        "answers": asked.answers,
        "first": asked.answers[:FIRST_ANSWERS],
        "silent": asked.silent[:FIRST_SILENT],
        "silent_more": max(len(asked.silent) - FIRST_SILENT, 0),
        "sent": asked.sent,
        "answered": asked.answered,
        "nps": nps,
        "quarters": quarters(asked_nps, known),
        "picture": picture(asked_nps, known),
    }


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """NPS answers of three months; nps: promoters less detractors, in points."""

    name: str
    answers: int
    promoters: int
    passives: int
    detractors: int

    @property
    def nps(self) -> int:
        """From −100 to 100."""
        return round(100 * (self.promoters - self.detractors) / self.answers)


def quarters(nps: list[Survey], known: Known) -> list[Quarter]:
    """The newest first; quarters without an answer are left out."""
    found: dict[tuple[int, int], list[float]] = {}
    for row in nps:
        if row.answered_at and row.score is not None:
            day = known.organisation.day_of(row.answered_at)
            found.setdefault((day.year, (day.month - 1) // 3 + 1), []).append(row.score)
    return [
        Quarter(
            name=f"Q{quarter} {year}",
            answers=len(scores),
            promoters=sum(score >= PROMOTER for score in scores),
            passives=sum(DETRACTOR < score < PROMOTER for score in scores),
            detractors=sum(score <= DETRACTOR for score in scores),
        )
        for (year, quarter), scores in sorted(found.items(), reverse=True)
    ]


def picture(nps: list[Survey], known: Known) -> dict[str, Any] | None:
    """Every answer as a dot, by its day and score; None where there are fewer than two."""
    days = [(known.ago(row.answered_at), row) for row in nps if row.answered_at]
    if len(days) < 2:
        return None
    span = max(max(ago for ago, _ in days), 30)
    dots = [
        {
            "x": round((WIDTH - 12) * (1 - ago / span) + 6, 1),
            "y": _y(row.score or 0.0),
            "is_bad": (row.score or 0.0) <= DETRACTOR,
            "is_good": (row.score or 0.0) >= PROMOTER,
        }
        for ago, row in days
    ]
    return {
        "dots": dots,
        "lines": [_y(DETRACTOR + 0.5), _y(PROMOTER - 0.5)],
        "width": WIDTH,
        "height": HEIGHT,
        "first": known.day - dt.timedelta(days=span),
        "last": known.day,
    }


def _y(score: float) -> float:
    return round(HEIGHT - 8 - (HEIGHT - 16) * score / 10, 1)
