"""Versions of the scorecard. A published version never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Max, Q
from django.utils import timezone

from metrics.scoring.assign import claimed
from metrics.scoring.config import ConfigError, ScorecardConfig
from metrics.signals.defaults import read_config

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

    def of(self, line: str) -> ScorecardQuerySet:
        """Versions of one line, the draft too."""
        return self.filter(line=line)

    def live(self, line: str = DEFAULT_LINE) -> Scorecard:
        """The version that new runs use. The default line has always one: a migration makes the
        first. Raises DoesNotExist for a line that was never published.
        """
        return self.published().of(line)[:1].get()

    def newest(self) -> ScorecardQuerySet:
        """The live version of every line."""
        return self.published().order_by("line", "-version").distinct("line")

    def in_force(self) -> list[Scorecard]:
        """What a new run uses: the default's live version, then those of the other lines by name.

        A line whose live version is for nobody is retired and left out.
        """
        cards = [card for card in self.newest() if not card.is_retired]
        return sorted(cards, key=lambda card: in_order(card.line))

    def draft(self, line: str = DEFAULT_LINE) -> Scorecard | None:
        """The one draft of a line, if somebody began it."""
        return self.of(line).filter(state="draft").first()

    def start_draft(
        self, base: Scorecard, *, by: User | None, line: str = "", body: Any = None
    ) -> Scorecard:
        """The line's draft, begun from `base` unless there is one already.

        line: that of `base` unless said otherwise; body: what it begins with instead of base's.
        """
        line = line or base.line
        with transaction.atomic():
            list(self.select_for_update().filter(pk=base.pk))
            draft = self.draft(line)
            if draft:
                return draft
            top = self.of(line).aggregate(top=Max("version"))["top"] or 0
            return self.create(
                line=line,
                version=top + 1,
                body=base.body if body is None else body,
                based_on=base,
                created_by=by,
            )


def in_order(line: str) -> tuple[bool, str]:
    """Sorts the default first, then by name: the order in which a night asks."""
    return line != DEFAULT_LINE, line


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

    @property
    def is_retired(self) -> bool:
        """Whether this version is for nobody: the line's accounts have the default again."""
        applies_to = self.body.get("applies_to", {})
        return self.line != DEFAULT_LINE and not any(applies_to.values())

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
        """Make the draft the live, immutable version.

        Raises StaleEdition, and ConfigError where it is for accounts that another line is for.
        """
        with transaction.atomic():
            # one publisher at a time, of whatever line: two could claim the same accounts
            default = Scorecard.objects.of(DEFAULT_LINE).order_by("pk")
            list(default.select_for_update()[:1])
            before = {card.line: card for card in Scorecard.objects.in_force()}
            self._advance(
                edition=edition,
                state=self.State.PUBLISHED,
                published_at=timezone.now(),
                published_by=by,
                reason=reason.strip(),
            )
            problems = claim_problems(self.line, read_config(self.body), before)
            if problems:
                raise ConfigError(problems)

    def roll_back(self, *, live: int, by: User | None, reason: str) -> Scorecard:
        """Publish a copy of this old version as the newest one of its line, and return it.

        live: the version that she saw as the live one. Raises StaleEdition where another one is
        live by now or a draft is open, and ConfigError like `publish`.
        """
        with transaction.atomic():
            line = Scorecard.objects.of(self.line).order_by("pk")
            list(line.select_for_update()[:1])  # one at a time
            if Scorecard.objects.live(self.line).version != live or line.draft(self.line):
                raise StaleEdition
            copy = Scorecard.objects.start_draft(self, by=by)
            copy.publish(edition=copy.edition, by=by, reason=reason)
        return copy

    def discard(self, *, edition: int) -> None:
        """Delete the draft; raises StaleEdition where somebody was faster."""
        gone, _ = Scorecard.objects.filter(
            pk=self.pk, state=self.State.DRAFT, edition=edition
        ).delete()
        if not gone:
            raise StaleEdition


def claim_problems(
    line: str, config: ScorecardConfig, others: Mapping[str, Scorecard]
) -> dict[str, str]:
    """Why a version of `line` cannot be published beside the lines in force: place -> problem."""
    is_for_somebody = bool(config.segments or config.plans)
    if line == DEFAULT_LINE:
        problem = "the default line is for everybody else and names no segment and no plan"
        return {"applies_to": problem} if is_for_somebody else {}
    if not is_for_somebody and line not in others:
        return {"applies_to": "name at least one segment or plan that the line is for"}
    configs = {
        name: read_config(card.body)
        for name, card in others.items()
        if name not in (DEFAULT_LINE, line)
    }
    problems: dict[str, str] = {}
    for kind, text, other in claimed(config, configs):
        place, problem = f"applies_to.{kind}s", f"{text!r} belongs to {others[other]} already"
        problems[place] = f"{problems[place]}; {problem}" if place in problems else problem
    return problems
