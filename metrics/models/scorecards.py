"""Versions of the scorecard. A published version never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Max, Q
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User


DEFAULT_LINE = "default"


class StaleEdition(Exception):
    """Somebody else saved or published the draft since this form was opened."""


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    """Adjectives for scorecards."""

    def published(self) -> ScorecardQuerySet:
        """Versions that never change again, newest first."""
        return self.filter(state="published").order_by("-version")

    def live(self) -> Scorecard:
        """The version that new runs use. There is always one: a migration makes the first."""
        return self.published()[0]

    def draft(self) -> Scorecard | None:
        """The one draft, if somebody began it."""
        return self.filter(state="draft").first()

    def start_draft(self, base: Scorecard, *, by: User | None) -> Scorecard:
        """The draft, begun from `base` unless there is one already."""
        with transaction.atomic():
            list(self.select_for_update().filter(pk=base.pk))
            draft = self.draft()
            if draft:
                return draft
            top = self.aggregate(top=Max("version"))["top"] or 0
            return self.create(version=top + 1, body=base.body, based_on=base, created_by=by)


class Scorecard(models.Model):
    """One version: a draft that an admin edits, or a published, immutable one.

    `body` is the text form of `metrics.scoring.config.ScorecardConfig`.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"

    # several lines of versions may live side by side; each says in its body whom it is for
    line = models.SlugField(max_length=40, default=DEFAULT_LINE, db_default=DEFAULT_LINE)
    version = models.IntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    body = models.JSONField()
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    # rises with every save of a draft: two admins who edit at once are told
    edition = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(blank=True)

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        constraints = [
            # one draft at a time: everybody edits the same one and sees the same preview
            models.UniqueConstraint(
                fields=["line"], condition=Q(state="draft"), name="scorecard_one_draft"
            ),
            models.UniqueConstraint(fields=["line", "version"], name="scorecard_version_once"),
            models.CheckConstraint(
                name="scorecard_published_with_reason",
                condition=Q(state="draft") | (Q(published_at__isnull=False) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}" if self.line == DEFAULT_LINE else f"{self.line} v{self.version}"

    def _advance(self, *, edition: int, **fields: Any) -> None:
        """Claim, then act: only the holder of the newest edition changes the draft."""
        changed = Scorecard.objects.filter(
            pk=self.pk, state=self.State.DRAFT, edition=edition
        ).update(edition=edition + 1, saved_at=timezone.now(), **fields)
        if not changed:
            raise StaleEdition
        self.refresh_from_db()

    def save_draft(self, body: dict[str, Any], *, edition: int) -> None:
        """Store a checked body; raises StaleEdition where somebody was faster."""
        self._advance(edition=edition, body=body)

    def publish(self, *, edition: int, by: User | None, reason: str) -> None:
        """Make the draft the live, immutable version; raises StaleEdition."""
        self._advance(
            edition=edition,
            state=self.State.PUBLISHED,
            published_at=timezone.now(),
            published_by=by,
            reason=reason.strip(),
        )

    def discard(self, *, edition: int) -> None:
        """Delete the draft; raises StaleEdition where somebody was faster."""
        gone, _ = Scorecard.objects.filter(
            pk=self.pk, state=self.State.DRAFT, edition=edition
        ).delete()
        if not gone:
            raise StaleEdition
