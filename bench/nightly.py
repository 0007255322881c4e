"""A whole night beside one sequential scan of the user-days, and beside an ORM loop.

The night runs in worker processes of its own, as it does in production: from an empty ledger to the
published run. Its CPU is that of the workers and of their database backends. Targets: at most 2.5
times the scan's CPU; an account at least 100 times faster than in the loop.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from typing import Any

from bench._gauge import Spent, spent_by
from bench._stage import HERE, Report, arguments, portfolio, say  # first: it sets Django up

from django.db import connection  # isort: skip
from django.utils import timezone

from accounts.models import Account, Organisation
from bench._orm import account_in_orm
from metrics import nightly
from metrics.management.commands.verify import found_wrong
from metrics.models import Run

SAMPLED = 40
LEAST_TIMES_THE_LOOP, MOST_MB = 6.0, 260.0  # half of what was measured at 1,000 accounts
SCAN = "SELECT count(*), sum(events), sum(logins), max(day) FROM metrics_usage_user_day"
Night = dict[str, Any]


def main() -> None:
    """Scan, night and loop in turn, round after round."""
    asked = _arguments()
    portfolio(asked.accounts, fresh=asked.fresh, nights=False)
    report = Report("nightly", asked.accounts)
    scans, nights, loops = [], [], []
    for round_ in range(asked.rounds):
        scans.append(spent_by(_scan))
        nights.append(_night(asked.workers))
        loops.append(spent_by(lambda: _loop(asked.accounts)))
        say(f"round {round_ + 1} of {asked.rounds}")
    _tell(report, asked, scans, nights, loops)
    # this portfolio has user-days without the events that they would be made of
    wrong = found_wrong(without="a day's rollup differs from its facts")
    report.add("verify", wrong=len(wrong))
    if wrong:
        raise SystemExit("\n".join(wrong))
    report.end(asked)


def _arguments() -> argparse.Namespace:
    return arguments(
        __doc__,
        accounts=10_000,
        more=lambda parser: parser.add_argument("--workers", type=int, default=1),
    )


def _scan() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute(SCAN)


def _loop(accounts: int) -> None:
    """Forty accounts from the whole portfolio, one after the other."""
    day = Organisation.current().day_of(timezone.now())
    every = max(accounts // SAMPLED, 1)
    for place in range(min(SAMPLED, accounts)):
        account_in_orm(Account.objects.get(external_id=f"acc-{1 + place * every}"), day)


def _night(workers: int) -> Night:
    """Today once more, by so many processes."""
    now = timezone.now()
    day = Organisation.current().day_of(now)
    (run,) = nightly.request_days([day], as_of_day=False, now=now)
    command = [sys.executable, "-m", "bench._night_worker"]
    processes = [
        subprocess.Popen(  # noqa: S603  # our own module
            [*command, f"bench-{n}"], stdout=subprocess.PIPE, cwd=HERE.parent, text=True
        )
        for n in range(workers)
    ]
    found = [json.loads(process.communicate()[0]) for process in processes]
    run.refresh_from_db()
    if run.state != Run.State.COMPLETE or run.accounts == 0:
        raise RuntimeError(f"the night is {run.state} with {run.accounts} accounts")
    return {"accounts": run.accounts, "workers": found}


def _tell(
    report: Report,
    asked: argparse.Namespace,
    scans: list[Spent],
    nights: list[Night],
    loops: list[Spent],
) -> None:
    scored = nights[-1]["accounts"]
    report.add("rounds", rounds=asked.rounds, workers=asked.workers, scored=scored)
    scan = statistics.median(spent.cpu for spent in scans)
    report.add("scan of user-days", wall=_middle([s.wall for s in scans]), cpu=scan)
    cpu = [sum(worker["whole"]["cpu"] for worker in night["workers"]) for night in nights]
    own = [sum(worker["whole"]["own"] for worker in night["workers"]) for night in nights]
    wall = [max(worker["whole"]["wall"] for worker in night["workers"]) for night in nights]
    report.add(
        "night",
        wall=_middle(wall),
        cpu=_middle(cpu),
        own=_middle(own),
        ms_per_account=1000 * _middle(cpu) / scored,
        least=min(cpu),
        most=max(cpu),
        ratio_to_scan=_middle(cpu) / scan,
        peak_mb=max(worker["peak_mb"] for night in nights for worker in night["workers"]),
    )
    for stage in nights[-1]["workers"][0]["stages"]:
        report.add(f"  {stage}", **_stage(stage, nights, whole=_middle(cpu)))
    loop = statistics.median(spent.cpu for spent in loops) / min(SAMPLED, asked.accounts)
    report.add(
        "ORM loop, an account",
        wall_ms=1000 * _middle([s.wall for s in loops]) / SAMPLED,
        cpu_ms=1000 * loop,
        times_the_night=loop / (_middle(cpu) / scored),
    )
    peak = max(worker["peak_mb"] for night in nights for worker in night["workers"])
    report.hold("a worker's memory", value=peak, most=MOST_MB)
    report.hold(
        "CPU of an account in the loop, against the night",
        value=loop / (_middle(cpu) / scored),
        least=LEAST_TIMES_THE_LOOP,
    )


def _stage(stage: str, nights: list[Night], *, whole: float) -> dict[str, float]:
    """Medians over the nights of all workers' seconds."""
    sums = {
        key: _middle([sum(w["stages"][stage][key] for w in night["workers"]) for night in nights])
        for key in ("wall", "cpu", "database")
    }
    return {**sums, "share": sums["cpu"] / whole}


def _middle(values: list[float]) -> float:
    return float(statistics.median(values))


if __name__ == "__main__":
    main()
