"""What all rows of one batch share, and how they are counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass
from typing import Literal, Protocol

from metrics.sources.base import Refusal, Row

KnownAt = Literal["import", "occurred"]
BACKFILL_FROM = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
OLDEST = dt.timedelta(days=400)
# a sender's clock is corrected by when it sent: the second try of a call is a little off the first
SLACK = dt.timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One batch: `now` is when it was imported, `zone` where the organisation's days begin.

    `is_part`: more of the same file comes, in other transactions. `slack`: an event that comes
    again may be this much off the first time. `guessed`: lines whose moment the sender did not say,
    or not credibly: again it is another one.
    """

    batch_id: int
    now: dt.datetime
    zone: dt.tzinfo
    known_at: KnownAt = "import"
    slack: dt.timedelta = dt.timedelta()
    guessed: Set[int] = frozenset()
    is_part: bool = False

    def known(self, happened: dt.datetime | dt.date | None) -> dt.datetime:
        """When a fact counts as known: when it happened, for a backfill, else now."""
        if self.known_at == "import" or happened is None:
            return self.now
        if not isinstance(happened, dt.datetime):
            happened = self.midnight(happened)
        return min(happened, self.now)

    def midnight(self, day: dt.date) -> dt.datetime:
        """The moment at which a day of the organisation begins."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)


@dataclass(kw_only=True)
class Tally:
    """The law of counts: received = created + updated + duplicate + quarantined."""

    received: int = 0
    created: int = 0
    updated: int = 0
    duplicate: int = 0
    quarantined: int = 0

    @property
    def accepted(self) -> int:
        """Rows that made something new, or changed something known."""
        return self.created + self.updated


class Loader(Protocol):
    """Stores the rows of one source. Chunks come in the order of the file."""

    tally: Tally

    def load(self, rows: list[Row]) -> list[Refusal]:
        """Stores what it can and counts it; returns the rest, which is not counted here."""

    def finish(self) -> None:
        """After the last chunk, in the same transaction."""
