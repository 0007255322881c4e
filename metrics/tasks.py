"""Celery doors: what there is to do stands in the ledger, a message only says "look"."""

from __future__ import annotations

import logging
import os
import socket

# imported in the parent, so that prefork children share it
import pandas as pd  # noqa: F401
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from metrics import nightly
from metrics.models import Run

log = logging.getLogger(__name__)
WORK_SECONDS = 60


def owner() -> str:
    """Who holds a lease: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def wake_workers() -> None:
    """Wakes the workers once the transaction is committed. A broker that is down costs a minute:
    the next tick finds the same rows in the ledger.
    """
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    try:
        work_runs.apply_async(retry=False, expires=600)
    except work_runs.OperationalError as error:
        log.warning("no worker was woken, the next tick will do it: %s", error)


@shared_task
def tick() -> None:
    """Every 60 s: asks the ledger which nights are missing, and wakes the workers."""
    nightly.ensure_runs(timezone.now())
    if Run.objects.open().exists():
        wake_workers()


@shared_task
def work_runs() -> None:
    """Does chunks for a minute at most; calls again where more is left to claim."""
    if nightly.work(owner(), seconds=WORK_SECONDS, wake=wake_workers).more:
        wake_workers()
