"""The ledger of nightly runs: the only truth about what is calculated and what is missing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import Organisation
from metrics.models.scorecards import Scorecard
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Tenant
from metrics.signals.defaults import read_config
from metrics.signals.evaluate import for_cadence
from metrics.signals.portfolio import from_json

if TYPE_CHECKING:
    from metrics.models.scores import Snapshot


LONG = dt.timedelta(minutes=30)  # for a night to stand still: somebody is told
MANY_CLAIMS = 10  # of a chunk that came to nothing and cost no attempt


class RunQuerySet(models.QuerySet["Run"]):
    """Adjectives for runs."""

    def published(self) -> RunQuerySet:
        """One run per business day: the revision that pages show."""
        return self.filter(is_published=True)

    def open(self) -> RunQuerySet:
        """Waiting or running."""
        return self.filter(state__in=Run.OPEN_STATES)

    def held_up(self) -> RunQuerySet:
        """Nights that are open for long because a chunk of theirs waits for an import or a lock."""
        stands = RunChunk.objects.filter(
            run=OuterRef("pk"), state=RunChunk.State.NEW, fence__gte=F("attempts") + MANY_CLAIMS
        )
        old = self.open().filter(kind=Run.Kind.NIGHTLY, created_at__lt=Now() - LONG)
        return old.filter(Exists(stands)).order_by("business_day")

    def with_work(self) -> RunQuerySet:
        """Those that a worker has something to do for."""
        return self.filter(Q(state__in=Run.OPEN_STATES) | Q(are_rows_stale=True))

    def latest_published(self) -> Run | None:
        """The night that pages show; every page picks it once and reads only its rows."""
        return self.published().select_related("scorecard").order_by("-business_day").first()

    def of_day(self, day: dt.date, *, revision: int | None = None) -> Run | None:
        """The published run of a day, or one of its revisions once it is finished."""
        which = Q(is_published=True)
        if revision is not None:
            which = Q(revision=revision, state__in=Run.STORED_STATES)
        return self.filter(which, business_day=day).first()

    def request(
        self,
        day: dt.date,
        *,
        kind: str,
        scorecard: Scorecard,
        data_cutoff: dt.datetime,
        code_version: str,
        reason: str = "",
        like: Run | None = None,
    ) -> Run:
        """A new revision of `day` in the ledger, or the one that is already open.

        The row is all that is needed: a worker or the next tick finds it, whatever becomes of
        the wake-up message. It pins the other lines' live versions too: what is published while
        the run works does not touch it. `like`: with that run's scorecards, and with what the
        organisation said of itself then.

        A recalculation that nobody has begun becomes what is asked for last: a night is not late
        because its day waits at the end of a year's. One that is at work, and a night, stay what
        they are, and say so as `is_in_the_way`.
        """
        wish: dict[str, Any] = {
            "kind": kind,
            "scorecard": like.scorecard if like else scorecard,
            "other_scorecards": like.other_scorecards
            if like
            else [card.pk for card in Scorecard.objects.in_force()[1:]],
            "portfolio": like.portfolio if like else None,
            "data_cutoff": data_cutoff,
            "code_version": code_version,
            "reason": reason,
        }
        with transaction.atomic():
            Scorecard.objects.select_for_update().get(pk=scorecard.pk)  # one requester at a time
            already = self.open().filter(business_day=day).first()
            if already:
                already.take_over(wish)
                return already
            last = self.filter(business_day=day).aggregate(last=Max("revision"))["last"] or 0
            run = self.create(business_day=day, revision=last + 1, **wish)
            RunChunk.objects.create(run=run, kind=RunChunk.Kind.PREPARE, lo=0, hi=0)
            return run


class Run(models.Model):
    """One night's calculation of one business day. A later one of the same day is a revision."""

    class Kind(models.TextChoices):
        NIGHTLY = "nightly"
        RECALCULATION = "recalculation"

    class State(models.TextChoices):
        NEW = "new", "Waiting"
        RUNNING = "running", "Running"
        COMPLETE = "complete", "Complete"
        PARTIAL = "partial", "Partial"
        FAILED = "failed", "Failed"

    OPEN_STATES = (State.NEW, State.RUNNING)
    STORED_STATES = (State.COMPLETE, State.PARTIAL)
    # more than of a chunk: a night that only cannot be published is nearly there
    MAX_PUBLISHING = 20
    # attempts after which it is no lock that passes
    MANY_PUBLISHING = 12

    # of a run that request() found: it is not, and will not be, what was asked for
    is_in_the_way = False

    kind = models.CharField(max_length=13, choices=Kind.choices, default=Kind.NIGHTLY)
    business_day = models.DateField()
    revision = models.IntegerField(default=1)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    # for every account that none of the others is for
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="runs")
    # ids of the other lines' versions, in the order in which they are asked
    other_scorecards = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    # only facts known by this moment are read
    data_cutoff = models.DateTimeField()
    code_version = models.CharField(max_length=40)
    # season index, priors, medians: made once before any account is scored, so that chunks are
    # independent of one another and a past night can be made again
    portfolio = models.JSONField(null=True)
    # ids of the nights before in the revisions that were published by then: made again and
    # published while this run is at work, they must not be read by some chunks alone
    past = ArrayField(models.BigIntegerField(), null=True)
    is_published = models.BooleanField(default=False)
    # a day before was published since the portfolio's rows were written: of the newest day alone
    are_rows_stale = models.BooleanField(default=False, db_default=False)
    accounts = models.IntegerField(default=0)
    scored = models.IntegerField(default=0)
    grey = models.IntegerField(default=0)
    # attempts, counted before each; then those of rewriting its stale rows
    publishing = models.SmallIntegerField(default=0, db_default=0)
    publish_after = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-business_day", "-revision"], name="run_newest_day")]
        constraints = [
            models.UniqueConstraint(fields=["business_day", "revision"], name="run_revision_once"),
            # two ticks, two beats or two admins can never start the same day twice
            models.UniqueConstraint(
                fields=["business_day"],
                condition=Q(state__in=["new", "running"]),
                name="run_one_open_per_day",
            ),
            models.UniqueConstraint(
                fields=["business_day"],
                condition=Q(is_published=True),
                name="run_one_published_per_day",
            ),
            models.CheckConstraint(
                name="run_counts_add_up",
                condition=~Q(state="complete") | Q(accounts=F("scored") + F("grey")),
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.business_day}"

    @property
    def tenant(self) -> Tenant:
        """What the organisation said of itself when the run was made."""
        return from_json(self.portfolio or {}).tenant

    @property
    def zone(self) -> str:
        """The time zone whose days it counts in: that of its night, made again or not."""
        return str((self.portfolio or {}).get("zone") or Organisation.current().timezone)

    def take_over(self, wish: dict[str, Any]) -> None:
        """Becomes what is asked for now where nobody has begun it; call it inside a transaction."""
        waits = self.chunks.filter(kind=RunChunk.Kind.PREPARE, state=RunChunk.State.NEW)
        # a worker that claims it passes over a row that is locked, and the other way round
        is_free = self.kind == Run.Kind.RECALCULATION and (
            waits.select_for_update(skip_locked=True).first() is not None
        )
        if is_free:
            # how long it has waited counts from now on
            Run.objects.filter(pk=self.pk).update(**wish, created_at=Now())
            self.refresh_from_db()
        else:
            self.is_in_the_way = any(
                getattr(self, name) != wish[name]
                for name in ("scorecard", "other_scorecards", "data_cutoff")
            )

    def line(self, *, seconds: float) -> dict[str, Any]:
        """What a command prints of a run, as JSON."""
        return {
            "day": self.business_day.isoformat(),
            "run": self.pk,
            "state": self.state,
            "accounts": self.accounts,
            "scored": self.scored,
            "grey": self.grey,
            "seconds": round(seconds, 3),
        }


def old_config(before: Snapshot, after: Snapshot) -> ScorecardConfig | None:
    """The earlier snapshot's scorecard as it was read that night, where the later one has another
    or people were expected in another rhythm; None where they share both.
    """
    runs = Run.objects.in_bulk([before.run_id, after.run_id])
    was, now = (runs[snapshot.run_id].tenant.cadence for snapshot in (before, after))
    if before.scorecard_id == after.scorecard_id and was is now:
        return None
    card = Scorecard.objects.get(pk=before.scorecard_id)
    return for_cadence(read_config(card.body), was)


class RunChunk(models.Model):
    """The part of a run that one worker does at a time, held by a lease."""

    class Kind(models.TextChoices):
        PREPARE = "prepare"  # the run's first: cuts its accounts into ranges
        SUM = "sum"  # of a range: rollups of dirty days, sums for the portfolio's inputs
        COMBINE = "combine"  # once no sum is open: the portfolio's inputs
        SCORE = "score"  # of a range
        SHOW = "show"  # of a range, once no score is open: the portfolio's rows

    class State(models.TextChoices):
        NEW = "new"
        LEASED = "leased"
        DONE = "done"
        DEAD = "dead"

    MAX_ATTEMPTS = 5

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="chunks")
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.SCORE)
    # account ids lo <= id < hi
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    accounts = models.IntegerField(default=0)
    state = models.CharField(max_length=6, choices=State.choices, default=State.NEW)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=200, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            # the claim looks only at chunks that are not finished
            models.Index(
                fields=["run", "lo"],
                name="run_chunk_open",
                condition=Q(state__in=["new", "leased"]),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "lo"], name="run_chunk_once"),
            models.CheckConstraint(
                name="run_chunk_attempts_are_capped", condition=Q(attempts__lte=5)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} chunk {self.lo}-{self.hi} of run {self.run_id}"


class ChunkSums(models.Model):
    """What a chunk of the first pass found, until the run's portfolio inputs are made of it."""

    chunk = models.OneToOneField(
        RunChunk, primary_key=True, on_delete=models.CASCADE, related_name="sums"
    )
    body = models.BinaryField()  # see metrics.signals.sums

    def __str__(self) -> str:
        return f"sums of chunk {self.chunk_id}"
