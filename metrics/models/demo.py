"""Synthetic data that an admin asked for: one row, held by the worker that loads them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Q

from accounts.models import Account, Organisation
from metrics.demo.contracts import account_id
from metrics.models.actions import by_user

if TYPE_CHECKING:
    from accounts.models import User

LEASE = dt.timedelta(minutes=5)
MAX_ATTEMPTS = 3
GIVEN_UP = "The worker ended three times while it did this."


class NotEmpty(Exception):
    """Synthetic accounts are never mixed with real ones."""


class NotInvented(Exception):
    """The accounts are real ones, or are still being invented."""


class DemoLoad(models.Model):
    """How far it is. The files are made from `accounts` and `end` alone, so that a worker that
    goes on after a crash imports the very same rows, and nothing is there twice.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    accounts = models.IntegerField(default=60)
    end = models.DateField()  # first day without data
    asked_at = models.DateTimeField()
    asked_by = by_user()
    step = models.CharField(max_length=40, blank=True)  # what is done now, in words
    done = models.SmallIntegerField(default=0)
    steps = models.SmallIntegerField(default=1)
    attempts = models.SmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects = models.Manager["DemoLoad"]()

    class Meta:
        constraints = [
            models.CheckConstraint(name="demo_load_is_one_row", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return f"{self.done} of {self.steps} steps"

    @classmethod
    def ask(cls, *, by: User, now: dt.datetime) -> DemoLoad:
        """Asks for it, or again where it failed. Raises NotEmpty where there are accounts that it
        did not make: somebody may have imported her own after it failed.
        """
        with transaction.atomic():
            organisation = Organisation.objects.select_for_update().get(
                pk=Organisation.current().pk
            )
            load = DemoLoad.objects.first()
            if load is None:
                if Account.objects.exists():
                    raise NotEmpty
                end = organisation.day_of(now)
                return DemoLoad.objects.create(end=end, asked_at=now, asked_by=by)
            if load.error:
                made = [account_id(index) for index in range(load.accounts)]
                if Account.objects.exclude(external_id__in=made).exists():
                    raise NotEmpty
                load.asked_at, load.asked_by = now, by
                load.attempts, load.error, load.leased_until = 0, "", None
                load.save()
            return load

    @classmethod
    def forget_failed(cls) -> None:
        """Whoever has her own accounts by now is not asked to try it again."""
        cls.objects.exclude(error="").delete()

    @classmethod
    def claim(cls, now: dt.datetime) -> DemoLoad | None:
        """The load, where there is one to do and no living worker does it."""
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        open_ = cls.objects.filter(free, finished_at=None, error="")
        open_.filter(attempts__gte=MAX_ATTEMPTS).update(error=GIVEN_UP)
        claimed = open_.update(leased_until=now + LEASE, attempts=models.F("attempts") + 1)
        return cls.objects.get() if claimed else None

    @property
    def is_open(self) -> bool:
        """Asked for, and neither done nor given up."""
        return self.finished_at is None and not self.error

    @property
    def percent(self) -> int:
        """Of the steps."""
        return 100 * self.done // self.steps

    def go_on(self, step: str, *, done: int, steps: int, now: dt.datetime) -> None:
        """What is done now; the lease begins anew."""
        self.step, self.done, self.steps, self.leased_until = step, done, steps, now + LEASE
        self.save(update_fields=["step", "done", "steps", "leased_until"])

    def finish(self, now: dt.datetime) -> None:
        """Everything is in."""
        self.finished_at, self.done, self.leased_until = now, self.steps, None
        self.save(update_fields=["finished_at", "done", "leased_until"])

    def fail(self, error: str) -> None:
        """It is given up until somebody asks again."""
        self.error, self.leased_until = error or "unknown", None
        self.save(update_fields=["error", "leased_until"])
