"""Rows that waited for an identity which an admin has matched, or for more than a request does."""

from __future__ import annotations

import time
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Organisation
from metrics.ingest import batches
from metrics.ingest.delivery import Delivery
from metrics.ingest.replay import Walk
from metrics.models import Alias
from metrics.models.heartbeats import REPLAY, REPLAY_AT, Heartbeat

NO_BATCH = 0  # every row stays with its own
TURN = 2_000  # rows: a second or less, for which others wait at the door
LONGEST = 20.0  # seconds of a tick; nights are asked for after it
PAUSE = 0.1  # seconds for whoever else is at the door


def take_in_matched() -> int:
    """Takes in what new aliases have placed, and what a request has left; returns how many rows.
    Safe to repeat, and cheap where there is neither.

    A chunk of rows is a transaction: between two whoever stands at the door is let in, and what is
    committed is done, whatever becomes of the rest. While a file is on its way nothing is done, and
    nothing more after LONGEST: the next tick goes on from there, so that rows which wait on keep
    none behind them from being looked at.
    """
    if not (_new().exists() or Heartbeat.objects.filter(name=REPLAY).exists()):
        return 0
    until = time.monotonic() + LONGEST
    taken, turns = 0, Turns(at=_kept())
    while True:
        could_enter = turns.take_one()
        is_over = turns.is_done and turns.is_whole
        if is_over or not turns.has_begun or time.monotonic() >= until:
            return taken + turns.taken
        if turns.is_done:
            taken, turns = taken + turns.taken, Turns()
        elif not could_enter:
            time.sleep(PAUSE)


class Turns:
    """One walk through all rows that can be placed; its mark is gone when it has seen them all.
    `at`: where one that had no more time was; what is before that is left to the next.
    """

    def __init__(self, *, at: str = "") -> None:
        self.taken = 0
        self.is_whole = not at
        self._walk = Walk(TURN, at=at)
        self._mark = uuid4().hex
        self._aliases: list[int] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether it could enter once."""
        return self._aliases is not None

    @property
    def is_done(self) -> bool:
        """Whether it has seen all rows."""
        return self._walk.is_done

    def take_one(self) -> bool:
        """One transaction, with one chunk; False where somebody else is at the door."""
        with transaction.atomic():
            if not batches.try_enter("people", NO_BATCH):
                return False
            if not self.has_begun:
                self._begin()
            now = timezone.now()
            delivery = Delivery(batch_id=NO_BATCH, now=now, zone=Organisation.current().zone)
            taken = self._walk.go_on(delivery)
            self._keep()
            if self.is_done and self.is_whole:
                self._end()
        self.taken += taken
        return True

    def _begin(self) -> None:
        """Whoever leaves rows, or begins to walk, from now on takes our name off the mark."""
        self._aliases = list(_new().values_list("pk", flat=True))
        Heartbeat.beat(REPLAY, queues=self._mark)

    def _keep(self) -> None:
        if self.is_done:
            Heartbeat.objects.filter(name=REPLAY_AT).delete()
        else:
            Heartbeat.beat(REPLAY_AT, queues=self._walk.at)

    def _end(self) -> None:
        Heartbeat.objects.filter(name=REPLAY, queues=self._mark).delete()
        _new().filter(pk__in=self._aliases or []).update(taken_in_at=timezone.now())


def _kept() -> str:
    """Where the last walk was when its time was over."""
    return Heartbeat.objects.filter(name=REPLAY_AT).values_list("queues", flat=True).first() or ""


def _new() -> QuerySet[Alias]:
    return Alias.objects.standing().filter(taken_in_at=None)
