"""Joins the parts: a plan in, the canonical CSV files out. The same plan gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from metrics.demo.contracts import Customer, account_id, make_customer
from metrics.demo.features import FEATURES
from metrics.demo.files import LATE, Files
from metrics.demo.learning import Cells, make_milestones, make_training
from metrics.demo.people import Member, make_members
from metrics.demo.renewals import decide_renewals
from metrics.demo.support import make_tickets
from metrics.demo.surveys import make_surveys, outage
from metrics.demo.usage import KEYS, Usage, make_usage
from metrics.demo.world import Calendar, Ints, Plan, Purpose

# share of usage rows that are sent twice, and of the last month's that come days later
TWICE, LATE_SHARE, LATE_DAYS = 0.002, 0.015, 30
# chance that a customer did not buy a source, or sends only log-ins
_MISSING = {"training": 0.07, "surveys": 0.05, "tickets": 0.04, "milestones": 0.04}
NO_USAGE, ONLY_LOGINS = 0.015, 0.035


def generate(plan: Plan, folder: Path) -> dict[str, int]:
    """Writes all files into `folder`; data rows by file."""
    calendar = Calendar(plan)
    rng = plan.rng(0)
    incidents = [int(rng.integers(0, plan.days)) for _ in range(max(plan.days // 150, 1))]
    with Files(folder) as files:
        files.write("features", _features(plan, calendar))
        begin, end = outage(plan)
        if end > 0:
            span = (calendar.day(begin).isoformat(), calendar.day(end).isoformat())
            files.write("source_status", [("surveys", "", *span, "broken")])
        for index in range(plan.accounts):
            customer = make_customer(plan, index, incidents=incidents)
            decide_renewals(plan, calendar, customer)
            _choose_sources(plan, customer)
            _write_customer(files, plan, calendar, customer)
        return files.counts


def _choose_sources(plan: Plan, customer: Customer) -> None:
    rng = plan.rng(Purpose.SOURCES, customer.index)
    draws = rng.random(len(_MISSING))
    draw = rng.random()
    if customer.story is not None:
        customer.usage = "none" if customer.story.key == "no_usage_source" else "usage"
        return
    customer.missing = tuple(
        source for source, chance in zip(_MISSING, draws, strict=True) if chance < _MISSING[source]
    )
    if draw < NO_USAGE:
        customer.usage = "none"
    elif draw < NO_USAGE + ONLY_LOGINS:
        customer.usage = "logins"


def _write_customer(files: Files, plan: Plan, calendar: Calendar, customer: Customer) -> None:
    members = make_members(plan, calendar, customer)
    usage = make_usage(plan, calendar, customer, members)
    files.write("accounts", [_account(calendar, customer)])
    files.write("people", (_person(calendar, customer, member) for member in members))
    _write_usage(files, plan, calendar, customer, members, usage)
    files.write("milestones", make_milestones(plan, calendar, customer))
    files.write("training", make_training(plan, calendar, customer, members))
    files.write("tickets", make_tickets(plan, calendar, customer, members, usage.active))
    files.write("surveys", make_surveys(plan, calendar, customer, members))
    files.write("arr_movements", _movements(calendar, customer))
    files.write("source_status", _source_status(calendar, customer))


def _features(plan: Plan, calendar: Calendar) -> list[Cells]:
    return [
        (
            feature.key,
            feature.name,
            feature.level,
            ";".join(feature.personas),
            calendar.day(feature.released_at(plan)).isoformat(),
        )
        for feature in FEATURES
    ]


def _account(calendar: Calendar, customer: Customer) -> Cells:
    notice, churned = customer.notice_at, customer.churned_at
    return (
        customer.external_id,
        customer.name,
        customer.domain,
        customer.segment,
        customer.industry,
        customer.plan,
        customer.seats,
        f"{customer.arr}.00",
        "EUR",
        calendar.day(customer.starts_at).isoformat(),
        customer.renews_on.isoformat(),
        customer.notice_days,
        customer.owner,
        "" if customer.parent is None else account_id(customer.parent),
        "" if notice is None else calendar.day(notice).isoformat(),
        "" if churned is None else calendar.day(churned).isoformat(),
        customer.churn_reason if churned is not None else "",
    )


def _person(calendar: Calendar, customer: Customer, member: Member) -> Cells:
    def yes_no(is_so: bool) -> str:
        return "true" if is_so else "false"

    return (
        member.external_id(customer),
        customer.external_id,
        member.email(customer),
        member.name,
        member.group,
        member.persona,
        member.level,
        yes_no(member.intended),
        yes_no(member.champion),
        yes_no(member.decision_maker),
        "" if member.came is None else calendar.moment(member.came),
        "" if member.left is None else calendar.moment(member.left),
    )


def _write_usage(
    files: Files,
    plan: Plan,
    calendar: Calendar,
    customer: Customer,
    members: list[Member],
    usage: Usage,
) -> None:
    rng = plan.rng(Purpose.USAGE, customer.index, 1)
    lines = usage_lines(calendar, customer, members, usage)
    late = (usage.day >= plan.days - LATE_DAYS) & (rng.random(len(lines)) < LATE_SHARE)
    files.write_lines(LATE, [lines[at] for at in np.flatnonzero(late)])
    at_once = np.flatnonzero(~late)
    again = at_once[rng.random(len(at_once)) < TWICE]
    files.write_lines("usage", [lines[at] for at in (*at_once, *again)])


def usage_lines(
    calendar: Calendar, customer: Customer, members: list[Member], usage: Usage
) -> list[str]:
    """CSV lines. One customer in twenty sends counts without event ids."""
    account = customer.external_id
    people = [f"{account},{member.external_id(customer)}" for member in members]
    prefixes = calendar.prefixes
    offsets = [calendar.offset(at) for at in range(len(prefixes))]
    with_id = customer.index % 20 != 11
    columns: tuple[Ints, ...] = (usage.person, usage.day, usage.second, usage.feature, usage.count)
    return [
        f"{f'{account}-u{number}' if with_id else ''},{people[person]},{KEYS[feature]},"
        f"{prefixes[day]}{_CLOCK[second // 60]}:{second % 60:02d}{offsets[day]},{count}"
        for number, (person, day, second, feature, count) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        )
    ]


_CLOCK = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60))


def _movements(calendar: Calendar, customer: Customer) -> list[Cells]:
    return [
        (
            f"{customer.external_id}-m{number + 1}",
            customer.external_id,
            move.type,
            f"{move.amount}.00",
            calendar.day(move.at).isoformat(),
        )
        for number, move in enumerate(sorted(customer.movements, key=lambda move: move.at))
    ]


def _source_status(calendar: Calendar, customer: Customer) -> list[Cells]:
    missing = (*customer.missing, *(("usage",) if customer.usage == "none" else ()))
    begin = calendar.day(customer.starts_at).isoformat()
    return [(source, customer.external_id, begin, "", "not_bought") for source in missing]
