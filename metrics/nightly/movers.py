"""Why accounts moved over 7 and 30 days, for the portfolio's rows of the newest night."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from metrics.models import AccountCurrent, Run, Scorecard, Snapshot
from metrics.scoring.config import ScorecardConfig
from metrics.signals.defaults import read_config
from metrics.signals.evaluate import for_cadence
from metrics.signals.story import change_between, main_cause

NOISE = 3.0  # points; a smaller change is not explained in the portfolio
BATCH = 500
FILL = """
UPDATE metrics_accountcurrent r SET {column} = found.cause
FROM unnest(%s::bigint[], %s::text[]) AS found(account_id, cause)
WHERE r.run_id = %s AND r.account_id = found.account_id
"""


def write_causes(run: Run, accounts: range, *, days: int, column: str, change: str) -> None:
    """Fills `column` of these accounts' rows whose `change` over `days` is more than noise."""
    then = Run.objects.published().filter(business_day=run.business_day - dt.timedelta(days=days))
    before = then.first()
    if before is None:
        return
    own = {"account_id__gte": accounts.start, "account_id__lt": accounts.stop}
    moved = AccountCurrent.objects.filter(run_id=run.pk, **own).exclude(
        **{f"{change}__gt": -NOISE, f"{change}__lt": NOISE}
    )
    ids = list(moved.exclude(**{change: None}).values_list("account_id", flat=True))
    configs = _configs(run, before) if ids else {}
    for start in range(0, len(ids), BATCH):
        causes = _causes(run, before, ids[start : start + BATCH], configs)
        with connection.cursor() as cursor:
            cursor.execute(
                FILL.format(column=column), (list(causes), list(causes.values()), run.pk)
            )


def _configs(*runs: Run) -> dict[int, ScorecardConfig]:
    """The scorecards of two nights, as the first of them read them."""
    used = {pk for run in runs for pk in (run.scorecard_id, *run.other_scorecards)}
    cadence = runs[-1].tenant.cadence
    return {
        card.pk: for_cadence(read_config(card.body), cadence)
        for card in Scorecard.objects.filter(pk__in=used)
    }


def _causes(
    run: Run, before: Run, ids: list[int], configs: dict[int, ScorecardConfig]
) -> dict[int, str]:
    """By account, where its signals moved."""
    was = {row.account_id: row for row in _snapshots(before, ids)}
    same_cadence = before.tenant.cadence is run.tenant.cadence
    causes = {}
    for now in _snapshots(run, ids):
        then = was.get(now.account_id)
        if then is None:
            continue
        same = same_cadence and then.scorecard_id == now.scorecard_id
        parts = change_between(then, now, old=None if same else configs[then.scorecard_id])
        if parts:
            causes[now.account_id] = main_cause(then, now, parts, on=configs[now.scorecard_id].caps)
    return causes


def _snapshots(run: Run, ids: list[int]) -> list[Snapshot]:
    return list(Snapshot.objects.filter(day=run.business_day, run_id=run.pk, account_id__in=ids))
