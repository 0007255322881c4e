"""Beside the list: the book's bands, the next renewals, good news, what is put off or done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.models import ArrMovement
from metrics.models import AccountCurrent, Mark, Run
from metrics.templatetags.formats import money, signed
from metrics.views.day.calls import ago
from metrics.views.day.kinds import BY_CODE, ORDER
from metrics.views.day.reading import Whose
from metrics.views.portfolio.drawing import band_bar, legend
from metrics.views.portfolio.figures import Figures
from metrics.views.portfolio.kept import Book

RENEWALS, GOOD, MARKS = 6, 4, 100
RISE = 8.0  # points in 30 days
NEWS_DAYS = 30
# of a mark, its account and who set it
MARKED = (
    "account_id", "code", "kind", "until", "created_at", "account__name", "created_by__name",
    "created_by__email",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Marked:
    """What was done or put off in one go. numbers: of its marks, as its address names them."""

    account_id: int
    name: str
    act: tuple[str, str]
    until: dt.date | None
    by: str
    numbers: str


def rail(run: Run, book: Book) -> dict[str, Any]:
    """The book as the night left it."""
    return book.keep(("day", "rail"), lambda: _read(run, book))


def _read(run: Run, book: Book) -> dict[str, Any]:
    found = _bands(book)
    renewals = book.rows.filter(renews_on__gte=run.business_day).order_by("renews_on", "name")
    columns = ("run_id", "account_id", "name", "band", "arr", "currency", "renews_on")
    return {
        "figures": found,
        "band_bar": band_bar(found, by="accounts"),
        "legend": legend(found),
        "renewals": list(renewals.only(*columns)[:RENEWALS]),
        "good_news": _good_news(run, book),
    }


def _bands(book: Book) -> Figures:
    groups = list(
        book.rows.order_by()
        .values("band", "currency")
        .annotate(accounts=Count("account_id"), money=Sum("arr"))
    )
    by_currency: defaultdict[str, int] = defaultdict(int)
    for group in groups:
        by_currency[group["currency"]] += group["accounts"]
    found = Figures(accounts=sum(by_currency.values()))
    found.currency = max(by_currency, key=by_currency.__getitem__, default="")
    found.others = found.accounts - by_currency[found.currency]
    for group in groups:
        found.by_band[group["band"]] += group["accounts"]
        if group["currency"] == found.currency:
            found.arr_by_band[group["band"]] = group["money"] or Decimal(0)
    return found


def _good_news(run: Run, book: Book) -> list[dict[str, Any]]:
    """(account, what): who bought more, and who rose; one line per account."""
    day = run.business_day
    bought = ArrMovement.objects.filter(
        type=ArrMovement.Type.EXPANSION,
        on__gt=day - dt.timedelta(days=NEWS_DAYS),
        on__lte=day,
        amount__gt=0,
        known_at__lte=run.data_cutoff,
        account__in=book.rows.values("account_id"),
    )
    news = {
        movement.account_id: {
            "account_id": movement.account_id,
            "name": movement.account.name,
            "says": f"Bought more: +{money(movement.amount)} ARR, {ago(movement.on, day)}",
        }
        for movement in bought.select_related("account").order_by("-on", "-amount")[:GOOD]
    }
    rose = book.rows.filter(change_30__gte=RISE).order_by("-change_30", "name")
    for row in rose.only("run_id", "account_id", "name", "change_30", "cause_30")[:GOOD]:
        news.setdefault(
            row.account_id,
            {"account_id": row.account_id, "name": row.name, "says": _rise(row)},
        )
    return list(news.values())[:GOOD]


def _rise(row: AccountCurrent) -> str:
    why = f": {row.cause_30}" if row.cause_30 else ""
    return f"{signed(row.change_30)} in 30 days{why}"


def marked(whose: Whose, *, today: dt.date) -> dict[str, list[Marked]]:
    """What stands: put off until later than today, and done since Monday; the newest first."""
    monday = today - dt.timedelta(days=today.weekday())
    snoozed = Q(kind=Mark.Kind.SNOOZED, until__gt=today)
    done = Q(kind=Mark.Kind.DONE, created_at__date__gte=monday)
    marks = Mark.objects.standing().filter(snoozed | done)
    if whose.accounts is not None:
        marks = marks.filter(account__in=whose.accounts)
    groups: defaultdict[tuple[int, dt.datetime], list[Mark]] = defaultdict(list)
    found = marks.select_related("account", "created_by").only(*MARKED)
    for mark in found.order_by("-created_at", "pk")[:MARKS]:
        groups[mark.account_id, mark.created_at].append(mark)
    listed: dict[str, list[Marked]] = {"snoozed": [], "done": []}
    for group in groups.values():
        listed[group[0].kind].append(_marked(group))
    listed["snoozed"].sort(key=lambda one: one.until or today)
    return listed


def _marked(group: list[Mark]) -> Marked:
    top = min(group, key=lambda mark: ORDER.get(mark.code, len(ORDER)))
    kind = BY_CODE.get(top.code)
    before, _, after = (kind.act if kind else "{}").partition("{}")
    return Marked(
        account_id=top.account_id,
        name=top.account.name,
        act=(before, after),
        until=top.until,
        by=str(top.created_by or ""),
        numbers="-".join(str(mark.pk) for mark in group),
    )
