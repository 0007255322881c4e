"""Explains an account's score on a day, or its change since another, as JSON."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Account
from metrics.management.commands.export_scores import no_run
from metrics.models import Run, Snapshot
from metrics.models.scorecards import old_config
from metrics.signals.catalogue import SIGNALS
from metrics.signals.story import change_between, level
from metrics.signals.summary import printed_formula


class Command(BaseCommand):
    """Parts of a change sum to its total; contributions sum to the raw score."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="external id of the account")
        parser.add_argument("--day", type=dt.date.fromisoformat, required=True)
        parser.add_argument("--since", type=dt.date.fromisoformat)
        parser.add_argument("--revision", type=int, help="of --day; default: the published one")

    def handle(self, *args: Any, **options: Any) -> None:
        account, day, since = options["account"], options["day"], options["since"]
        now = _snapshot(account, day, revision=options["revision"])
        head = {"account": account, "day": day.isoformat()}
        if since is None:
            self.stdout.write(json.dumps(head | _level(now)))
            return
        then = _snapshot(account, since)
        head["since"] = since.isoformat()
        self.stdout.write(json.dumps(head | _change(then, now)))


def _snapshot(account: str, day: dt.date, *, revision: int | None = None) -> Snapshot:
    run = Run.objects.of_day(day, revision=revision)
    if run is None:
        raise CommandError(no_run(day, revision))
    ids = Account.objects.filter(external_id=account).values("pk")
    found = Snapshot.objects.filter(account_id__in=ids, day=day, run_id=run.pk).first()
    if found is None:
        raise CommandError(f"account {account!r} was not part of the run of {day}")
    return found


def _level(snapshot: Snapshot) -> dict[str, Any]:
    explained = level(snapshot)
    contributions = explained.contributions() if explained else {}
    return {
        "score": snapshot.score,
        "raw_score": snapshot.raw_score,
        "coverage": snapshot.coverage,
        "signals": {
            signal.code: {
                "raw": snapshot.raw[signal.slot],
                "n": snapshot.n[signal.slot],
                "state": snapshot.states[signal.slot],
                "points": snapshot.points[signal.slot],
                "weight": snapshot.weights[signal.slot],
                "contribution": contributions.get(signal.code, 0.0) if explained else None,
            }
            for signal in SIGNALS
        },
        "caps": [cap for cap in snapshot.caps if cap["cap"] is not None],
        "formula": printed_formula(snapshot),
    }


def _change(then: Snapshot, now: Snapshot) -> dict[str, Any]:
    parts = change_between(then, now, old=old_config(then, now))
    ends = {"from": then.score, "to": now.score}
    if parts is None:
        return {**ends, "total": None, "performance": {}, "weighting": {}, "caps": None} | {
            "configuration": None
        }
    return ends | {
        "total": parts.total,
        "performance": dict(parts.performance),
        "weighting": dict(parts.weighting),
        "caps": parts.caps,
        "configuration": parts.configuration,
    }
