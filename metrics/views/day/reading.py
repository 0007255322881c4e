"""The accounts of a day and all that is known of them, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from accounts.access import sees_everything, user_of, visible_accounts
from accounts.models import Contract, Milestone, Role
from accounts.models.customers import AccountQuerySet
from metrics.models import AccountCurrent, Mark, Run, Snapshot, Survey
from metrics.models.scores import Band
from metrics.scoring.flag_rules import BY_CODE as RULES
from metrics.scoring.flags import OPEN, Flag
from metrics.scoring.ranking import DROP

MINE, TEAM = "mine", "team"
RENEWAL_DAYS = 90
AT_RISK = (Band.RED.value, Band.AMBER.value)
DETRACTOR_DAYS, DETRACTOR = 60, 6  # answers not older; the highest score of a detractor
# beyond, the most severe and then the largest accounts are ranked: nobody reads more in a day
MOST = 200
# what an item needs of the portfolio's row, and no more
COLUMNS = (
    "run_id", "account_id", "name", "arr", "currency", "renews_on", "score", "band", "change_7",
    "change_30", "stage", "status", "coverage", "spark", "trend", "flags", "severity", "cause",
    "cause_7",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Book:
    """Whose accounts: her own or all that she may see; `switch`: she may choose."""

    name: str
    accounts: AccountQuerySet
    switch: bool
    is_all: bool = False
    is_default: bool = True


@dataclass(kw_only=True)
class Known:
    """One account: its row, and the facts that say since when and why."""

    row: AccountCurrent
    flags: list[Flag] = field(default_factory=list)
    snapshot: Snapshot | None = None
    terms: Contract | None = None
    late: list[Milestone] = field(default_factory=list)
    detractor: Survey | None = None
    marks: dict[str, Mark] = field(default_factory=dict)


def read_book(request: HttpRequest) -> Book:
    """`?book=team` or `mine`; without it her own, where she has accounts of her own."""
    user, seen = user_of(request), visible_accounts(request)
    if user.role == Role.CSM:
        return Book(name=MINE, accounts=seen, switch=False)
    own = seen.filter(owner=user)
    default = MINE if own.exists() else TEAM
    asked = request.GET.get("book", "")
    name = asked if asked in (MINE, TEAM) else default
    return Book(
        name=name,
        accounts=own if name == MINE else seen,
        switch=True,
        is_all=name == TEAM and sees_everything(request),
        is_default=name == default,
    )


def rows_of(run: Run, book: Book) -> QuerySet[AccountCurrent]:
    """The portfolio's rows of a book, whoever owned the accounts last night."""
    rows = AccountCurrent.objects.filter(run_id=run.pk)
    return rows if book.is_all else rows.filter(account_id__in=book.accounts.values("pk"))


def read_accounts(run: Run, rows: QuerySet[AccountCurrent]) -> list[Known]:
    """Those of the rows that may call for something, with their facts."""
    unhappy = _detractors(run, rows)
    last = run.business_day + dt.timedelta(days=RENEWAL_DAYS)
    soon = Q(renews_on__gte=run.business_day, renews_on__lte=last, band__in=AT_RISK)
    calls = Q(severity__gt=0) | Q(band=Band.GREY) | Q(stage="onboarding") | Q(change_7__lte=-DROP)
    asked = rows.filter(calls | soon | Q(account_id__in=unhappy))
    order = ("-severity", F("arr").desc(nulls_last=True), "account_id")
    found = {row.account_id: Known(row=row) for row in asked.only(*COLUMNS).order_by(*order)[:MOST]}
    _add_nights(run, found)
    _add_terms(run, found)
    _add_late(run, found)
    for account_id, answer in unhappy.items():
        if account_id in found:
            found[account_id].detractor = answer
    for mark in Mark.objects.standing().filter(account_id__in=found):
        found[mark.account_id].marks[mark.code] = mark
    return list(found.values())


def _detractors(run: Run, rows: QuerySet[AccountCurrent]) -> dict[int, Survey]:
    """Account -> the newest low NPS answer that nobody has come back to."""
    since = run.data_cutoff - dt.timedelta(days=DETRACTOR_DAYS)
    answers = Survey.objects.filter(
        kind=Survey.Kind.NPS,
        score__lte=DETRACTOR,
        answered_at__gte=since,
        answered_at__lte=run.data_cutoff,
        followed_up_at=None,
        is_latest=True,
        account__in=rows.values("account_id"),
    )
    newest = answers.select_related("person").order_by("answered_at", "pk")
    return {answer.account_id: answer for answer in newest}


def _add_nights(run: Run, found: dict[int, Known]) -> None:
    """Flags with the day since which they stand. Without a snapshot: since this night."""
    stored = Snapshot.objects.filter(
        account_id__in=found, day=run.business_day, run_id=run.pk
    ).only("account_id", "day", "run_id", "flags", "states", "age_days")
    for snapshot in stored:
        known = found[snapshot.account_id]
        known.snapshot = snapshot
        flags = [Flag.from_dict(flag) for flag in snapshot.flags]
        known.flags = [flag for flag in flags if flag.state == OPEN and flag.rule in RULES]
    for known in found.values():
        if known.snapshot is None:
            known.flags = list(_tonight(known.row, run.business_day))


def _tonight(row: AccountCurrent, day: dt.date) -> Iterable[Flag]:
    for code in row.flags:
        if code in RULES:
            yield Flag(rule=code, state=OPEN, since=day, count=0, severity=row.severity)


def _add_terms(run: Run, found: dict[int, Known]) -> None:
    """The terms in force on the night."""
    terms = Contract.objects.filter(account_id__in=found, known_at__lte=run.data_cutoff)
    for contract in terms.order_by("account_id", "-known_at").distinct("account_id"):
        found[contract.account_id].terms = contract


def _add_late(run: Run, found: dict[int, Known]) -> None:
    """Value tasks of the onboarding that should be done and are not, the oldest first."""
    young = [pk for pk, known in found.items() if known.row.stage == "onboarding"]
    late: defaultdict[int, list[Milestone]] = defaultdict(list)
    overdue = Milestone.objects.filter(
        account_id__in=young, due_on__lt=run.business_day, completed_on=None
    )
    for milestone in overdue.order_by("due_on", "pk"):
        late[milestone.account_id].append(milestone)
    for account_id, milestones in late.items():
        found[account_id].late = milestones
