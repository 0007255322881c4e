"""Why accounts moved over 7 and 30 days, for the portfolio's rows of the newest night."""

from __future__ import annotations

import datetime as dt

from metrics.models import AccountCurrent, Run, Scorecard, Snapshot
from metrics.scoring.config import ScorecardConfig
from metrics.signals.defaults import read_config
from metrics.signals.evaluate import for_cadence
from metrics.signals.story import change_between, main_cause

NOISE = 3.0  # points; a smaller change is not explained in the portfolio
BATCH = 500


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
    configs = {
        card.pk: for_cadence(read_config(card.body), before.tenant.cadence)
        for card in Scorecard.objects.published()
    }
    for start in range(0, len(ids), BATCH):
        _write(run, before, ids[start : start + BATCH], column, configs)


def _write(
    run: Run, before: Run, ids: list[int], column: str, configs: dict[int, ScorecardConfig]
) -> None:
    was = {row.account_id: row for row in _snapshots(before, ids)}
    rows = []
    for now in _snapshots(run, ids):
        then = was.get(now.account_id)
        if then is None:
            continue
        same = then.scorecard_id == now.scorecard_id and before.tenant.cadence is run.tenant.cadence
        parts = change_between(then, now, old=None if same else configs[then.scorecard_id])
        if parts:
            cause = main_cause(then, now, parts, on=configs[now.scorecard_id].caps)
            rows.append(AccountCurrent(run_id=run.pk, account_id=now.account_id, **{column: cause}))
    AccountCurrent.objects.bulk_update(rows, [column])


def _snapshots(run: Run, ids: list[int]) -> list[Snapshot]:
    return list(Snapshot.objects.filter(day=run.business_day, run_id=run.pk, account_id__in=ids))
