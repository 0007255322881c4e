"""Sources that are late, broken or not bought, slowly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from tests.reference.rows import Clock, Row, latest
from tests.reference.world import Person

BAD = ("live", "late", "broken")  # the worse the later


def begun_spans(rows: list[Row], clock: Clock) -> list[Row]:
    """Spans that have begun by t-1, in the order in which they did."""
    known = latest(rows, "source", "account_external_id", "from")
    begun = [row for row in known if clock.past_day(row["from"])]
    return sorted(begun, key=lambda row: str(clock.day(row["from"])))


def state_of(
    spans: list[Row], clock: Clock, source: str, number: str, *, otherwise: str
) -> tuple[str, int]:
    """State of a source of one account on the last whole day, and how many days in a row up to it
    the source has been late or broken.
    """
    last = clock.today - dt.timedelta(days=1)
    state = _state_on(spans, clock, last, source, number) or otherwise
    days = 0
    while _state_on(spans, clock, last - dt.timedelta(days=days), source, number) in BAD[1:]:
        days += 1
    return state, days


def _state_on(spans: list[Row], clock: Clock, day: dt.date, source: str, number: str) -> str:
    """An outage everywhere is one for an account too, whatever its own span says."""
    everywhere = _said_on(spans, clock, day, source, "")
    own = _said_on(spans, clock, day, source, number)
    if not own or not everywhere or "not_bought" in (own, everywhere):
        return own or everywhere
    return own if BAD.index(own) >= BAD.index(everywhere) else everywhere


def _said_on(spans: list[Row], clock: Clock, day: dt.date, source: str, number: str) -> str:
    """Of the spans of one scope that hold on a day the one that began last; "" for none."""
    found = ""
    for row in spans:
        since, end = clock.day(row["from"]), clock.day(row["to"])
        ours = (row["source"], row["account_external_id"]) == (source, number)
        if ours and since and since <= day and (end is None or end > day):
            found = row["state"]
    return found


def unheard_weeks(
    spans: list[Row],
    clock: Clock,
    number: str,
    weeks: list[dt.date],
    people: Iterable[Person],
) -> set[dt.date]:
    """Weeks with a working day in an outage of usage that is over and that brought nothing."""
    down: set[dt.date] = set()
    for row in spans:
        since, ends = clock.day(row["from"]), [clock.day(row["to"])]
        for other in spans:
            begins = clock.day(other["from"])
            scopes = [(r["source"], r["account_external_id"]) for r in (row, other)]
            if since and begins and begins >= since and other["state"] == "live":
                ends += [begins] if scopes[0] == scopes[1] else []
        end = min((day for day in ends if day), default=None)
        ours = row["source"] == "usage" and row["account_external_id"] in ("", number)
        if ours and row["state"] in ("late", "broken") and since and end and end < clock.today:
            down |= {since + dt.timedelta(days=n) for n in range((end - since).days)}
    came = {day for person in people for day in person.days}
    lost = set()
    for week in weeks:
        days = {week + dt.timedelta(days=n) for n in range(7)} & down
        if any(day.weekday() < 5 for day in days) and not days & came:
            lost.add(week)
    return lost
