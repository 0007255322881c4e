"""Named places at which a test may break this process: nothing unless FAILPOINT is set.

FAILPOINT=name:kind:number or name@key:kind:number, several of them with commas between.

kill    the process ends as by kill -9, from the number-th time that it comes by
kill_all   as kill, with its whole process group: a worker and all of its children
raise   FailpointError, from the number-th time on
sleep   it waits for so many seconds, every time

A key is what the place is about (the first account of a chunk, say); without one all are meant.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

VARIABLE = "FAILPOINT"
NAMES = frozenset({
    "before_claim",
    "after_claim",
    "mid_compute",
    "after_upsert",
    "after_commit",
    "before_finalise",
    "mid_finalise",
    "after_publish",
    "ingest_mid_copy",
    "ingest_before_commit",
    "after_send",
})  # fmt: skip
_passed: Counter[str] = Counter()


class FailpointError(Exception):
    """What a place raises that was told to."""


def failpoint(name: str, *, key: object = None) -> None:
    """Breaks the process here if the environment says so. `key`: what is being worked on."""
    if wanted := os.environ.get(VARIABLE):
        for spec in wanted.split(","):
            _meet(spec, name, key)


def _meet(spec: str, name: str, key: object) -> None:
    place, kind, number = spec.strip().split(":")
    wanted, _, of = place.partition("@")
    if wanted not in NAMES or kind not in BREAKS:
        raise ValueError(f"{VARIABLE} does not understand {spec!r}")
    if wanted != name or (of and of != str(key)):
        return
    if kind == "sleep":
        time.sleep(float(number))
        return
    _passed[spec] += 1
    if _passed[spec] >= int(number):
        BREAKS[kind]()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_all() -> None:
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _raise() -> None:
    raise FailpointError


def _nothing() -> None:
    """It has waited already."""


BREAKS = {"kill": _kill, "kill_all": _kill_all, "raise": _raise, "sleep": _nothing}
