"""The peer of the night: one account at a time, a query or two for each question, as a view would.

It asks the 24 questions in their plainest form: no season, no outages, no priors of the portfolio,
no curves, caps, bands, flags or reasons, and it stores nothing. The real thing would cost more.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db.models import Avg, Count, F, Max, Q, QuerySet, Sum

from accounts.models import Account, Contract, Milestone, Person
from metrics.models import (
    Feature,
    FeatureCalendar,
    Survey,
    Ticket,
    TrainingRecord,
    UsageUserDay,
)

UserDays = QuerySet[UsageUserDay]
Values = dict[str, float | None]
DAY = dt.timedelta(days=1)


def account_in_orm(account: Account, day: dt.date) -> Values:
    """Raw values by signal code."""
    contract = Contract.objects.filter(account_id=account.pk).order_by("-known_at").first()
    seats = (contract.seats_sold if contract else None) or 0
    people = Person.objects.filter(account_id=account.pk, deactivated_at=None)
    count = people.count()
    days = UsageUserDay.objects.filter(account_id=account.pk, day__lt=day)
    at = dt.datetime.combine(day, dt.time(), dt.UTC)
    return {
        **_engagement(days, day, seats),
        **_drops(account, day),
        **_breadth(account, days, day),
        **_people(account, days, at, count),
        **_support(account, days, at),
        **_sentiment(account, at),
    }


def _engagement(days: UserDays, day: dt.date, seats: int) -> Values:
    active = days.filter(day__gte=day - 28 * DAY).values("person_id").distinct().count()
    by_person = days.filter(day__gte=day - 84 * DAY).values("person_id").annotate(n=Count("day"))
    per_week = [row["n"] / 12 for row in by_person]
    weeks: dict[int, set[dt.date]] = defaultdict(set)
    for person, on in days.filter(day__gte=day - 84 * DAY).values_list("person_id", "day"):
        weeks[person].add(on - dt.timedelta(days=on.weekday()))
    recent = days.filter(day__gte=day - 28 * DAY).aggregate(n=Sum("events"))["n"] or 0
    before = days.filter(day__lt=day - 28 * DAY, day__gte=day - 84 * DAY).aggregate(n=Sum("events"))
    return {
        "S01": active / seats if seats else None,
        "S05": _mean([len(own) / 12 for own in weeks.values()]),
        "S06": _mean(per_week),
        "S07": 2 * recent / before["n"] if before["n"] else None,
    }


def _drops(account: Account, day: dt.date) -> Values:
    """Who was regular over 12 weeks and has halved since."""
    rows = UsageUserDay.objects.filter(account_id=account.pk, day__lt=day)
    halves: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for usage in rows:
        halves[usage.person_id][usage.day >= day - 28 * DAY] += 1
    regular = [(old / 9, new / 4) for old, new in halves.values() if old >= 18]
    fallen = sum(new < old / 2 for old, new in regular)
    return {"S08": fallen / len(regular) if regular else None}


def _breadth(account: Account, days: UserDays, day: dt.date) -> Values:
    features = Feature.objects.exclude(key="login").count()
    used = FeatureCalendar.objects.filter(account_id=account.pk)
    advanced = used.filter(feature_id__in=Feature.objects.filter(level="advanced"))
    per_person = used.values("person_id").annotate(n=Count("feature_id"))
    groups = dict(Person.objects.filter(account_id=account.pk).values_list("pk", "group"))
    by_group: dict[str, int] = defaultdict(int)
    heads: dict[int, int] = defaultdict(int)
    for person, n in (
        days.filter(day__gte=day - 56 * DAY).values_list("person_id").annotate(n=Count("day"))
    ):
        by_group[groups.get(person, "")] += n
        heads[person] += n
    whole = sum(by_group.values())
    return {
        "S09": used.values("feature_id").distinct().count() / features if features else None,
        "S10": advanced.values("person_id").distinct().count() / max(len(groups), 1),
        "S11": _mean([row["n"] / features for row in per_person]) if features else None,
        "S12": len(by_group) / max(len(set(groups.values())), 1),
        "S13": max(by_group.values()) / whole if whole else None,
        "S14": max(heads.values()) / whole if whole else None,
    }


def _people(account: Account, days: UserDays, at: dt.datetime, count: int) -> Values:
    people = Person.objects.filter(account_id=account.pk)
    new = list(people.filter(provisioned_at__gte=at - 90 * DAY).values_list("pk", flat=True))
    came = days.filter(person_id__in=new).values("person_id").distinct().count()
    left = people.filter(deactivated_at__gte=at - 90 * DAY).count()
    trained = TrainingRecord.objects.filter(account_id=account.pk, status="completed")
    tasks = Milestone.objects.filter(account_id=account.pk)
    first = tasks.filter(is_value=True).aggregate(at=Max("completed_on"))["at"]
    return {
        "S15": came / len(new) if new else None,
        "S16": left / count if count else None,
        "S02": trained.values("person_id").distinct().count() / count if count else None,
        "S03": tasks.exclude(completed_on=None).count() / max(tasks.count(), 1),
        "S04": (first - account.known_at.date()).days if first else None,
    }


def _support(account: Account, days: UserDays, at: dt.datetime) -> Values:
    tickets = Ticket.objects.filter(account_id=account.pk, opened_at__lt=at)
    recent = tickets.filter(opened_at__gte=at - 84 * DAY)
    weeks = days.filter(day__gte=(at - 84 * DAY).date()).values("person_id").distinct().count()
    kinds = tickets.aggregate(n=Count("pk"), intro=Count("pk", filter=Q(maturity="intro")))
    waits = recent.exclude(first_answer_at=None).annotate(
        waited=F("first_answer_at") - F("opened_at")
    )
    hours = [ticket.waited.total_seconds() / 3600 for ticket in waits]
    open_ = tickets.filter(solved_at=None).count()
    return {
        "S17": recent.count() / weeks if weeks else None,
        "S18": kinds["intro"] / kinds["n"] if kinds["n"] else None,
        "S19": sum(wait <= 4 for wait in hours) / len(hours) if hours else None,
        "S20": tickets.aggregate(mean=Avg("csat"))["mean"],
        "S21": float(recent.filter(escalated=True).count() + open_),
    }


def _sentiment(account: Account, at: dt.datetime) -> Values:
    surveys = Survey.objects.filter(account_id=account.pk, sent_at__lt=at)
    answers = list(surveys.exclude(score=None).values_list("score", flat=True))
    sent = surveys.count()
    bad = surveys.filter(score__lte=6, answered_at__gte=at - 90 * DAY).count()
    net = sum(score >= 9 for score in answers) - sum(score <= 6 for score in answers)
    return {
        "S22": net / len(answers) if answers else None,
        "S23": len(answers) / sent if sent else None,
        "S24": float(bad),
    }


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
