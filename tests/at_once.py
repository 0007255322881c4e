"""Many at once, each in a thread with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T]:
    """What all of them return, in the order in which they ended; none may raise."""
    found: list[T] = []
    errors: list[BaseException] = []
    ready = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> None:
        try:
            ready.wait()
            found.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return found
