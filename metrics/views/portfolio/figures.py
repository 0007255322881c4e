"""The figures over the table: one grouped query, money summed within one currency only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Floor

from metrics.models import AccountCurrent
from metrics.models.scores import Band
from metrics.views.portfolio.filters import BETTER, WORSE, renewal

SOON = "90"
BIN = 5


@dataclass(kw_only=True)
class Figures:
    """Counts over all accounts of the scope; money in `currency`, `others` have another one."""

    accounts: int = 0
    scored: int = 0
    by_band: Counter[str] = field(default_factory=Counter)
    arr_by_band: dict[str, Decimal] = field(default_factory=dict)
    currency: str = ""
    others: int = 0
    worse: int = 0
    better: int = 0
    soon: int = 0
    soon_arr: Decimal = Decimal(0)
    red_soon: int = 0
    red_soon_arr: Decimal = Decimal(0)
    mean: float | None = None
    mean_change: float | None = None

    @property
    def arr(self) -> Decimal:
        """Of all bands."""
        return sum(self.arr_by_band.values(), Decimal(0))

    @property
    def at_risk(self) -> Decimal:
        """ARR of red accounts."""
        return self.arr_by_band.get(Band.RED.value, Decimal(0))

    @property
    def risk_share(self) -> float | None:
        """At risk as a share of all ARR."""
        return float(self.at_risk / self.arr) if self.arr else None

    @property
    def per_account(self) -> Decimal | None:
        """Mean ARR of the accounts in this currency."""
        count = self.accounts - self.others
        return self.arr / count if count and self.arr else None

    @property
    def red(self) -> int:
        """Red accounts."""
        return self.by_band[Band.RED.value]

    @property
    def grey(self) -> int:
        """Accounts without a score."""
        return self.by_band[Band.GREY.value]

    @property
    def grey_arr(self) -> Decimal:
        """Their ARR."""
        return self.arr_by_band.get(Band.GREY.value, Decimal(0))

    @property
    def changed(self) -> int:
        """Accounts in another colour than seven days before."""
        return self.worse + self.better


def figures(rows: QuerySet[AccountCurrent], *, today: dt.date) -> Figures:
    """All figures of the scope."""
    soon = renewal(SOON, today)
    groups = list(
        rows.order_by()
        .values("band", "currency")
        .annotate(
            accounts=Count("account_id"),
            money=Sum("arr"),
            worse=Count("account_id", filter=WORSE),
            better=Count("account_id", filter=BETTER),
            soon=Count("account_id", filter=soon),
            soon_money=Sum("arr", filter=soon),
        )
    )
    currencies: Counter[str] = Counter()
    for group in groups:
        currencies[group["currency"]] += group["accounts"]
    # who has given notice is shown, but out of all statistics
    staying = rows.exclude(status="leaving")
    means = staying.aggregate(mean=Avg("score"), change=Avg("change_30"))
    found = Figures(mean=means["mean"], mean_change=means["change"])
    found.currency = currencies.most_common(1)[0][0] if currencies else ""
    found.others = sum(currencies.values()) - currencies[found.currency]
    for group in groups:
        _add(found, dict(group))
    return found


def _add(found: Figures, group: dict[str, Any]) -> None:
    band, is_red = group["band"], group["band"] == Band.RED.value
    found.accounts += group["accounts"]
    found.scored += group["accounts"] if band != Band.GREY.value else 0
    found.by_band[band] += group["accounts"]
    found.worse += group["worse"]
    found.better += group["better"]
    found.soon += group["soon"]
    found.red_soon += group["soon"] if is_red else 0
    if group["currency"] != found.currency:
        return
    found.arr_by_band[band] = group["money"] or Decimal(0)
    found.soon_arr += group["soon_money"] or 0
    found.red_soon_arr += (group["soon_money"] or 0) if is_red else 0


def histogram(rows: QuerySet[AccountCurrent]) -> list[tuple[int, int]]:
    """(lower end, accounts) per five points, from the lowest that occurs to 100."""
    counts = dict(
        rows.exclude(score=None)
        .order_by()
        .annotate(bin=Floor(F("score") / BIN))
        .values_list("bin")
        .annotate(accounts=Count("account_id"))
    )
    merged: Counter[int] = Counter()
    for low, accounts in counts.items():
        merged[min(int(low) * BIN, 100 - BIN)] += accounts  # 100 belongs to the last bin
    start = min([40, *merged])
    return [(low, merged[low]) for low in range(start, 100, BIN)]


def movers(
    rows: QuerySet[AccountCurrent], *, days: int, count: int = 5
) -> tuple[list[AccountCurrent], list[AccountCurrent]]:
    """(down, up): whose score moved most over `days`."""
    column = f"change_{days}"
    moved = rows.exclude(**{column: None})
    down = moved.filter(Q(**{f"{column}__lt": 0})).order_by(column, "name")[:count]
    up = moved.filter(Q(**{f"{column}__gt": 0})).order_by(f"-{column}", "name")[:count]
    return list(down), list(up)
