"""Our users: CSMs, managers, admins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower


class Role(models.TextChoices):
    """What a user may see: her book, her team's books, or everything."""

    CSM = "csm", "CSM"
    MANAGER = "manager", "Manager"
    ADMIN = "admin", "Admin"


class LastAdmin(Exception):
    """Without an admin nobody could let anybody in again."""


class NoLongerAdmin(Exception):
    """Somebody took the admin's role away while she was about to use it."""


class UserManager(BaseUserManager["User"]):
    """Makes users who log in by e-mail, and finds those who may do something."""

    def active(self) -> models.QuerySet[User]:
        """Those who may log in."""
        return self.filter(is_active=True)

    def names(self, users: models.QuerySet[User]) -> list[tuple[int, str]]:
        """(key, name) of users, by name: what a list to choose from needs of them."""
        rows = users.order_by("name", "email").values_list("pk", "name", "email")
        return [(pk, name or email) for pk, name, email in rows]

    def leading(self) -> models.QuerySet[User]:
        """Active ones who may have a team."""
        return self.active().filter(role__in=[Role.MANAGER, Role.ADMIN])

    def admins(self) -> models.QuerySet[User]:
        """Those who may log in and change everything."""
        return self.active().filter(role=Role.ADMIN)

    def assignable_by(self, user: User) -> models.QuerySet[User]:
        """To whom she may give an account: her team and herself for a manager, all for an admin."""
        if user.role == Role.ADMIN:
            return self.active()
        if user.role != Role.MANAGER:
            return self.none()
        return self.active().filter(models.Q(pk=user.pk) | models.Q(manager=user))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user with a normalised e-mail; without a password she cannot log in by one."""
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An admin who may also open Django's own admin pages."""
        return self.create_user(
            email, password, role=Role.ADMIN, is_staff=True, is_superuser=True, **fields
        )


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who works for us; customers' people are `Person`."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.CSM)
    manager = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="team"
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # single keys may be in the way of an assistive technology
    shortcuts = models.BooleanField(default=True, db_default=True)
    # mails about new flags of her accounts
    alerts = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            # log-in looks a user up by e-mail whatever its case
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique"),
            models.CheckConstraint(
                name="user_role_is_known", condition=models.Q(role__in=Role.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_admin(self) -> bool:
        """Whether she may change the scorecard and start runs."""
        return self.role == Role.ADMIN

    @property
    def assigns_owners(self) -> bool:
        """Whether she may say who looks after an account."""
        return self.role in (Role.MANAGER, Role.ADMIN)

    @property
    def initials(self) -> str:
        """Two letters for the round mark beside her name."""
        words = (self.name or self.email).replace("@", " ").replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper()

    def change(self, *, by: User, name: str, role: str, manager: User | None) -> None:
        """Gives her another name, role or manager; raises LastAdmin and NoLongerAdmin."""
        with keeping_an_admin(by):
            self.name, self.role, self.manager = name, role, manager
            if role != Role.ADMIN:
                self.is_staff = self.is_superuser = False
            self.save(update_fields=["name", "role", "manager", "is_staff", "is_superuser"])

    def close(self, *, by: User) -> None:
        """From now on she cannot log in; what is hers stays. Raises LastAdmin, NoLongerAdmin."""
        with keeping_an_admin(by):
            User.objects.filter(pk=self.pk).update(is_active=False)

    def reopen(self, *, by: User) -> None:
        """Undoes `close`; raises NoLongerAdmin."""
        with keeping_an_admin(by):
            User.objects.filter(pk=self.pk).update(is_active=True)


@contextmanager
def keeping_an_admin(by: User) -> Iterator[None]:
    """A change by an admin that leaves at least one active admin; else nothing is changed.

    All admins are locked in one order, so that of two who demote each other at once the second
    is an admin no longer when her turn comes.
    """
    with transaction.atomic():
        admins = User.objects.admins().select_for_update(no_key=True).order_by("pk")
        if by.pk not in set(admins.values_list("pk", flat=True)):
            raise NoLongerAdmin
        yield
        if not User.objects.admins().exists():
            raise LastAdmin
