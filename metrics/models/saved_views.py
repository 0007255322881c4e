"""Views of the portfolio under a name: an address, never rows."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Adjectives for saved views."""

    def visible_to(self, user: User) -> SavedViewQuerySet:
        """Her own and those that somebody shared, by name."""
        return self.filter(Q(owner=user) | Q(is_shared=True)).order_by("name", "pk")

    def keep(self, owner: User, name: str, *, query: str, is_shared: bool) -> SavedView:
        """One of hers by this name shows `query` from now on."""
        values = {"query": query, "is_shared": is_shared}
        return self.update_or_create(owner=owner, name=name, defaults=values)[0]


class SavedView(models.Model):
    """Filters, order and columns of the portfolio under a name: an address, never rows."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name"),
            models.CheckConstraint(name="saved_view_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    def rename(self, name: str) -> bool:
        """False where another one of hers is called so."""
        try:
            with transaction.atomic():
                return bool(SavedView.objects.filter(pk=self.pk).update(name=name))
        except IntegrityError:
            return False

    def share(self, *, is_shared: bool) -> None:
        """Everybody sees it, or nobody but her."""
        SavedView.objects.filter(pk=self.pk).update(is_shared=is_shared)
