"""What users do about an account: notes, tasks, marks on the items of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from accounts.models.customers import Account, days_are_sane

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)
SOONEST = models.F("due_on").asc(nulls_last=True)


def by_user() -> models.ForeignKey[User | None, User | None]:
    """Who did it; what she did stays when she is gone."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )


class RemovableQuerySet(models.QuerySet[M]):
    """Rows that are taken back and put back, and never deleted."""

    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(removed_at=None)

    def take_back(self) -> int:
        """As if they had not been; how many stood until now."""
        return self.standing().update(removed_at=timezone.now())

    def put_back(self) -> int:
        """As they were; how many had been taken back."""
        return self.exclude(removed_at=None).update(removed_at=None)


class NoteQuerySet(RemovableQuerySet["Note"]):
    """Adjectives for notes."""


class Note(models.Model):
    """What a user wrote down about an account; taking it back leaves the row."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        indexes = [
            # the account page lists them, the newest first
            models.Index(fields=["account", "-created_at"], name="note_account")
        ]
        constraints = [models.CheckConstraint(name="note_has_a_text", condition=~models.Q(text=""))]

    def __str__(self) -> str:
        return self.text


class TaskQuerySet(RemovableQuerySet["Task"]):
    """Adjectives for tasks."""

    def open(self) -> TaskQuerySet:
        """Still to do, the most urgent first."""
        return self.standing().filter(done_at=None).order_by(SOONEST, "pk")


class Task(models.Model):
    """Something to do for an account, by somebody, until a day."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=200)
    # the item of a day that it came from; empty: made by hand
    code = models.CharField(max_length=40, blank=True)
    due_on = models.DateField(null=True, blank=True)
    assigned_to = by_user()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = by_user()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = [
            # the account page and the day list what is open
            models.Index(
                fields=["account"],
                condition=models.Q(done_at__isnull=True, removed_at__isnull=True),
                name="task_account_open",
            ),
            models.Index(
                fields=["assigned_to", "due_on"],
                condition=models.Q(done_at__isnull=True, removed_at__isnull=True),
                name="task_assigned_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(name="task_has_a_title", condition=~models.Q(title="")),
            *days_are_sane("task", "due_on"),
        ]

    def __str__(self) -> str:
        return self.title

    def finish(self, *, by: User) -> bool:
        """Done now; False where that had been said before."""
        still = Task.objects.standing().filter(pk=self.pk, done_at=None)
        return bool(still.update(done_at=timezone.now(), done_by=by))

    def reopen(self) -> bool:
        """To do again; False where it was so already."""
        done = Task.objects.standing().filter(pk=self.pk).exclude(done_at=None)
        return bool(done.update(done_at=None, done_by=None))


class MarkQuerySet(RemovableQuerySet["Mark"]):
    """Adjectives for marks."""

    def put(
        self,
        account: Account,
        items: Mapping[str, dt.date],
        *,
        by: User,
        until: dt.date | None = None,
    ) -> list[Mark]:
        """Marks items (code -> the day since which each stands) as done, or until when they shall
        be away; in the place of what was said of them before.
        """
        with transaction.atomic():
            # two who mark the same at once: the later one stands
            Account.objects.select_for_update().get(pk=account.pk)
            self.filter(account=account, code__in=items).take_back()
            at = timezone.now()  # the same for all: they are one action, and undone as one
            return self.bulk_create(
                Mark(
                    created_at=at,
                    account=account,
                    code=code,
                    since=since,
                    kind=Mark.Kind.SNOOZED if until else Mark.Kind.DONE,
                    until=until,
                    created_by=by,
                )
                for code, since in items.items()
            )


class Mark(models.Model):
    """An item of somebody's day is done, or shall come back on a day.

    It holds for the item as it stood then: one that opened again later is a new one.
    """

    class Kind(models.TextChoices):
        DONE = "done"
        SNOOZED = "snoozed"

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)  # what the item is about, such as a flag's code
    since = models.DateField()  # the day since which the item stood
    kind = models.CharField(max_length=7, choices=Kind.choices)
    until = models.DateField(null=True, blank=True)  # the first day on which it is back
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = MarkQuerySet.as_manager()

    class Meta:
        constraints = [
            # one word on an item at a time; the day reads the standing ones of its accounts
            models.UniqueConstraint(
                fields=["account", "code"],
                condition=models.Q(removed_at__isnull=True),
                name="mark_one_standing",
            ),
            models.CheckConstraint(
                name="mark_snoozed_has_an_end",
                condition=models.Q(kind="done", until__isnull=True)
                | models.Q(kind="snoozed", until__isnull=False),
            ),
            *days_are_sane("mark", "since", "until"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.kind}"

    def hides(self, since: dt.date, *, today: dt.date) -> bool:
        """Whether an item that stands since a day is away: not once it has opened anew."""
        return since <= self.since and (self.until is None or today < self.until)
