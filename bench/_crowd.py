"""The crowd of `bench load`: what locust runs. 50 CSMs and the systems that send events.

Its plan is the JSON file named by LOAD_PLAN: cookies of CSMs with their accounts, write keys,
people, how many events a second. What it saw goes into the file named by LOAD_SEEN: every answer's
time and code, what was accepted, and how much of a core the crowd itself took.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import random
import resource
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import gevent
from locust import between, constant_throughput, events, task
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

PLAN: dict[str, Any] = json.loads(Path(os.environ["LOAD_PLAN"]).read_text(encoding="utf-8"))
SEEN = Path(os.environ["LOAD_SEEN"])
CSMS = itertools.cycle(PLAN["csms"])
KEYS = itertools.cycle(PLAN["keys"])
EVENTS = itertools.count(1)
CHANCE = random.Random(5)  # noqa: S311  # a crowd, not a secret
SIGNALS = [f"S{number:02d}" for number in range(1, 25)]
FILTERS = ("?band=red&sort=-30d", "?band=amber&sort=-arr", "?q=synthetic 1", "?page=2")
LATE = 0.05  # of the events are of yesterday: their day has to be rolled up again
TIMEOUT = 10.0

times: defaultdict[str, list[float]] = defaultdict(list)
codes: defaultdict[str, Counter[str]] = defaultdict(Counter)
counted: Counter[str] = Counter()
began = time.monotonic()


class Csm(FastHttpUser):  # type: ignore[misc]
    """Looks at her book of accounts, thinks for five to ten seconds, looks again."""

    fixed_count = len(PLAN["csms"])
    wait_time = between(5, 10)
    network_timeout = connection_timeout = TIMEOUT

    def on_start(self) -> None:
        """Every CSM is another one, already logged in."""
        mine = next(CSMS)
        self.accounts: list[int] = mine["accounts"]
        self.headers = {"Cookie": mine["cookie"]}

    def look(self, path: str, name: str, *, fragment: bool = False) -> None:
        """A page, or the part of it that a filter changes."""
        more = {"HX-Request": "true"} if fragment else {}
        self.client.get(path, name=name, headers=self.headers | more, allow_redirects=False)

    @task(30)
    def portfolio(self) -> None:
        self.look("/", "portfolio")

    @task(24)
    def filtered(self) -> None:
        self.look(f"/{CHANCE.choice(FILTERS)}", "portfolio, filtered", fragment=True)

    @task(30)
    def account(self) -> None:
        self.look(f"/accounts/{CHANCE.choice(self.accounts)}/", "account")

    @task(15)
    def evidence(self) -> None:
        account, signal = CHANCE.choice(self.accounts), CHANCE.choice(SIGNALS)
        self.look(f"/accounts/{account}/signals/{signal}/", "evidence", fragment=True)

    @task(1)
    def export(self) -> None:
        self.look("/portfolio.csv", "export")


class Sender(FastHttpUser):  # type: ignore[misc]
    """One of the systems that send a batch a second each, whatever the answers take."""

    fixed_count = max(1, PLAN["rate"] // PLAN["batch"])
    wait_time = constant_throughput(1)
    network_timeout = connection_timeout = TIMEOUT

    def on_start(self) -> None:
        self.key = next(KEYS)
        gevent.sleep(CHANCE.random())  # systems that know nothing of one another keep no step

    @task
    def batch(self) -> None:
        now = dt.datetime.now(dt.UTC)
        body = {
            "writeKey": self.key,
            "sentAt": now.isoformat(),
            "batch": [call(now) for _ in range(PLAN["batch"])],
        }
        counted["sent"] += PLAN["batch"]
        with self.client.post("/v1/batch", json=body, name="/v1/batch", catch_response=True) as got:
            if got.status_code == 200:
                said = got.json()
                for name in ("received", "accepted", "duplicate", "quarantined"):
                    counted[name] += said[name]


def call(now: dt.datetime) -> dict[str, Any]:
    """Somebody used something."""
    account, person = CHANCE.choice(PLAN["people"])
    at = now - dt.timedelta(days=1) if CHANCE.random() < LATE else now
    return {
        "type": "track",
        "messageId": f"{PLAN['name']}-{next(EVENTS)}",
        "userId": person,
        "event": f"feature-{CHANCE.randint(1, 12)}",
        "timestamp": at.isoformat(),
        "context": {"groupId": account},
    }


@events.request.add_listener
def note(name: str, response_time: float, response: Any = None, **_: Any) -> None:
    """One answer, or none."""
    times[name].append(response_time)
    codes[name][str(getattr(response, "status_code", 0) or "no answer")] += 1


@events.quitting.add_listener
def write(environment: Environment, **_: Any) -> None:
    """All that was seen."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seen = {
        "seconds": time.monotonic() - began,
        "cpu": used.ru_utime + used.ru_stime,
        "times": times,
        "codes": codes,
        "counted": counted,
    }
    SEEN.write_text(json.dumps(seen), encoding="utf-8")
    environment.process_exit_code = 0  # what the answers mean is said by the bench
