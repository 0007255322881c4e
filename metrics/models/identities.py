"""What an admin said about identities that no file explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from metrics.models.actions import by_user

if TYPE_CHECKING:
    from accounts.models import Account, Person, User


class AliasQuerySet(models.QuerySet["Alias"]):
    """Adjectives for aliases."""

    def standing(self) -> AliasQuerySet:
        """Not taken back."""
        return self.filter(removed_at=None)

    def match(self, value: str, to: Account | Person, *, by: User) -> Alias:
        """From now on rows that bring `value` are about this account or person; of two admins who
        match the same, the later one counts.
        """
        target = {to._meta.model_name or "": to}
        with transaction.atomic():
            kind = Alias.Kind(to._meta.model_name or "")
            old = self.standing().select_for_update().filter(kind=kind, value=value)
            old.update(removed_at=timezone.now())
            return self.create(kind=kind, value=value, created_by=by, **target)


class Alias(models.Model):
    """An id, an e-mail or a domain (with "@" in front) that stands for an account or a person.

    Rows that waited for it are taken in by the next worker; `taken_in_at` says when that was.
    Taking an alias back stops it for new rows; facts that it placed stay with their batches.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account"
        PERSON = "person"

    kind = models.CharField(max_length=7, choices=Kind.choices)
    value = models.CharField(max_length=255)
    account = models.ForeignKey(
        "accounts.Account", null=True, on_delete=models.CASCADE, related_name="+"
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    taken_in_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AliasQuerySet.as_manager()

    class Meta:
        constraints = [
            # who a row is about must have one answer; every import looks its values up here
            models.UniqueConstraint(
                fields=["value", "kind"],
                condition=models.Q(removed_at__isnull=True),
                name="alias_stands_once",
            ),
            models.CheckConstraint(
                name="alias_has_its_target",
                condition=models.Q(kind="account", account__isnull=False, person__isnull=True)
                | models.Q(kind="person", person__isnull=False, account__isnull=True),
            ),
            models.CheckConstraint(name="alias_has_a_value", condition=~models.Q(value="")),
        ]

    def __str__(self) -> str:
        return f"{self.value} is {self.person or self.account}"

    def take_back(self) -> bool:
        """Ends it; False where that had been done before."""
        mine = Alias.objects.standing().filter(pk=self.pk)
        return bool(mine.update(removed_at=timezone.now()))
