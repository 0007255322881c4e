"""The portfolio's rows of a run, range by range, before the run is published.

Nobody sees them until then: pages read the rows of the published run alone.
"""

from __future__ import annotations

from django.db import transaction

from metrics.failpoints import failpoint
from metrics.models import AccountCurrent, Run
from metrics.nightly.chunks import Claim, finish
from metrics.nightly.current import write_current


def show_rows(chunk: Claim) -> None:
    """Writes the rows of a range, where the run will be the newest that is published."""
    key = f"show-{chunk.lo}"
    failpoint("mid_compute", key=key)
    with transaction.atomic():
        finish(chunk)
        if is_newest(chunk.run):
            write_current(chunk.run, lo=chunk.lo, hi=chunk.hi)
        failpoint("after_upsert", key=key)
    failpoint("after_commit", key=key)


def is_newest(run: Run) -> bool:
    """Whether no later day is published."""
    return not Run.objects.published().filter(business_day__gt=run.business_day).exists()


def is_shown(run: Run) -> bool:
    """Whether all rows stand there, and no day before was published since the run began: changes
    and sparklines rest on it.
    """
    since = Run.objects.published().filter(finished_at__gt=run.started_at)
    rows = AccountCurrent.objects.filter(run_id=run.pk)
    return rows.count() == run.accounts and not since.exclude(pk=run.pk).exists()
