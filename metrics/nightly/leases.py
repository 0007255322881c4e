"""Keeping the lease of a chunk while it is worked on, and ending a work that does not end."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error, connection

from metrics.nightly.chunks import Claim

log = logging.getLogger(__name__)
LONGEST = 100.0  # seconds; a chunk takes a few
RENEW = """
UPDATE metrics_runchunk SET lease_until = now() + %s * interval '1 s'
WHERE id = %s AND state = 'leased' AND fence = %s
"""


@contextmanager
def kept(chunk: Claim) -> Iterator[None]:
    """The lease is renewed while the block runs, from a thread with a connection of its own.

    A process that is frozen or has lost the database renews nothing, and another worker takes the
    chunk over: then the fence refuses what this one makes. One that is still at it after LONGEST
    is ended as a hard time limit would, for nobody else could use its slot.
    """
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(chunk, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(chunk: Claim, done: threading.Event) -> None:
    until = time.monotonic() + LONGEST
    try:
        while not done.wait(settings.LEASE_SECONDS / 3):
            if time.monotonic() > until:
                _end(chunk)
            if not _renew(chunk):
                return
    finally:
        connection.close()


def _renew(chunk: Claim) -> bool:
    """False where the chunk is somebody else's by now; a database that is away is asked again."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(RENEW, [settings.LEASE_SECONDS, chunk.chunk_id, chunk.fence])
            return bool(cursor.rowcount == 1)
    except Error as error:
        log.warning("run %s chunk %s: lease not renewed: %s", chunk.run.pk, chunk.chunk_id, error)
        connection.close()
        return True


def _end(chunk: Claim) -> None:
    log.error(
        "run %s chunk %s is not done after %.0f s: its process is ended",
        chunk.run.pk,
        chunk.chunk_id,
        LONGEST,
    )
    os.kill(os.getpid(), signal.SIGKILL)
