"""Rows that waited for an identity which an admin has matched, or for more than a request does."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from metrics.ingest import batches
from metrics.ingest.delivery import Delivery
from metrics.ingest.replay import replay
from metrics.models import Alias
from metrics.models.heartbeats import REPLAY, Heartbeat

NO_BATCH = 0  # every row stays with its own


def take_in_matched() -> int:
    """Takes in what new aliases have placed, and what a request has left; returns how many rows.
    Safe to repeat, and cheap where there is neither. While a file is on its way nothing is done:
    the next tick does it.
    """
    new = Alias.objects.standing().filter(taken_in_at=None)
    left = Heartbeat.objects.filter(name=REPLAY)
    if not (new.exists() or left.exists()):
        return 0
    with transaction.atomic():
        if not batches.try_enter("people", NO_BATCH):
            return 0
        found = list(new.values_list("pk", flat=True))
        now = timezone.now()
        delivery = Delivery(batch_id=NO_BATCH, now=now, zone=Organisation.current().zone)
        taken = replay(delivery)
        left.delete()
        Alias.objects.filter(pk__in=found).update(taken_in_at=now)
        return taken
