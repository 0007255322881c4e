"""Requests are taken in one after the other in each web process, and only a few may wait.

Judging a batch is Python's work, and the threads of a process share one interpreter: ten senders at
once would hold up every page, each other, and go on with work whose sender has given up long ago.
Whoever cannot be served soon is told so at once, while threads are left for people.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from metrics.api.answers import Refused

# of the 16 threads of a process, besides the one whose turn it is: seconds of a disk that is cold
# are waited for, not handed back
WAITING = 10
PATIENCE = 4.0  # seconds
COME_AGAIN = 1.0


class Turns:
    """A queue with an end."""

    def __init__(self, *, waiting: int, patience: float) -> None:
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(waiting + 1)
        self._patience = patience

    @contextmanager
    def take(self) -> Iterator[None]:
        """Waits for the turn. Raises Refused: 503 where the queue is full, or stands still."""
        if not self._places.acquire(blocking=False):
            raise _busy()
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise _busy()
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()


def _busy() -> Refused:
    text = "Too many requests are waiting: nothing of this one is stored, come again"
    return Refused(503, text, retry_after=COME_AGAIN)


turns = Turns(waiting=WAITING, patience=PATIENCE)
