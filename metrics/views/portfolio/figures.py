"""The figures over the table: one grouped query, money summed within one currency only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Floor

from metrics.models import AccountCurrent
from metrics.models.scores import Band
from metrics.views.portfolio.narrowing import BETTER, WORSE, renewal

SOON = "90"
BIN = 5


@dataclass(kw_only=True)
class Figures:
    """Counts over all accounts of the scope; money in `currency` of `priced` ones, `others` have
    another one.
    """

    accounts: int = 0
    scored: int = 0
    by_band: Counter[str] = field(default_factory=Counter)
    arr_by_band: dict[str, Decimal] = field(default_factory=dict)
    currency: str = ""
    priced: int = 0
    others: int = 0
    worse: int = 0
    better: int = 0
    soon: int = 0
    soon_arr: Decimal = Decimal(0)
    red_soon: int = 0
    red_soon_arr: Decimal = Decimal(0)
    mean: float | None = None
    mean_change: float | None = None
    # lower end of five points -> accounts
    bins: Counter[int] = field(default_factory=Counter)

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
        return self.arr / self.priced if self.priced and self.arr else None

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
    # who has given notice is shown, but out of all means
    staying = ~Q(status="leaving")
    groups = list(
        rows.order_by()
        .annotate(bin=Floor(F("score") / BIN))
        .values("band", "currency", "bin")
        .annotate(
            accounts=Count("account_id"),
            money=Sum("arr"),
            priced=Count("arr"),
            worse=Count("account_id", filter=WORSE),
            better=Count("account_id", filter=BETTER),
            soon=Count("account_id", filter=soon),
            soon_money=Sum("arr", filter=soon),
            scores=Sum("score", filter=staying),
            scored=Count("score", filter=staying),
            changes=Sum("change_30", filter=staying),
            changed=Count("change_30", filter=staying),
        )
    )
    currencies: Counter[str] = Counter()
    for group in groups:
        currencies[group["currency"]] += group["priced"]
    found = Figures(mean=_mean(groups, "scores", "scored"))
    found.mean_change = _mean(groups, "changes", "changed")
    found.currency = currencies.most_common(1)[0][0] if currencies else ""
    found.priced = currencies[found.currency]
    found.others = sum(currencies.values()) - found.priced
    for group in groups:
        _add(found, dict(group))
    return found


def _mean(groups: Sequence[Mapping[str, Any]], total: str, count: str) -> float | None:
    counted = sum(group[count] for group in groups)
    return sum(group[total] or 0.0 for group in groups) / counted if counted else None


def _add(found: Figures, group: dict[str, Any]) -> None:
    band, is_red = group["band"], group["band"] == Band.RED.value
    found.accounts += group["accounts"]
    found.scored += group["accounts"] if band != Band.GREY.value else 0
    found.by_band[band] += group["accounts"]
    if group["bin"] is not None:
        # 100 belongs to the last bin
        found.bins[min(int(group["bin"]) * BIN, 100 - BIN)] += group["accounts"]
    found.worse += group["worse"]
    found.better += group["better"]
    found.soon += group["soon"]
    found.red_soon += group["soon"] if is_red else 0
    if group["currency"] != found.currency:
        return
    found.arr_by_band[band] = found.arr_by_band.get(band, Decimal(0)) + (group["money"] or 0)
    found.soon_arr += group["soon_money"] or 0
    found.red_soon_arr += (group["soon_money"] or 0) if is_red else 0


def histogram(found: Figures) -> list[tuple[int, int]]:
    """(lower end, accounts) per five points, from the lowest that occurs to 100."""
    start = min([40, *found.bins])
    return [(low, found.bins[low]) for low in range(start, 100, BIN)]


def movers(
    rows: QuerySet[AccountCurrent], *, days: int, count: int = 5
) -> tuple[list[AccountCurrent], list[AccountCurrent]]:
    """(down, up): whose score moved most over `days`."""
    column = f"change_{days}"
    moved = rows.exclude(**{column: None})
    down = moved.filter(Q(**{f"{column}__lt": 0})).order_by(column, "name")[:count]
    up = moved.filter(Q(**{f"{column}__gt": 0})).order_by(f"-{column}", "name")[:count]
    return list(down), list(up)
