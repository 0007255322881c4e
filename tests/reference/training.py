"""Who has been trained, slowly."""

from __future__ import annotations

from metrics.signals.base import Portfolio
from tests.reference.world import OK, TOO_LITTLE, Account, Person, Value


def s02(account: Account, portfolio: Portfolio) -> Value:
    people = account.current
    if len(people) < 2:
        return None, TOO_LITTLE
    share = sum(trained(account, person) for person in people) / len(people)
    if account.age <= 90:
        share /= min(1, 0.3 + 0.7 * account.age / 84)
    return share, OK


def trained(account: Account, person: Person) -> bool:
    """She has done a course that is meant for her persona, or any where none is."""
    meant = {
        course.name
        for other in account.people
        for course in other.courses
        if course.persona and course.persona == person.persona
    }
    done = {course.name for course in person.courses if course.done}
    return bool(done & meant) if meant else bool(done)
