"""Sums of a chunk as bytes, so that one worker keeps what another one adds up; and back again,
to the last bit. Pure.

A line of JSON, then the active users [A, W] as 32-bit floats: they are whole numbers or unknown.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

import numpy as np

from metrics.signals.ceilings import Stops
from metrics.signals.portfolio import Sample

USERS = np.dtype("<f4")
ARRAYS = ("user_weeks", "tickets", "tickets_by_day", "advanced_users", "advanced_use", "intro")
NUMBERS = ("rated", "satisfied", "scores", "net_promoters", "sent", "answered", "of_nobody")


def pack(sums: Sample) -> bytes:
    """The exact inverse of `unpack`."""
    found: dict[str, Any] = {
        "weeks": [week.isoformat() for week in sums.weeks],
        "arr": {currency: arr.tolist() for currency, arr in sums.arr.items()},
        "stops": _stops(sums.stops),
        **{name: getattr(sums, name).tolist() for name in ARRAYS},
        **{name: getattr(sums, name) for name in NUMBERS},
    }
    return json.dumps(found).encode() + b"\n" + sums.users.astype(USERS).tobytes()


def unpack(body: bytes) -> Sample:
    """What `pack` was given."""
    line, _, users = body.partition(b"\n")
    found = json.loads(line)
    weeks = tuple(map(dt.date.fromisoformat, found["weeks"]))
    rest: dict[str, Any] = {name: np.array(found[name], dtype=np.float64) for name in ARRAYS}
    return Sample(
        weeks=weeks,
        users=np.frombuffer(users, dtype=USERS).reshape(-1, len(weeks)),
        arr={currency: np.array(arr, np.float64) for currency, arr in found["arr"].items()},
        stops=Stops(
            cohort=tuple(found["stops"]["cohort"]),
            last=Counter(found["stops"]["last"]),
            last_flagged=Counter(found["stops"]["last_flagged"]),
            went_on=Counter({(a, b): n for a, b, n in found["stops"]["went_on"]}),
        ),
        **rest,
        **{name: found[name] for name in NUMBERS},
    )


def _stops(stops: Stops) -> dict[str, Any]:
    return {
        "cohort": stops.cohort,
        "last": stops.last,
        "last_flagged": stops.last_flagged,
        "went_on": [(*pair, n) for pair, n in stops.went_on.items()],
    }
