"""Sources that fell silent are late, and live again once they have spoken: nobody has to say so."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max

from accounts.models import Change, Organisation
from metrics.ingest import batches
from metrics.ingest.changes import Changes
from metrics.ingest.delivery import Delivery
from metrics.models import Batch, Expectation, SourceStatus
from metrics.models.expectations import last_records

EVERY = dt.timedelta(minutes=15)
NO_BATCH = 0  # whose spans are opened and ended here, and nowhere else
# rows of usage say which days they are of; of the others a file without news is a sign of life
SPEAKS_BY_RECORDS = "usage"


def notice_silence(now: dt.datetime) -> None:
    """Opens spans in which a watched source is late, and ends them once it has spoken, watched or
    not by then. Cheap when it was done just now. While a file is on its way nothing is done: the
    next tick does it.
    """
    known = Expectation.objects.all()
    stale = [one for one in known if one.looked_at is None or one.looked_at <= now - EVERY]
    if not stale:
        return
    organisation = Organisation.current()
    day = organisation.day_of(now)
    with transaction.atomic():
        if not batches.try_enter("source_status", NO_BATCH):
            return
        heard = _heard(organisation)
        delivery = Delivery(batch_id=NO_BATCH, now=now, zone=organisation.zone)
        for one in stale:
            if one.source in heard:
                _judge(one, heard[one.source], day, delivery)
        Expectation.objects.filter(pk__in=[one.pk for one in stale]).update(looked_at=now)


def _heard(organisation: Organisation) -> dict[str, dt.date]:
    """Source -> the newest day on which it is known to have lived."""
    heard = last_records(organisation.timezone)
    done = Batch.objects.filter(state=Batch.State.FINISHED).exclude(source=SPEAKS_BY_RECORDS)
    for source, at in done.order_by().values_list("source").annotate(Max("finished_at")):
        delivered = organisation.day_of(at)
        heard[source] = max(heard.get(source, delivered), delivered)
    return heard


def _judge(one: Expectation, heard: dt.date, day: dt.date, delivery: Delivery) -> None:
    first = heard + dt.timedelta(days=1)
    own = SourceStatus.objects.filter(source=one.source, account=None)
    span = own.filter(to_day=None, batch_id=NO_BATCH).first()
    if span and heard >= span.from_day:
        _change(span, {"to_day": heard}, delivery)
        span = None
    if span is None and one.is_silent(heard, day) and not own.filter(from_day=first).exists():
        own.create(
            source=one.source,
            from_day=first,
            state=SourceStatus.State.LATE,
            known_at=delivery.now,
            batch_id=NO_BATCH,
        )


def _change(span: SourceStatus, new: dict[str, dt.date], delivery: Delivery) -> None:
    """Changes a span and keeps what it said before: past nights are read as they were known."""
    changes = Changes(Change.Kind.SOURCE_STATUS, delivery)
    before = {name: getattr(span, name) for name in new}
    changes.note(span.pk, account_id=0, before=before)
    changes.write()
    SourceStatus.objects.filter(pk=span.pk).update(**new)
