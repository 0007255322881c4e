"""Users who look at pages, and customers with real nights behind them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client

from accounts.models import Account, Role, User
from metrics import nightly
from metrics.models import Run
from tests.facts import (
    DAY,
    ago,
    at,
    live_scorecard,
    make_account,
    make_contract,
    make_milestone,
    make_person,
    make_survey,
    make_ticket,
    make_training,
    use,
)

WORKDAYS = [days for days in range(1, 300) if ago(days).weekday() < 5]


def make_user(name: str, role: str = Role.CSM, **over: Any) -> User:
    """Ana: ana@example.com."""
    return User.objects.create_user(f"{name.lower()}@example.com", name=name, role=role, **over)


def make_team() -> dict[str, User]:
    """Ana owns accounts, Ben is her manager, Cy has none of them, Ada is admin."""
    ben = make_user("Ben", Role.MANAGER)
    return {
        "ana": make_user("Ana", manager=ben),
        "ben": ben,
        "cy": make_user("Cy"),
        "ada": make_user("Ada", Role.ADMIN),
    }


def client_of(user: User | None) -> Client:
    """A browser of hers, or of nobody."""
    client = Client()
    if user:
        client.force_login(user)
    return client


def make_customer(**over: Any) -> Account:
    """Six people in two groups, of whom three have not come for five weeks."""
    account = make_account(seats=8, **over)
    make_contract(
        account,
        seats_sold=8,
        arr=86400,
        currency="USD",
        starts_on=ago(500),
        renews_on=DAY + dt.timedelta(days=100),
        notice_days=60,
        known_at=at(ago(499)),
    )
    for number in range(6):
        person = make_person(account, group=["Planning", "Dispatch"][number % 2])
        use(account, person, *[days for days in WORKDAYS if number % 2 == 0 or days > 35])
        if number < 4:
            make_training(person)
        make_survey(account, person=person, sent=40, answered=38, score=9 - number)
    make_milestone(account, due_on=ago(450), completed_on=ago(460), completed_known_at=at(ago(460)))
    make_ticket(account, opened=20, first_answer_at=at(ago(20), 11), solved_at=at(ago(18)), csat=5)
    return account


def night(day: dt.date = DAY, **over: Any) -> Run:
    """A whole night, calculated and published."""
    values = {
        "kind": Run.Kind.NIGHTLY,
        "scorecard": live_scorecard(),
        "data_cutoff": at(day, 3),
        "code_version": "test",
    }
    run = Run.objects.request(day, **{**values, **over})
    nightly.work("tests", seconds=60)
    run.refresh_from_db()
    assert run.is_published
    return run
