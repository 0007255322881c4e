"""Customers: accounts, their contracts, people and milestones.

Current attributes are stored once; what changes over time carries the day it happened and the
moment we learnt it (`known_at`), so that a past score uses only what was known.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse

if TYPE_CHECKING:
    from accounts.models.users import User

FIRST_DAY = dt.date(1990, 1, 1)
LAST_DAY = dt.date(2200, 1, 1)
FIRST_MOMENT = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LAST_MOMENT = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
MAX_MONEY = 10**12
CANDIDATES = 200  # whoever sees so many types another letter


def days_are_sane(prefix: str, *columns: str) -> list[models.CheckConstraint]:
    """Constraints that refuse infinity, BC and year 10000 in date columns.

    PostgreSQL would store them, and the driver could then never read the row back.
    """
    return [
        models.CheckConstraint(
            name=f"{prefix}_{column}_is_sane",
            condition=Q(**{f"{column}__gte": FIRST_DAY, f"{column}__lt": LAST_DAY})
            | Q(**{f"{column}__isnull": True}),
        )
        for column in columns
    ]


def moments_are_sane(prefix: str, *columns: str) -> list[models.CheckConstraint]:
    """The same as `days_are_sane`, for moments."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_{column}_is_sane",
            condition=Q(**{f"{column}__gte": FIRST_MOMENT, f"{column}__lt": LAST_MOMENT})
            | Q(**{f"{column}__isnull": True}),
        )
        for column in columns
    ]


def _named_like(found: models.QuerySet[Any], text: str, *, columns: tuple[str, ...]) -> list[Any]:
    """Rows of which one of the columns holds `text`; those of which one begins with it first, then
    by name. Sorted here, out of CANDIDATES: a text that half of all names hold costs no more than
    one that is rare, and only for such a one those that begin with it are asked for apart.
    """

    def where(lookup: str) -> list[Any]:
        either = Q(*[(f"{column}__{lookup}", text) for column in columns], _connector=Q.OR)
        return list(found.filter(either).order_by()[:CANDIDATES])

    def place(row: Any) -> tuple[bool, str, int]:
        begins = any(getattr(row, name).upper().startswith(text.upper()) for name in columns)
        return not begins, row.name.lower(), row.pk

    rows = where("icontains")
    if len(rows) == CANDIDATES:
        rows = list({row.pk: row for row in [*where("istartswith"), *rows]}.values())
    return sorted(rows, key=place)


class AccountQuerySet(models.QuerySet["Account"]):
    """Adjectives for accounts; pages use `accounts.access` and never a bare manager."""

    def visible_to(self, user: User) -> AccountQuerySet:
        """Her book for a CSM, the team's for a manager, all for an admin."""
        if not user.is_active:
            return self.none()
        if user.role == "admin":
            return self
        own = Q(owner=user)
        return (
            self.filter(own | Q(owner__manager=user))
            if user.role == "manager"
            else (self.filter(own))
        )

    def waiting_for(self, user: User) -> AccountQuerySet:
        """Nobody's, though an import named her as the owner before she was a user."""
        return self.filter(owner=None, owner_email=user.email)

    def tagged(self, tag: str) -> AccountQuerySet:
        """Those that have this tag."""
        return self.filter(tags__contains=[tag])

    def named_like(self, text: str) -> list[Account]:
        """Keys and names, those that begin with `text` before those that hold it."""
        return _named_like(self.only("name"), text, columns=("name",))


class Account(models.Model):
    """A customer."""

    external_id = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True)
    segment = models.CharField(max_length=200, blank=True)
    industry = models.CharField(max_length=200, blank=True)
    plan = models.CharField(max_length=200, blank=True)
    owner_email = models.CharField(max_length=254, blank=True)
    owner = models.ForeignKey(
        "accounts.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="book",
    )
    parent_external_id = models.CharField(max_length=200, blank=True)
    # words of our users, never imported and never scored
    tags = ArrayField(models.CharField(max_length=40), default=list, db_default=[], blank=True)
    churned_on = models.DateField(null=True, blank=True)
    churned_known_at = models.DateTimeField(null=True, blank=True)
    churn_reason = models.TextField(blank=True)
    known_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        indexes = [
            # e-mail domain -> account, when a row names no account
            models.Index(fields=["domain"], name="account_domain"),
            # owners are filled in when a user with that e-mail appears
            models.Index(fields=["owner_email"], name="account_owner_email"),
            # the portfolio's filter by tag
            GinIndex(fields=["tags"], name="account_tags"),
            # the tags that it offers to choose from
            models.Index(fields=["owner"], condition=~Q(tags=[]), name="account_tagged"),
            # the ids of somebody's book, without reading the accounts
            models.Index(fields=["owner", "id"], name="account_book"),
            # the jump box, as for people
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="account_name_pieces"),
        ]
        constraints = [
            models.CheckConstraint(name="account_has_a_name", condition=~Q(name="")),
            *days_are_sane("account", "churned_on"),
            *moments_are_sane("account", "known_at", "churned_known_at"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("account", args=[self.pk])

    def hand_over(self, owner: User | None) -> None:
        """Somebody else looks after it from now on. `owner_email` stays what the import said: an
        import that says the same again does not take the account back.
        """
        Account.objects.filter(pk=self.pk).update(owner=owner)
        self.owner = owner

    def hand_back(self, owner: User | None, *, given: int | None) -> bool:
        """Undoes a hand-over to `given`; False where somebody has handed it over again since."""
        if not Account.objects.filter(pk=self.pk, owner_id=given).update(owner=owner):
            return False
        self.owner = owner
        return True


class Contract(models.Model):
    """The terms in force from the moment they were known until the next row of the account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contracts")
    seats_sold = models.IntegerField(null=True, blank=True)
    arr = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    renews_on = models.DateField(null=True, blank=True)
    notice_days = models.IntegerField(null=True, blank=True)
    notice_on = models.DateField(null=True, blank=True)
    known_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            # the terms as of a moment: latest known_at first
            models.UniqueConstraint(fields=["account", "known_at"], name="contract_version"),
            models.CheckConstraint(
                name="contract_seats_are_sane",
                condition=Q(seats_sold__gte=0, seats_sold__lte=10_000_000)
                | Q(seats_sold__isnull=True),
            ),
            # numeric NaN sorts above every number, so an upper bound refuses it
            models.CheckConstraint(
                name="contract_arr_is_sane",
                condition=Q(arr__gte=0, arr__lt=MAX_MONEY) | Q(arr__isnull=True),
            ),
            models.CheckConstraint(
                name="contract_notice_is_sane",
                condition=Q(notice_days__gte=0, notice_days__lte=3650)
                | Q(notice_days__isnull=True),
            ),
            models.CheckConstraint(
                name="contract_renews_after_start",
                condition=Q(renews_on__gte=F("starts_on"))
                | Q(renews_on__isnull=True)
                | Q(starts_on__isnull=True),
            ),
            *days_are_sane("contract", "starts_on", "renews_on", "notice_on"),
            *moments_are_sane("contract", "known_at"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.seats_sold} seats until {self.renews_on}"


class ArrMovement(models.Model):
    """A change of annual recurring revenue."""

    class Type(models.TextChoices):
        NEW = "new"
        EXPANSION = "expansion"
        CONTRACTION = "contraction"
        CHURN = "churn"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="arr_movements")
    external_id = models.CharField(max_length=200)
    type = models.CharField(max_length=12, choices=Type.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    on = models.DateField()
    known_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        # the page of sources asks for the newest record, here and below
        indexes = [models.Index(fields=["on"], name="arr_movement_newest")]
        constraints = [
            models.UniqueConstraint(fields=["external_id", "account"], name="arr_movement_id"),
            models.CheckConstraint(
                name="arr_movement_amount_is_sane",
                condition=Q(amount__gt=-MAX_MONEY, amount__lt=MAX_MONEY),
            ),
            models.CheckConstraint(
                name="arr_movement_type_is_known",
                condition=Q(type__in=["new", "expansion", "contraction", "churn"]),
            ),
            *days_are_sane("arr_movement", "on"),
            *moments_are_sane("arr_movement", "known_at"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.amount} on {self.on}"


class PersonQuerySet(models.QuerySet["Person"]):
    """Adjectives for people; pages ask only for those of visible accounts."""

    def named_like(self, text: str) -> list[Person]:
        """What a list shows of her and her account: those whose name or e-mail begins with `text`
        before those where it is held.
        """
        shown = self.select_related("account").only("name", "email", "external_id", "account__name")
        return _named_like(shown, text, columns=("name", "email"))


class Person(models.Model):
    """Someone who works at the customer, whether she has a login or only should have one."""

    # bots and our own staff acting inside the product are never counted as people
    NOT_PEOPLE = ("service", "vendor")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="people")
    external_id = models.CharField(max_length=200, unique=True)
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True)
    group = models.CharField(max_length=200, blank=True)
    persona = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=200, blank=True)
    intended = models.BooleanField(null=True)
    champion = models.BooleanField(default=False)
    decision_maker = models.BooleanField(default=False)
    provisioned_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deactivated_known_at = models.DateTimeField(null=True, blank=True)
    known_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        indexes = [
            # frames read all people of a range of accounts
            models.Index(fields=["account", "id"], name="person_account"),
            # rows that name a person by e-mail only
            models.Index(fields=["email"], name="person_email"),
            models.Index(fields=["provisioned_at"], name="person_newest"),
            # the jump box looks for a piece of a name or an e-mail, whatever its case
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="person_name_pieces"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="person_email_pieces"),
        ]
        constraints = [
            models.CheckConstraint(
                name="person_leaves_after_arrival",
                condition=Q(deactivated_at__gte=F("provisioned_at"))
                | Q(deactivated_at__isnull=True)
                | Q(provisioned_at__isnull=True),
            ),
            *moments_are_sane(
                "person",
                "provisioned_at",
                "deactivated_at",
                "deactivated_known_at",
                "known_at",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.external_id


class Milestone(models.Model):
    """A value task of the first 90 days."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=200)
    due_on = models.DateField(null=True, blank=True)
    completed_on = models.DateField(null=True, blank=True)
    completed_known_at = models.DateTimeField(null=True, blank=True)
    is_value = models.BooleanField(default=False)
    owner = models.CharField(max_length=200, blank=True, default="", db_default="")
    known_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["completed_on"], name="milestone_newest")]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="milestone_name"),
            *days_are_sane("milestone", "due_on", "completed_on"),
            *moments_are_sane("milestone", "completed_known_at", "known_at"),
        ]

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """What an account, a person or a milestone said before an import changed it.

    The table itself holds the newest state; a reader of the past puts the oldest change after its
    cut-off over it, and so sees what was known then. Rows are only ever added.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account"
        PERSON = "person"
        MILESTONE = "milestone"
        FEATURE = "feature"
        SOURCE_STATUS = "source_status"

    kind = models.CharField(max_length=13, choices=Kind.choices)
    # the account it belongs to, so that a chunk reads its own range; 0 where it belongs to none
    account_id = models.BigIntegerField()
    object_id = models.BigIntegerField()
    # the columns that changed, as they were; null: it was not there
    before = models.JSONField()
    known_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            # a night looks for the few changes that are newer than its cut-off
            models.Index(fields=["kind", "known_at", "account_id"], name="change_newer_than")
        ]
        constraints = [*moments_are_sane("change", "known_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} before {self.known_at}"
