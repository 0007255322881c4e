"""Once more where somebody else was in the way; nothing is left of the try before."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

T = TypeVar("T")
TRIES = 3
LOCKED = {"40P01", "40001", "55P03"}  # deadlock, serialization failure, lock not available
AWAY = (OperationalError, InterfaceError)
FASTER = {"23505"}  # a row that another door was faster with


class Passing(Exception):
    """What a work raises that would succeed if it began anew."""


def again(work: Callable[[], T], *, longest: float = 1.0) -> T:
    """What `work` returns, a transaction of its own, tried up to three times; between two tries it
    waits a random time of at most `longest` seconds, to step out of the way.
    """
    for left in reversed(range(TRIES)):
        try:
            return work()
        except (Error, Passing) as error:
            if left == 0 or connection.in_atomic_block or not _is_passing(error):
                raise
            time.sleep(random.uniform(0.1, 1.0) * longest)  # noqa: S311
    raise AssertionError("the last try either returns or raises")


def is_locked_out(error: BaseException) -> bool:
    """Whether somebody else held what the work needed: nothing is wrong with the work itself."""
    return _state(error) in LOCKED


def is_cut_off(error: BaseException) -> bool:
    """Whether the database was away, or let go of the connection."""
    return isinstance(error, AWAY)


def _is_passing(error: Exception) -> bool:
    return isinstance(error, Passing) or _state(error) in LOCKED | FASTER


def _state(error: BaseException) -> str | None:
    """The SQLSTATE, which the driver's own error has."""
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    return state
