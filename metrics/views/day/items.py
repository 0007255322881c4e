"""The items of a day: what each account calls for, joined, ranked, and its factors in words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from metrics.models import AccountCurrent, Mark, Run
from metrics.models.scores import Band
from metrics.scoring.ranking import Factors, Stakes, deadline, factors
from metrics.templatetags.formats import money
from metrics.views.day.calls import Call, ago, calls_of, inside
from metrics.views.day.kinds import DATA
from metrics.views.day.reading import Known, Marks

TEXTS = 2


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A factor of the ranking: its name, in words, and its size from 0 to 1."""

    name: str
    says: str
    size: float


@dataclass(frozen=True, kw_only=True)
class Item:
    """What one account calls for: the most urgent first. `act` is (before, after) its name."""

    row: AccountCurrent
    calls: list[Call]
    act: tuple[str, str]
    why: list[str]
    factors: Factors
    bars: list[Bar]

    @cached_property
    def html(self) -> SafeString:
        """What it is and why, drawn once a night: it is most of the page."""
        return render_to_string("metrics/day/what.html", {"item": self, "row": self.row})

    @cached_property
    def spark(self) -> SafeString:
        """The score over time, drawn once too."""
        return render_to_string("metrics/day/spark.html", {"row": self.row})

    @property
    def title(self) -> str:
        """The act with the account's name."""
        return f"{self.act[0]}{self.row.name}{self.act[1]}"

    @property
    def also(self) -> list[Call]:
        """The reasons beside the one that gives the act."""
        return self.calls[1:]

    @property
    def since(self) -> dt.date:
        """When the newest of its reasons opened."""
        return max(call.since for call in self.calls)

    @property
    def open_since(self) -> dict[str, dt.date]:
        """What a mark on it covers."""
        return {call.code: call.since for call in self.calls}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """All items of a night, marked or not: they stay as they are until the next night."""

    run: Run
    known: dict[int, Known]
    largest: dict[str, float]  # ARR by currency
    items: list[Item]


def listing(found: list[Known], run: Run) -> Listing:
    """What the accounts call for, the most urgent first."""
    largest: defaultdict[str, float] = defaultdict(float)
    for known in found:
        row = known.row
        largest[row.currency] = max(largest[row.currency], float(row.arr or 0))
    called = [(known, calls_of(known, run)) for known in found]
    return Listing(
        run=run,
        known={known.row.account_id: known for known in found},
        largest=dict(largest),
        items=_sorted(
            _item(known, calls, run, largest[known.row.currency])
            for known, calls in called
            if calls
        ),
    )


def still_open(listed: Listing, *, marks: Marks, today: dt.date) -> list[Item]:
    """Without what is done, or put off until after `today`."""
    items = (
        _without(item, listed, marks[item.row.account_id], today)
        if item.row.account_id in marks
        else item
        for item in listed.items
    )
    return _sorted(item for item in items if item)


def _without(item: Item, listed: Listing, said: dict[str, Mark], today: dt.date) -> Item | None:
    left = [
        call
        for call in item.calls
        if call.code not in said or not said[call.code].hides(call.since, today=today)
    ]
    if left == item.calls:
        return item
    known = listed.known[item.row.account_id]
    return _item(known, left, listed.run, listed.largest[item.row.currency]) if left else None


def _sorted(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (-item.factors.rank, item.row.name, item.row.account_id))


def _item(known: Known, calls: list[Call], run: Run, largest: float) -> Item:
    row, today = known.row, run.business_day
    terms = known.terms
    decides, is_notice = deadline(
        renews_on=row.renews_on, notice_days=terms.notice_days if terms else None, day=today
    )
    newest = max(call.since for call in calls)
    stakes = Stakes(
        score=row.score,
        falling=row.trend == "falling",
        leaving=row.status == "leaving",
        arr=None if row.arr is None else float(row.arr),
        largest=largest,
        days_left=(decides - today).days if decides else None,
        age=(today - newest).days,
    )
    found = factors(stakes)
    before, _, after = _act(calls[0], known).partition("{}")
    return Item(
        row=row,
        calls=calls,
        act=(before, after),
        why=_why(known, calls[0]),
        factors=found,
        bars=[
            Bar(name="Risk", says=_risk(row), size=found.risk),
            Bar(name="ARR", says=money(row.arr, row.currency), size=found.arr),
            Bar(name="Renewal", says=_when(stakes.days_left, is_notice), size=found.renewal),
            Bar(name="New", says=ago(newest, today), size=found.recency),
        ],
    )


def _act(call: Call, known: Known) -> str:
    if call.code == DATA and known.has_usage:
        return "Find out why so little is known of {}"
    return call.kind.act


def _why(known: Known, top: Call) -> list[str]:
    """Sentences: what it is, then the facts that the flag keeps."""
    facts = next((flag.reasons for flag in known.flags if flag.rule == top.code), ())
    texts = [reason.text for reason in facts[:TEXTS] if reason.text]
    joined = "; ".join(text if place == 0 else _inside(text) for place, text in enumerate(texts))
    return [f"{text[:1].upper()}{text[1:]}." for text in (top.text, joined) if text]


def _inside(text: str) -> str:
    """As it stands within a sentence; "NPS" and "CSAT" keep their capitals."""
    return text if text[1:2].isupper() else f"{text[:1].lower()}{text[1:]}"


def _risk(row: AccountCurrent) -> str:
    if row.status == "leaving":
        return "leaving"
    if row.score is None:
        return "unknown"
    return f"{Band(row.band).label.lower()}{', falling' if row.trend == 'falling' else ''}"


def _when(left: int | None, is_notice: bool) -> str:
    if left is None:
        return "not known"
    if left < 0:
        return f"was due {-left} d ago"
    return f"notice {inside(left)}" if is_notice else inside(left)
