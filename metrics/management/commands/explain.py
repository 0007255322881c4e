"""Explains an account's score on a day, or its change since another, as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Account, Organisation, Person
from metrics.frames.account import read_account
from metrics.management.commands.export_scores import no_run
from metrics.models import Override, Run, Snapshot
from metrics.models.runs import old_config
from metrics.signals.catalogue import SIGNALS
from metrics.signals.evidence import evidence
from metrics.signals.evidence.base import Cell
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
        parser.add_argument(
            "--facts", action="store_true", help="with the people, tickets and answers behind it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account, day, since = options["account"], options["day"], options["since"]
        now = _snapshot(account, day, revision=options["revision"])
        head = {"account": account, "day": day.isoformat()}
        if since is None:
            told = _level(now) | ({"facts": _facts(now)} if options["facts"] else {})
            self.stdout.write(json.dumps(head | told))
            return
        if options["facts"]:
            raise CommandError("--facts are of one day: leave out --since")
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
        "override": _override(snapshot),
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


def _override(snapshot: Snapshot) -> dict[str, Any] | None:
    """What somebody thought of the account on that day; the score is computed without it."""
    zone = Organisation.current().zone
    overrides = Override.objects.of(snapshot.account_id).select_related("created_by")
    found = overrides.standing_on(snapshot.day, zone)
    if found is None:
        return None
    return {
        "points": found.points,
        "reason": found.reason,
        "until": found.expires_on.isoformat(),
        "by": found.created_by.email if found.created_by else None,
    }


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    """What is behind each signal, with people named as their source names them."""
    run = Run.objects.get(pk=snapshot.run_id)
    frames = read_account(run, snapshot.account_id)
    if frames.accounts.empty:
        raise CommandError("the account is not known any more as it was on that day")
    people = Person.objects.filter(account_id=snapshot.account_id).in_bulk()
    facts = {signal.code: evidence(frames, signal.code) for signal in SIGNALS}
    return {
        code: {
            "sentence": found.sentence,
            "note": found.note,
            "terms": dict(found.terms),
            "rows": [_named(row, people) for row in found.records()],
        }
        for code, found in facts.items()
    }


def _named(row: dict[str, Cell], people: Mapping[int, Person]) -> dict[str, Cell]:
    if type(row.get("person_id")) is not int:
        return row
    person = people.get(int(row["person_id"] or 0))
    return row | {"person_id": person.external_id if person else None}


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
