"""What an account calls for on a day, out of its facts: each with since when and a sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from metrics.models import Run
from metrics.models.scores import Band
from metrics.scoring import ranking
from metrics.scoring.flag_rules import BY_CODE as RULES
from metrics.templatetags.formats import MINUS, day, percent, plural
from metrics.views.day.kinds import BY_CODE, DATA, DETRACTOR, DROP, ONBOARDING, ORDER, RENEWAL, Kind
from metrics.views.day.reading import AT_RISK, RENEWAL_DAYS, Known

NEW_ACCOUNT_DAYS = 30  # until then it is no wonder that there are few facts
LONGEST_QUOTE = 160


@dataclass(frozen=True, kw_only=True)
class Call:
    """One thing that an account calls for, since a day, in a sentence without its full stop."""

    code: str
    since: dt.date
    text: str

    @property
    def kind(self) -> Kind:
        """What it is."""
        return BY_CODE[self.code]


def calls_of(known: Known, run: Run) -> list[Call]:
    """All that an account calls for, in the order of urgency, whether or not it is marked."""
    found = [
        Call(code=flag.rule, since=flag.since, text=RULES[flag.rule].sentence)
        for flag in known.flags
        if flag.rule in ORDER
    ]
    others = (_late(known), _unhappy(known, run), _dropped(known, run), _renews(known, run))
    found += [call for call in (*others, _silent(known, run)) if call]
    return sorted(found, key=lambda call: ORDER[call.code])


def _late(known: Known) -> Call | None:
    if not known.late:
        return None
    first, last = known.late[0], known.late[-1]
    others = len(known.late) - 1
    more = f" and {others} more" if others else ""
    text = f"Value task “{first.name}” was due {day(first.due_on)}{more}"
    since = (last.due_on or dt.date.min) + dt.timedelta(days=1)
    return Call(code=ONBOARDING, since=since, text=text)


def _unhappy(known: Known, run: Run) -> Call | None:
    answer = known.detractor
    if answer is None or answer.answered_at is None:
        return None
    since = timezone.localtime(answer.answered_at).date()
    decides = bool(answer.person and answer.person.decision_maker)
    quote = " ".join(answer.comment.split())
    short = quote if len(quote) <= LONGEST_QUOTE else f"{quote[:LONGEST_QUOTE].rstrip()}…"
    said = f"“{short}” " if short else ""
    who = ", decision maker" if decides else ""
    text = f"{said}Score {answer.score:.0f} of 10{who}, {ago(since, run.business_day)}, unanswered"
    return Call(code=DETRACTOR, since=since, text=text)


def _dropped(known: Known, run: Run) -> Call | None:
    row = known.row
    if row.change_7 is None or row.change_7 > -ranking.DROP:
        return None
    why = f": {row.cause_7}" if row.cause_7 else ""
    text = f"{MINUS}{abs(row.change_7):.1f} in 7 days{why}"
    since = ranking.dropping_since([*map(_float, row.spark)], run.business_day)
    return Call(code=DROP, since=since, text=text)


def _renews(known: Known, run: Run) -> Call | None:
    row = known.row
    left = (row.renews_on - run.business_day).days if row.renews_on else None
    if (
        left is None
        or row.band not in AT_RISK
        or not 0 <= left <= RENEWAL_DAYS
        or row.renews_on is None
    ):
        return None
    text = f"{Band(row.band).label}, and the renewal is {inside(left)}"
    since = row.renews_on - dt.timedelta(days=RENEWAL_DAYS)
    return Call(code=RENEWAL, since=since, text=text)


def _silent(known: Known, run: Run) -> Call | None:
    row = known.row
    if row.band != Band.GREY.value:
        return None
    age = NEW_ACCOUNT_DAYS if known.age_days is None else known.age_days
    if known.has_usage and age < NEW_ACCOUNT_DAYS:
        return None
    since = ranking.silent_since([*map(_float, row.spark)], run.business_day)
    began = since or run.business_day - dt.timedelta(days=min(max(age, 0), len(row.spark)))
    missing = "" if known.has_usage else ", usage is not connected"
    text = f"Only {percent(row.coverage)} of the weight has data{missing}"
    cause = "" if row.cause in ("", "Usage not connected") else f"{row.cause}; o"
    return Call(code=DATA, since=began, text=f"{cause}{text[1:]}" if cause else text)


def inside(left: int) -> str:
    """ "today", "in 38 d"."""
    return "today" if left == 0 else f"in {left} d"


def ago(since: dt.date, today: dt.date) -> str:
    """ "today", "yesterday", "3 days ago"."""
    days = (today - since).days
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{plural(days, 'day')} ago"


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)
