"""Everything at once: 50 CSMs browsing, 2,000 events/s through the HTTP door, and the night.

web, workers and beat run as docker-compose.yml has them, against the servers of the benchmarks; a
crowd of locust's asks (bench/_crowd.py), on the same machine, so that it takes a share that is
reported. The night begins after a third of the time; `--nights 0` asks for one after the other
from the beginning. At the end nothing may be lost (every event that was accepted is stored, once),
and `manage verify` must find nothing.
Targets: pages p50 <= 150 ms, p95 <= 500 ms, p99 <= 1,500 ms; batches p99 <= 1,000 ms; no error.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench._stage import Report, arguments, portfolio, say  # first: it sets Django up

from django.conf import settings  # isort: skip
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from ruamel.yaml import YAML

from accounts.models import Account, Organisation, Person, Role, User
from bench._statements import forget_statements, heaviest_statements
from bench._watch import Watch
from healthscore.embedded.children import Child, environment, start, stop
from metrics import nightly
from metrics.models import Run, UsageEvent, WriteKey

ROOT = Path(__file__).resolve().parents[1]
PORT = 8765
THEIRS = ("db", "broker", "migrate")  # of the file; all the others are started
# the night is nobody's hurry, as containers would be given fewer shares
NICE = {"worker": 10}
CSMS = 50
KEYS = 5  # each may send 2,000 calls a second, and 600 requests a minute
# The invented portfolio has no raw events; the nights read none, but late events make a day's
# rollup again, and the checker compares.
# One row per use until there are enough, the last one counts the rest of the day.
EVENTS = """
INSERT INTO metrics_usageevent (
    account_id, person_id, feature_id, occurred_at, day, count, event_key, known_at, batch_id
)
SELECT account_id, person_id, feature, day + interval '10 hours', day, uses,
       md5(person_id || ' ' || day || ' ' || nth)::uuid, known_at, 0
FROM (
    SELECT account_id, person_id, day, nth,
           CASE WHEN nth < %(rows)s THEN 1 ELSE events - %(rows)s + 1 END AS uses,
           (SELECT min(id) FROM metrics_feature) + person_id %% 12 AS feature,
           events_known_at AS known_at
    FROM metrics_usage_user_day, generate_series(1, least(events, %(rows)s)) nth
    UNION ALL SELECT account_id, person_id, day, 0, logins, NULL, logins_known_at
    FROM metrics_usage_user_day WHERE logins > 0
) uses
"""
USER_DAYS = "SELECT count(*) FROM metrics_usage_user_day"
# what a load of everything at once is quicker without: how it is taken away and given back
INDEXES = """
SELECT 'DROP INDEX ' || indexname, indexdef FROM pg_indexes
WHERE tablename = 'metrics_usageevent' AND indexname IN ('usage_account_day', 'usage_batch')
UNION ALL
SELECT 'ALTER TABLE metrics_usageevent DROP CONSTRAINT ' || conname,
       'ALTER TABLE metrics_usageevent ADD CONSTRAINT ' || conname || ' '
       || pg_get_constraintdef(oid)
FROM pg_constraint WHERE conname = 'usage_event_once'
"""


def main() -> None:
    """The world, the processes, the crowd, and what came of it."""
    asked = arguments(__doc__, accounts=5_000, more=_more)
    _world(asked)
    folder = Path(tempfile.mkdtemp(prefix="healthscore-load-"))
    before = UsageEvent.objects.count()
    with ExitStack() as stack:
        processes = _services(folder, stack)
        _until_answers()
        plan = _plan(asked, folder)
        watch = Watch(processes, after=asked.seconds / 3 if asked.nights else 0, most=asked.nights)
        forget_statements()
        seen = _crowd(plan, asked.seconds, folder, watch)
        watch.let_the_night_end()
    report = Report("load", asked.accounts)
    ok = _report(report, asked, seen, watch, stored=UsageEvent.objects.count() - before)
    report.write(asked.json)
    shutil.rmtree(folder) if ok else say(f"what the processes said is in {folder}")
    sys.exit(0 if ok else 1)


def _world(asked: argparse.Namespace) -> None:
    """One night, of today: beat would have all those calculated that are missing between two."""
    call_command("migrate", verbosity=0)
    now = timezone.now()
    today = Organisation.current().day_of(now)
    has_past = Run.objects.filter(business_day__lt=today).exists()
    portfolio(asked.accounts, fresh=asked.fresh or has_past, nights=False)
    if UsageEvent.objects.count() < asked.events * 0.8:
        say("writing the raw events behind the user-days")
        _write_events(asked.events)
    if not Run.objects.published().exists():
        with connection.cursor() as cursor:  # the history of another portfolio's runs
            cursor.execute("TRUNCATE metrics_flagchange")
        nightly.request_days([today], as_of_day=False, now=now)
        nightly.work("bench", seconds=36_000)


def _write_events(wanted: int) -> None:
    """About so many: as many rows for each user-day as that takes, without its indexes on."""
    with connection.cursor() as cursor:
        cursor.execute(USER_DAYS)
        rows = max(1, round(wanted / max(1, cursor.fetchone()[0])) - 1)
        cursor.execute("TRUNCATE metrics_usageevent")
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for drop, _ in indexes:
            cursor.execute(drop)
        cursor.execute(EVENTS, {"rows": rows})
        for _, add in indexes:
            cursor.execute(add)
        cursor.execute("VACUUM ANALYZE")


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=2_000, help="events per second")
    parser.add_argument("--batch", type=int, default=200, help="events in a request")
    parser.add_argument("--events", type=int, default=20_000_000, help="rows of usage before it")
    parser.add_argument("--nights", type=int, default=1, help="0: one after the other")


def _services(folder: Path, stack: ExitStack) -> dict[str, Child]:
    """Processes with the commands that docker-compose.yml has."""
    file = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return {
        name: _service(name, service["command"], folder, stack)
        for name, service in file["services"].items()
        if name not in THEIRS
    }


def _service(name: str, words: list[str], folder: Path, stack: ExitStack) -> Child:
    own = [word.replace("0.0.0.0:8000", f"127.0.0.1:{PORT}") for word in words]
    program = str(Path(sys.executable).with_name(own[0]))
    if "worker" in name:
        own += ["-n", f"{name}@%h"]
    command = ["nice", "-n", str(NICE.get(name, 0)), program, *own[1:]]
    env = environment(HEALTHSCORE_ROLE="worker")
    with (folder / f"{name}.log").open("wb") as log:
        child = start(command, log=log, env=env, cwd=ROOT)
    stack.callback(stop, child, patience=30)
    return child


def _until_answers() -> None:
    address = f"http://127.0.0.1:{PORT}/healthz"
    asking = [sys.executable, "-c", f"import urllib.request as r; r.urlopen('{address}')"]
    for _ in range(60):
        if subprocess.run(asking, capture_output=True, check=False).returncode == 0:  # noqa: S603
            return
        time.sleep(0.5)
    raise SystemExit(f"{address} does not answer")


def _plan(asked: argparse.Namespace, folder: Path) -> Path:
    """Who looks, who sends, and about whom."""
    users = User.objects.filter(role=Role.CSM, is_active=True).order_by("pk")[:CSMS]
    ada = User.objects.filter(role=Role.ADMIN).first() or User.objects.create_user(
        "load@example.com", name="Load", role=Role.ADMIN
    )
    people = Person.objects.filter(deactivated_at=None, account__churned_on=None)
    found = {
        "name": timezone.now().isoformat(),
        "rate": asked.rate,
        "batch": asked.batch,
        "csms": [_csm(user) for user in users],
        "keys": [WriteKey.objects.make(f"load {at}", by=ada)[1] for at in range(KEYS)],
        "people": list(
            people.order_by("pk").values_list("account__external_id", "external_id")[:20_000]
        ),
    }
    path = folder / "plan.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


def _csm(user: User) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    own = Account.objects.filter(owner=user).order_by("pk").values_list("pk", flat=True)
    name = settings.SESSION_COOKIE_NAME
    return {"cookie": f"{name}={client.cookies[name].value}", "accounts": list(own)}


def _crowd(plan: Path, seconds: int, folder: Path, watch: Watch) -> dict[str, Any]:
    """Runs locust for so long, and one night after the other meanwhile."""
    seen = folder / "seen.json"
    known = json.loads(plan.read_text(encoding="utf-8"))
    users = len(known["csms"]) + max(1, known["rate"] // known["batch"])
    options = ["--headless", "--only-summary", "--users", str(users), "--spawn-rate", "20"]
    options += ["--run-time", f"{seconds}s", "--stop-timeout", "10", "--loglevel", "WARNING"]
    options += ["--host", f"http://127.0.0.1:{PORT}", "-f", str(ROOT / "bench" / "_crowd.py")]
    command = [str(Path(sys.executable).with_name("locust")), *options]
    own = {**os.environ, "LOAD_PLAN": str(plan), "LOAD_SEEN": str(seen)}
    with (folder / "crowd.log").open("wb") as log:
        child = start(command, log=log, env=own, cwd=folder)
    while child.poll() is None:
        watch.look()
        time.sleep(1)
    if not seen.exists():
        raise SystemExit((folder / "crowd.log").read_text("utf-8")[-2000:])
    found: dict[str, Any] = json.loads(seen.read_text(encoding="utf-8"))
    return found


def _report(
    report: Report, asked: argparse.Namespace, seen: dict[str, Any], watch: Watch, *, stored: int
) -> bool:
    """The table; whether nothing was lost, nothing failed, and the checker finds nothing."""
    pages: list[float] = []
    for name, times in sorted(seen["times"].items()):
        report.add(name, **_times(times), codes=seen["codes"][name])
        pages += times if not name.startswith("/v1/") else []
    report.add("all pages", **_times(pages))
    counted, seconds = seen["counted"], seen["seconds"]
    report.add(
        "events",
        offered_per_s=float(asked.rate),
        done_per_s=counted.get("accepted", 0) / seconds,
        **counted,
        stored=stored,
    )
    _report_watch(report, seen, watch)
    for place, statement in enumerate(heaviest_statements(), start=1):
        report.add(f"statement {place}", **statement)
    errors = sum(
        count for of in seen["codes"].values() for code, count in of.items() if code != "200"
    )
    lost = max(0, counted.get("accepted", 0) - stored)
    # a batch that was stored when nobody waited for the answer any more may be sent again
    unheard = max(0, stored - counted.get("accepted", 0))
    wrong = _verify()
    report.add(
        "errors",
        answers_other_than_200=errors,
        accepted_and_not_stored=lost,
        stored_and_not_answered=unheard,
        verify=wrong or "0",
    )
    return not errors and not wrong and not lost


def _times(times: list[float]) -> dict[str, float]:
    """How many, and milliseconds."""
    if not times:
        return {"count": 0}
    ordered = sorted(times)
    at = {f"p{part}": ordered[min(len(ordered) - 1, len(ordered) * part // 100)]
          for part in (50, 95, 99)}  # fmt: skip
    return {"count": len(ordered), **at, "max": ordered[-1]}


def _report_watch(report: Report, seen: dict[str, Any], watch: Watch) -> None:
    nights = [(run.finished_at - run.created_at).total_seconds()
              for run in watch.nights if run.finished_at]  # fmt: skip
    states = sorted({run.state for run in watch.nights})
    report.add("nights", count=len(nights), states=states, longest=max(nights, default=0.0))
    report.add("memory, MB", **watch.memory_mb)
    report.add("cpu, cores", crowd=seen["cpu"] / seen["seconds"],
               **{name: spent / seen["seconds"] for name, spent in watch.cpu.items()})  # fmt: skip
    report.add(
        "queues and connections",
        longest_queue=watch.longest_queue,
        oldest_waiting_s=watch.oldest_waiting,
        connections=watch.connections,
    )


def _verify() -> str:
    """What `manage verify` says is wrong."""
    try:
        with Path(os.devnull).open("w") as nothing:
            call_command("verify", stdout=nothing)
    except CommandError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main()
