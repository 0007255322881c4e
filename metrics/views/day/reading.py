"""The accounts of a day and all that the night knew of them, in a fixed number of queries.

What a published run and the facts up to its cut-off say never changes, so that pages keep it (see
`portfolio.kept`); marks and tasks are read anew each time.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from accounts.access import sees_everything, user_of, visible_accounts
from accounts.models import Account, Contract, Milestone, Role
from metrics.models import AccountCurrent, Mark, Run, Snapshot, Survey
from metrics.models.scores import Band
from metrics.scoring.flag_rules import BY_CODE as RULES
from metrics.scoring.flags import OPEN, Flag
from metrics.scoring.ranking import DROP
from metrics.views.account.dimensions import connected

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
# an array: as one parameter each, hundreds of ids cost more than the answer
STANDING = """
SELECT * FROM metrics_mark WHERE removed_at IS NULL AND account_id = ANY(%(accounts)s)
"""
# tasks that came from an item of the day
PLANNED = """
SELECT task.account_id, task.title, task.due_on, coalesce(nullif(who.name, ''), who.email, '')
FROM metrics_task task LEFT JOIN accounts_user who ON who.id = task.assigned_to_id
WHERE task.account_id = ANY(%(accounts)s) AND task.code <> ''
  AND task.removed_at IS NULL AND task.done_at IS NULL
ORDER BY task.due_on NULLS LAST, task.id
"""
Marks = dict[int, dict[str, Mark]]


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Her own accounts or all that she may see (None: nothing is hidden from her)."""

    name: str
    accounts: QuerySet[Account] | None
    can_switch: bool = False
    is_default: bool = True


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A task that came from an item. who: whose it is, by name or e-mail; empty for nobody's."""

    title: str
    due_on: dt.date | None
    who: str


@dataclass(kw_only=True)
class Known:
    """One account on the night: its row, and the facts that say since when and why."""

    row: AccountCurrent
    flags: list[Flag] = field(default_factory=list)
    age_days: int | None = None
    has_usage: bool = False
    terms: Contract | None = None
    late: list[Milestone] = field(default_factory=list)
    detractor: Survey | None = None


def read_whose(request: HttpRequest) -> Whose:
    """`?book=team` or `mine`; without it her own, where she has accounts of her own."""
    user, seen = user_of(request), visible_accounts(request)
    if user.role == Role.CSM:
        return Whose(name=MINE, accounts=seen)
    own = seen.filter(owner=user)
    default = MINE if own.exists() else TEAM
    asked = request.GET.get("book", "")
    name = asked if asked in (MINE, TEAM) else default
    team = None if sees_everything(request) else seen
    accounts = own if name == MINE else team
    return Whose(name=name, accounts=accounts, can_switch=True, is_default=name == default)


def read_known(run: Run, rows: QuerySet[AccountCurrent]) -> list[Known]:
    """Those of the rows that may call for something, with their facts."""
    unhappy = _detractors(run, rows)
    last = run.business_day + dt.timedelta(days=RENEWAL_DAYS)
    soon = Q(renews_on__gte=run.business_day, renews_on__lte=last, band__in=AT_RISK)
    calls = Q(severity__gt=0) | Q(band=Band.GREY) | Q(stage="onboarding") | Q(change_7__lte=-DROP)
    asked = rows.filter(calls | soon | Q(account_id__in=unhappy))
    order = ("-severity", F("arr").desc(nulls_last=True), "account_id")
    found = {row.account_id: Known(row=row) for row in asked.only(*COLUMNS).order_by(*order)[:MOST]}
    _add_snapshots(run, found)
    _add_terms(run, found)
    _add_late(run, found)
    newest = {answer: account_id for account_id, answer in unhappy.items() if account_id in found}
    for answer in Survey.objects.filter(pk__in=newest).select_related("person"):
        found[answer.account_id].detractor = answer
    return list(found.values())


def read_marks(ids: Iterable[int]) -> Marks:
    """Account -> code -> what users said of its item."""
    marks: Marks = defaultdict(dict)
    for mark in Mark.objects.raw(STANDING, {"accounts": list(ids)}):
        marks[mark.account_id][mark.code] = mark
    return marks


def read_planned(ids: Iterable[int]) -> dict[int, list[Planned]]:
    """Account -> open tasks that came from its item, the most urgent first."""
    found: defaultdict[int, list[Planned]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(PLANNED, {"accounts": list(ids)})
        for account_id, title, due_on, who in cursor.fetchall():
            found[account_id].append(Planned(title=title, due_on=due_on, who=who))
    return dict(found)


def _detractors(run: Run, rows: QuerySet[AccountCurrent]) -> dict[int, int]:
    """Account -> the newest low NPS answer that nobody had come back to by the cut-off."""
    since = run.data_cutoff - dt.timedelta(days=DETRACTOR_DAYS)
    versions = Survey.objects.filter(
        kind=Survey.Kind.NPS,
        answered_at__gte=since,
        answered_at__lte=run.data_cutoff,
        known_at__lte=run.data_cutoff,
        account__in=rows.values("account_id"),
    )
    newest = versions.order_by("account_id", "external_id", "-known_at", "-pk").distinct(
        "account_id", "external_id"
    )
    answers = newest.values_list("answered_at", "pk", "account_id", "score", "followed_up_at")
    return {
        account_id: pk
        for at, pk, account_id, score, followed_up_at in sorted(answers, key=lambda a: a[:2])
        if score is not None and score <= DETRACTOR and followed_up_at is None
    }


def _add_snapshots(run: Run, found: dict[int, Known]) -> None:
    """Flags with the day since which they stand. Without a snapshot: since this night."""
    stored = Snapshot.objects.filter(
        account_id__in=found, day=run.business_day, run_id=run.pk
    ).only("account_id", "day", "run_id", "flags", "states", "age_days")
    for known in found.values():
        known.flags = list(_tonight(known.row, run.business_day))
    for snapshot in stored:
        known = found[snapshot.account_id]
        flags = [Flag.from_dict(flag) for flag in snapshot.flags]
        known.flags = [flag for flag in flags if flag.state == OPEN and flag.rule in RULES]
        known.age_days, known.has_usage = snapshot.age_days, connected(snapshot)["usage"]


def _tonight(row: AccountCurrent, day: dt.date) -> Iterable[Flag]:
    for code in row.flags:
        if code in RULES:
            yield Flag(rule=code, state=OPEN, since=day, count=0, severity=row.severity)


def _add_terms(run: Run, found: dict[int, Known]) -> None:
    """The newest terms of which the night knew."""
    terms = Contract.objects.filter(account_id__in=found, known_at__lte=run.data_cutoff)
    for contract in terms.order_by("account_id", "-known_at").distinct("account_id"):
        found[contract.account_id].terms = contract


def _add_late(run: Run, found: dict[int, Known]) -> None:
    """Value tasks of the onboarding that should have been done and were not, the oldest first."""
    young = [pk for pk, known in found.items() if known.row.stage == "onboarding"]
    is_open = Q(completed_on=None) | Q(completed_on__gte=run.business_day)
    overdue = Milestone.objects.filter(
        is_open,
        account_id__in=young,
        due_on__lt=run.business_day,
        known_at__lte=run.data_cutoff,
    )
    for milestone in overdue.order_by("due_on", "pk"):
        found[milestone.account_id].late.append(milestone)
