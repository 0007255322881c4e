"""A run's first chunk: the cut into chunks, and what the organisation says of itself."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Organisation
from metrics.failpoints import failpoint
from metrics.frames import Window, read_account_ids
from metrics.models import Run, RunChunk
from metrics.nightly.chunks import Claim, finish
from metrics.signals.base import Cadence, Portfolio, Tenant
from metrics.signals.portfolio import from_json, to_json

EVERY_ACCOUNT = 2**63 - 1


def prepare(chunk: Claim) -> None:
    """Cuts the accounts into the chunks of the first pass, and one more that adds them up."""
    run = chunk.run
    Run.objects.filter(pk=run.pk, started_at=None).update(started_at=Now())
    # a night that is made once more as it was keeps what was said then
    said = from_json(run.portfolio).tenant if run.portfolio else tenant()
    # dirty days are rolled up in the first pass, even where nobody is a customer yet
    ranges = account_ranges(run) or [(0, EVERY_ACCOUNT, 0)]
    failpoint("mid_compute", key="prepare")
    with transaction.atomic():
        finish(chunk)
        RunChunk.objects.bulk_create(
            [RunChunk(run=run, kind=RunChunk.Kind.COMBINE, lo=0, hi=0)]
            + [
                RunChunk(run=run, kind=RunChunk.Kind.SUM, lo=lo, hi=hi, accounts=count)
                for lo, hi, count in ranges
            ]
        )
        Run.objects.filter(pk=run.pk).update(
            state=Run.State.RUNNING,
            portfolio=to_json(Portfolio(tenant=said)) | {"zone": run.zone},
        )
        failpoint("after_upsert", key="prepare")
    failpoint("after_commit", key="prepare")


def account_ranges(run: Run) -> list[tuple[int, int, int]]:
    """Half-open ranges of account ids with at most CHUNK_ACCOUNTS to be scored each."""
    size: int = settings.CHUNK_ACCOUNTS
    ids = read_account_ids(window_of(run, lo=0, hi=EVERY_ACCOUNT))
    firsts = ids[::size]
    ends = [*firsts[1:], ids[-1] + 1] if ids else []
    sizes = [len(ids[i : i + size]) for i in range(0, len(ids), size)]
    return list(zip(firsts, ends, sizes, strict=True))


def tenant() -> Tenant:
    """What the organisation says of itself today; the run keeps it."""
    said = Organisation.current()
    return Tenant(
        cadence=Cadence(said.cadence),
        value_days=said.value_days,
        depth_reference=said.depth_reference,
        answer_hours=said.answer_hours,
        chat_hours=said.chat_minutes / 60,
        call_hours=said.call_seconds / 3600,
    )


def window_of(run: Run, *, lo: int, hi: int) -> Window:
    """What the run may see of a range of accounts."""
    return Window(
        day=run.business_day,
        cutoff=run.data_cutoff,
        zone=run.zone,
        lo=lo,
        hi=hi,
    )
