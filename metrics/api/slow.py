"""Senders that take for ever: whoever has not sent the body in time is cut off.

The server reads with no limit of time, and a thread that reads is one that serves nobody else. One
watchman per process shuts the receiving side of sockets whose time is up; the read then ends short.
"""

from __future__ import annotations

import heapq
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.http import HttpRequest


class _Watchman:
    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int]] = []
        self._sockets: dict[int, socket.socket] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def watch(self, sock: socket.socket, seconds: float) -> int:
        with self._changed:
            number = next(self._numbers)
            self._sockets[number] = sock
            heapq.heappush(self._waiting, (time.monotonic() + seconds, number))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="slow-senders", daemon=True)
                self._thread.start()
            self._changed.notify()
        return number

    def forget(self, number: int) -> None:
        with self._changed:
            self._sockets.pop(number, None)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                due, number = self._waiting[0]
                left = due - time.monotonic()
                if number in self._sockets and left > 0:
                    self._changed.wait(left)
                    continue
                heapq.heappop(self._waiting)
                slow = self._sockets.pop(number, None)
            if slow is not None:
                with suppress(OSError):
                    slow.shutdown(socket.SHUT_RD)


_watchman = _Watchman()


@contextmanager
def deadline(request: HttpRequest) -> Iterator[None]:
    """What is read within must come within `HTTP_BODY_SECONDS`. Does nothing under a server that
    does not show its socket, such as that of the tests.
    """
    sock = request.META.get("gunicorn.socket")
    if not isinstance(sock, socket.socket):
        yield
        return
    number = _watchman.watch(sock, settings.HTTP_BODY_SECONDS)
    try:
        yield
    finally:
        _watchman.forget(number)
