"""Facts as they were learnt.

A ticket, a training record and a survey live on: each later state is a new version with its own
`known_at`, and `is_latest` marks the newest. A score as of a moment reads the newest version
known by then.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from accounts.models.customers import Account, Person, days_are_sane, moments_are_sane


class Feature(models.Model):
    """A part of the product that people can use."""

    class Level(models.TextChoices):
        CORE = "core"
        INTERMEDIATE = "intermediate"
        ADVANCED = "advanced"

    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    level = models.CharField(max_length=12, choices=Level.choices, default=Level.CORE)
    personas = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    released_on = models.DateField(null=True, blank=True)
    # False: seen in usage, never described; it counts as a core feature for everybody
    is_declared = models.BooleanField(default=True)
    # before this day one that was never described is not there
    first_used_on = models.DateField(null=True, blank=True, editable=False)
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [*days_are_sane("feature", "released_on")]

    def __str__(self) -> str:
        return self.name


class UsageEvent(models.Model):
    """One use of the product, or a count of uses of one feature at one moment."""

    # The ingest has just looked these ids up, and nothing deletes them: checking each once more
    # costs half of a bulk load. The index by account and day serves what reads by account.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    # no person: the source does not say who; no feature: a log-in
    person = models.ForeignKey(
        Person,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    feature = models.ForeignKey(
        Feature,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    occurred_at = models.DateTimeField()
    # the organisation's local day, fixed at import so that rollups never convert zones
    day = models.DateField()
    count = models.BigIntegerField(default=1)
    # md5 of the event id, or of the whole row where there is none
    event_key = models.UUIDField()
    known_at = models.DateTimeField()
    batch_id = models.BigIntegerField()

    class Meta:
        indexes = [
            # rollups of dirty (account, day), and features used in a window
            models.Index(fields=["account", "day"], name="usage_account_day"),
            # an undo looks for the rows of a batch; they lie together, so that blocks suffice
            BrinIndex(fields=["batch_id"], name="usage_batch"),
        ]
        constraints = [
            # the key alone: an id that comes again for another account is a conflict as well
            models.UniqueConstraint(fields=["event_key"], name="usage_event_once"),
            models.CheckConstraint(
                name="usage_count_is_sane", condition=Q(count__gte=1, count__lt=10**12)
            ),
            *days_are_sane("usage", "day"),
            *moments_are_sane("usage", "occurred_at", "known_at"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.occurred_at}"


class TrainingRecord(models.Model):
    """A person's state in a course."""

    class Status(models.TextChoices):
        ASSIGNED = "assigned"
        ENROLLED = "enrolled"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"
        PASSED = "passed"
        FAILED = "failed"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="training")
    external_id = models.CharField(max_length=200)
    course = models.CharField(max_length=200)
    persona = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=11, choices=Status.choices)
    completed_at = models.DateTimeField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    known_at = models.DateTimeField()
    is_latest = models.BooleanField(default=True)
    batch_id = models.BigIntegerField()

    class Meta:
        # the page of sources asks for the newest record, here and below
        indexes = [models.Index(fields=["completed_at"], name="training_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id", "account"],
                condition=Q(is_latest=True),
                name="training_latest_once",
            ),
            models.CheckConstraint(
                name="training_score_is_finite",
                condition=Q(score__gt=-1e12, score__lt=1e12) | Q(score__isnull=True),
            ),
            *moments_are_sane("training", "completed_at", "known_at"),
        ]

    def __str__(self) -> str:
        return f"{self.course}: {self.status}"


class Ticket(models.Model):
    """A support ticket."""

    class Maturity(models.TextChoices):
        INTRO = "intro"
        ADVANCED = "advanced"
        UNKNOWN = "unknown"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    external_id = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    first_answer_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    severity = models.CharField(max_length=20, blank=True)
    topic = models.CharField(max_length=200, blank=True)
    maturity = models.CharField(max_length=8, choices=Maturity.choices, default=Maturity.UNKNOWN)
    escalated = models.BooleanField(default=False)
    reopens = models.IntegerField(default=0)
    channel = models.CharField(max_length=40, blank=True)
    csat = models.FloatField(null=True, blank=True)
    comment = models.TextField(blank=True)
    known_at = models.DateTimeField()
    is_latest = models.BooleanField(default=True)
    batch_id = models.BigIntegerField()

    class Meta:
        indexes = [
            # frames and the account page read a window of one account
            models.Index(fields=["account", "opened_at"], name="ticket_account_opened"),
            models.Index(fields=["opened_at"], name="ticket_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id", "account"],
                condition=Q(is_latest=True),
                name="ticket_latest_once",
            ),
            models.CheckConstraint(
                name="ticket_csat_is_1_to_5",
                condition=Q(csat__gte=1, csat__lte=5) | Q(csat__isnull=True),
            ),
            models.CheckConstraint(
                name="ticket_reopens_are_sane",
                condition=Q(reopens__gte=0, reopens__lt=10_000),
            ),
            *moments_are_sane("ticket", "opened_at", "first_answer_at", "solved_at", "known_at"),
        ]

    def __str__(self) -> str:
        return self.external_id


class Survey(models.Model):
    """A survey that was sent, and its answer once there is one."""

    class Kind(models.TextChoices):
        NPS = "nps"
        CSAT = "csat"
        CES = "ces"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    comment = models.TextField(blank=True)
    # when we came back to the person about her answer
    followed_up_at = models.DateTimeField(null=True, blank=True)
    known_at = models.DateTimeField()
    is_latest = models.BooleanField(default=True)
    batch_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["sent_at"], name="survey_newest_sent"),
            models.Index(fields=["answered_at"], name="survey_newest_answered"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id", "account"],
                condition=Q(is_latest=True),
                name="survey_latest_once",
            ),
            models.CheckConstraint(
                name="survey_score_is_0_to_10",
                condition=Q(score__gte=0, score__lte=10) | Q(score__isnull=True),
            ),
            models.CheckConstraint(
                name="survey_was_sent_or_answered",
                condition=Q(sent_at__isnull=False) | Q(answered_at__isnull=False),
            ),
            *moments_are_sane("survey", "sent_at", "answered_at", "followed_up_at", "known_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


class SourceStatus(models.Model):
    """What we know of a source over a span of days, everywhere or for one account."""

    class State(models.TextChoices):
        LIVE = "live"
        LATE = "late"
        BROKEN = "broken"
        NOT_BOUGHT = "not_bought"

    source = models.CharField(max_length=20)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    from_day = models.DateField()
    # exclusive; open while empty
    to_day = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    known_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "account", "from_day"],
                nulls_distinct=False,
                name="source_status_span",
            ),
            models.CheckConstraint(
                name="source_status_ends_after_start",
                condition=Q(to_day__gte=F("from_day")) | Q(to_day__isnull=True),
            ),
            *days_are_sane("source_status", "from_day", "to_day"),
            *moments_are_sane("source_status", "known_at"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.state} from {self.from_day}"
