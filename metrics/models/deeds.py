"""One action on many accounts at once, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import F, Func, Value
from django.utils import timezone

from accounts.models import Account, User
from accounts.models.customers import AccountQuerySet
from metrics.models.actions import Task, by_user

BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Undone:
    """How many are as before, and how many were left alone: somebody changed them since."""

    restored: int
    left: int


class DeedQuerySet(models.QuerySet["Deed"]):
    """Verbs: each does one thing to all of `accounts` or to none, and remembers what was before.

    None where nothing had to be changed.
    """

    def assign(self, accounts: AccountQuerySet, owner: User, *, by: User) -> Deed | None:
        """They get this owner. What an import said stays, as when one account is handed over."""
        with transaction.atomic():
            before = {
                account.pk: account.owner_id
                for account in _locked(accounts)
                if account.owner_id != owner.pk
            }
            Account.objects.filter(pk__in=before).update(owner=owner)
            return self._note(Deed.What.OWNER, owner.pk, before, by=by)

    def tag(self, accounts: AccountQuerySet, tag: str, *, by: User) -> Deed | None:
        """They have this tag, after those that they had."""
        with transaction.atomic():
            locked = _locked(accounts)
            before = {account.pk: account.tags for account in locked if tag not in account.tags}
            longer = Func(F("tags"), Value(tag), function="array_append")
            Account.objects.filter(pk__in=before).update(tags=longer)
            return self._note(Deed.What.TAG, tag, before, by=by)

    def untag(self, accounts: AccountQuerySet, tag: str, *, by: User) -> Deed | None:
        """They have this tag no more."""
        with transaction.atomic():
            before = {account.pk: account.tags for account in _locked(accounts.tagged(tag))}
            Account.objects.filter(pk__in=before).update(tags=_without(tag))
            return self._note(Deed.What.UNTAG, tag, before, by=by)

    def give_task(
        self, accounts: AccountQuerySet, title: str, *, by: User, due_on: Any = None
    ) -> Deed | None:
        """One task each, for the account's owner; for `by` where there is none who may log in."""
        with transaction.atomic():
            tasks = Task.objects.bulk_create(
                [
                    Task(
                        account=account,
                        title=title,
                        due_on=due_on,
                        assigned_to=_active(account.owner) or by,
                        created_by=by,
                    )
                    for account in accounts.select_related("owner").order_by("pk")
                ],
                batch_size=BATCH,
            )
            if not tasks:
                return None
            rows = {"tasks": [task.pk for task in tasks]}
            return self.create(what=Deed.What.TASK, rows=rows, created_by=by)

    def _note(self, what: str, value: Any, before: dict[int, Any], *, by: User) -> Deed | None:
        if not before:
            return None
        rows = {"value": value, "before": before}
        deed: Deed = self.create(what=what, rows=rows, created_by=by)
        return deed


class Deed(models.Model):
    """One action on many accounts at once, with what was before, so that it can be undone."""

    class What(models.TextChoices):
        OWNER = "owner"
        TAG = "tag"
        UNTAG = "untag"
        TASK = "task"

    # what is changed later by one of the same kind is no longer ours
    KINDS = {
        What.OWNER: [What.OWNER],
        What.TAG: [What.TAG, What.UNTAG],
        What.UNTAG: [What.TAG, What.UNTAG],
    }

    what = models.CharField(max_length=5, choices=What.choices)
    # {"value": what was given, "before": {account id: what it had}} or {"tasks": [ids]}
    rows = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = DeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.what} at {self.created_at}"

    @property
    def count(self) -> int:
        """Accounts that it changed."""
        return len(self.rows["tasks" if self.what == self.What.TASK else "before"])

    def undo(self, accounts: AccountQuerySet) -> Undone | None:
        """Every one of `accounts` as it was before, but for those that somebody has changed since:
        what was taken from her is changed by being out of them. None where that had been done
        already.
        """
        with transaction.atomic():
            mine = Deed.objects.filter(pk=self.pk, undone_at=None)
            if not mine.update(undone_at=timezone.now()):
                return None
            restore = {
                self.What.OWNER: self._give_back_owners,
                self.What.TAG: self._take_tag,
                self.What.UNTAG: self._give_tag,
                self.What.TASK: self._take_tasks,
            }[self.What(self.what)]
            restored = restore(accounts)
        return Undone(restored=restored, left=self.count - restored)

    def _before(self) -> dict[int, Any]:
        """Account id -> what it had, of those that no later deed has changed."""
        before = {int(pk): value for pk, value in self.rows["before"].items()}
        later = Deed.objects.filter(
            pk__gt=self.pk, undone_at=None, what__in=self.KINDS[self.What(self.what)]
        )
        if self.what != self.What.OWNER:
            later = later.filter(rows__value=self.rows["value"])
        taken = {int(pk) for rows in later.values_list("rows", flat=True) for pk in rows["before"]}
        return {pk: value for pk, value in before.items() if pk not in taken}

    def _give_back_owners(self, accounts: AccountQuerySet) -> int:
        before = self._before()
        still = _locked(accounts.filter(pk__in=before, owner=self.rows["value"]))
        # an owner who is gone owns nothing again
        known = set(User.objects.filter(pk__in=set(before.values()) - {None}).values_list("pk"))
        for account in still:
            owner_id = before[account.pk]
            account.owner_id = owner_id if (owner_id,) in known else None
        Account.objects.bulk_update(still, ["owner"], batch_size=BATCH)
        return len(still)

    def _take_tag(self, accounts: AccountQuerySet) -> int:
        tag = self.rows["value"]
        still = accounts.filter(pk__in=self._before()).tagged(tag)
        return still.update(tags=_without(tag))

    def _give_tag(self, accounts: AccountQuerySet) -> int:
        tag, before = self.rows["value"], self._before()
        locked = _locked(accounts.filter(pk__in=before))
        still = [account for account in locked if tag not in account.tags]
        for account in still:
            was = before[account.pk]
            is_same = account.tags == [word for word in was if word != tag]
            account.tags = was if is_same else [*account.tags, tag]
        Account.objects.bulk_update(still, ["tags"], batch_size=BATCH)
        return len(still)

    def _take_tasks(self, accounts: AccountQuerySet) -> int:
        """Those that nobody has done."""
        given = Task.objects.standing().filter(pk__in=self.rows["tasks"], done_at=None)
        tasks = given.filter(account__in=accounts)
        return tasks.update(removed_at=timezone.now())


def _locked(accounts: AccountQuerySet) -> list[Account]:
    """In one order, so that two who act at once wait for each other and never for ever."""
    return list(accounts.select_for_update(of=("self",)).order_by("pk"))


def _active(user: User | None) -> User | None:
    return user if user and user.is_active else None


def _without(tag: str) -> Func:
    return Func(F("tags"), Value(tag), function="array_remove")
