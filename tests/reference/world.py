"""One account of some frames as plain facts: dates instead of days ago, people as objects."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from metrics.signals.base import HISTORY_DAYS, Frames, Portfolio, Source

OK, NOT_APPLICABLE, TOO_LITTLE = "OK", "NOT_APPLICABLE", "TOO_LITTLE"
Value = tuple[float | None, str]  # raw and state
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Feature:
    key: str
    level: str
    personas: tuple[str, ...]
    released: dt.date | None


@dataclass(frozen=True, kw_only=True)
class Course:
    name: str
    persona: str
    done: dt.date | None  # completed or passed


@dataclass(kw_only=True, eq=False)
class Person:
    provisioned: dt.date | None
    left: dt.date | None
    intended: bool
    champion: bool
    decides: bool
    group: str
    persona: str
    days: set[dt.date] = field(default_factory=set)
    first_use: dict[str, dt.date] = field(default_factory=dict)
    last_use: dict[str, dt.date] = field(default_factory=dict)
    courses: list[Course] = field(default_factory=list)

    @property
    def current(self) -> bool:
        return self.provisioned is not None and self.left is None

    def tenure(self, day: dt.date) -> int:
        """Days since she was provisioned; 0 for somebody who never was."""
        return (day - self.provisioned).days if self.provisioned else 0

    def active_days(self, first: dt.date, days: int) -> int:
        return sum(first + dt.timedelta(days=n) in self.days for n in range(days))

    def weekdays(self, days: list[dt.date]) -> int:
        """Weekdays on which she was active; what she did at the weekend counts to the Friday
        before, if that is one of the days. So 28 days have twenty at most.
        """
        came = {day for day in days if day in self.days}
        counted = {day - dt.timedelta(days=max(day.weekday() - 4, 0)) for day in came}
        return len(counted & set(days))

    def in_week(self, monday: dt.date) -> int:
        """Weekdays on which she was active; what she did at the weekend counts to Friday."""
        return len({min(n, 4) for n in range(7) if monday + dt.timedelta(days=n) in self.days})


@dataclass(frozen=True, kw_only=True)
class Ticket:
    person: Person | None
    opened: dt.datetime
    answered: dt.datetime | None
    solved: dt.date | None
    severity: str
    maturity: str
    escalated: bool
    reopens: int
    channel: str
    csat: float | None


@dataclass(frozen=True, kw_only=True)
class Survey:
    person: Person | None
    kind: str
    sent: dt.date | None
    answered: dt.date | None
    score: float | None


@dataclass(frozen=True, kw_only=True)
class Task:
    due: float | None  # days after the contract's start
    done: float | None
    value: bool


@dataclass(frozen=True, kw_only=True)
class Account:
    today: dt.date
    age: int
    seats: float | None
    used: bool  # anybody at all has ever used it
    features: list[Feature]
    people: list[Person]
    tickets: list[Ticket]
    surveys: list[Survey]
    tasks: list[Task]
    weeks: list[dt.date]  # Mondays of complete weeks, oldest first
    seats_in: dict[dt.date, float | None]
    has_training: bool
    unheard: set[dt.date]  # weeks that an outage of usage swallowed

    @property
    def start(self) -> dt.date:
        return self.today - dt.timedelta(days=self.age)

    @property
    def current(self) -> list[Person]:
        return [person for person in self.people if person.current]

    def heard_weeks(self, person: Person) -> list[dt.date]:
        """Whole weeks since she was provisioned of which something was heard."""
        since = person.provisioned
        return [w for w in self.weeks if since and since <= w and w not in self.unheard]

    def first_of(self, days: int) -> dt.date:
        """First day of the window of so many days that ends with yesterday."""
        return self.today - dt.timedelta(days=days)

    def heard(self, day: dt.date) -> bool:
        """Whether the week of a day is none that an outage swallowed."""
        return day - dt.timedelta(days=day.weekday()) not in self.unheard

    def heard_days(self, days: int) -> list[dt.date]:
        """So many days before today of which something was heard, the last first."""
        history = (self.today - dt.timedelta(days=n) for n in range(1, HISTORY_DAYS + 1))
        return [day for day in history if self.heard(day)][:days]

    def first_heard(self, days: int) -> dt.date:
        """The first of so many days of which something was heard, or of all there are."""
        heard = self.heard_days(days)
        return heard[-1] if len(heard) == days else self.first_of(HISTORY_DAYS)

    def within(self, day: dt.date | None, days: int) -> bool:
        return day is not None and self.first_of(days) <= day < self.today

    def active_people(self, days: int = 28) -> list[Person]:
        """Current people who came since the first of so many days of which something was heard."""
        first = self.first_heard(days)
        return [p for p in self.current if any(first <= day < self.today for day in p.days)]


def kept_weeks(account: Account, portfolio: Portfolio) -> list[dt.date]:
    """Complete weeks without those in which the whole portfolio is away."""
    return [week for week in account.weeks if portfolio.season.get(week, 1.0) >= 0.6]


def account_of(frames: Frames, place: int) -> Account:
    """The account at that position, with everything that is known about it."""
    today, row = frames.day, frames.accounts.iloc[place]

    def ago(days: float | None) -> dt.date | None:
        return None if days is None else today - dt.timedelta(days=int(days))

    features = [
        Feature(
            key=row["key"],
            level=row["level"],
            personas=tuple(row["personas"]),
            released=ago(row["released_days_ago"]),
        )
        for row in rows_of(frames.features)
    ]
    people = people_of(frames, place, features)
    weeks = complete_weeks(today)
    seats = [none_if_nan(value) for value in frames.seats_by_week[place].tolist()]
    return Account(
        today=today,
        age=int(row["age_days"]),
        seats=none_if_nan(float(row["seats"])),
        used=not math.isnan(frames.last_use[place]),
        features=features,
        people=list(people.values()),
        tickets=[
            Ticket(
                person=people.get(row["person"]),
                opened=row["opened"].to_pydatetime(),
                answered=row["first_answer"].to_pydatetime() if row["first_answer"] else None,
                solved=ago(row["solved_days_ago"]),
                severity=row["severity"],
                maturity=row["maturity"],
                escalated=row["escalated"],
                reopens=row["reopens"],
                channel=row["channel"],
                csat=row["csat"],
            )
            for row in rows_of(frames.tickets, account=place)
        ],
        surveys=[
            Survey(
                person=people.get(row["person"]),
                kind=row["kind"],
                sent=ago(row["sent_days_ago"]),
                answered=ago(row["answered_days_ago"]),
                score=row["score"],
            )
            for row in rows_of(frames.surveys, account=place)
        ],
        tasks=[
            Task(due=row["due_day"], done=row["completed_day"], value=row["value"])
            for row in rows_of(frames.milestones, account=place)
        ],
        weeks=weeks,
        seats_in=dict(zip(weeks, seats, strict=True)),
        unheard={w for w, lost in zip(weeks, frames.unheard[place], strict=True) if lost},
        has_training=frames.source_state[Source.TRAINING][place] not in ("absent", "not_bought"),
    )


def people_of(frames: Frames, place: int, features: list[Feature]) -> dict[int, Person]:
    """Position -> person, of one account."""
    today, people = frames.day, {}
    for number, row in enumerate(rows_of(frames.people)):
        if row["account"] != place:
            continue
        columns = frames.active[number].tolist()
        people[number] = Person(
            provisioned=_before(today, row["tenure_days"]),
            left=_before(today, row["left_days"]),
            intended=row["intended"],
            champion=row["champion"],
            decides=row["decision_maker"],
            group=row["group"],
            persona=row["persona"],
            days={
                today - dt.timedelta(days=HISTORY_DAYS - column)
                for column, came in enumerate(columns)
                if came
            },
        )
    for row in rows_of(frames.feature_use):
        if row["person"] in people:
            key, person = features[row["feature"]].key, people[row["person"]]
            person.first_use[key] = today - dt.timedelta(days=row["first_days_ago"])
            person.last_use[key] = today - dt.timedelta(days=row["last_days_ago"])
    for row in rows_of(frames.training):
        if row["person"] in people:
            done = row["status"] in ("completed", "passed")
            people[row["person"]].courses.append(
                Course(
                    name=row["course"],
                    persona=row["persona"],
                    done=_before(today, row["completed_days_ago"]) if done else None,
                )
            )
    return people


def complete_weeks(today: dt.date) -> list[dt.date]:
    """Mondays of the weeks that lie wholly inside what is read, oldest first."""
    first = today - dt.timedelta(days=HISTORY_DAYS)
    days = [first + dt.timedelta(days=n) for n in range(HISTORY_DAYS)]
    return [day for day in days if day.weekday() == 0 and day + WEEK <= today]


def rows_of(frame: Any, **where: Any) -> Iterator[dict[str, Any]]:
    """The rows of a table as plain dicts; NaN and NaT become None."""
    for row in frame.to_dict("records"):
        if all(row[name] == value for name, value in where.items()):
            yield {name: none_if_nan(value) for name, value in row.items()}


def none_if_nan(value: Any) -> Any:
    return None if value != value else value


def _before(today: dt.date, days: float | None) -> dt.date | None:
    return None if days is None else today - dt.timedelta(days=int(days))
