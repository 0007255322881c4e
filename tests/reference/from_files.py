"""Canonical CSV files -> the plain facts of one business day, in plain Python and without any
database: what the reference functions take, and what the score needs beside it.

Everything is known when it happened, as after `--known-at occurred`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from metrics.signals.base import HISTORY_DAYS
from tests.reference.outages import begun_spans, state_of, unheard_weeks
from tests.reference.rows import Clock, Row, first, is_yes, latest, moved_on, progress, read
from tests.reference.world import (
    WEEK,
    Account,
    Course,
    Feature,
    Person,
    Survey,
    Task,
    Ticket,
    complete_weeks,
)

NOT_PEOPLE = ("service", "vendor")
FACTS = ("usage", "training", "tickets", "surveys", "milestones", "people")


@dataclass(frozen=True, kw_only=True)
class Asked(Survey):
    """A survey, and when somebody came back to her about the answer."""

    followed_up: dt.date | None


@dataclass(frozen=True, kw_only=True)
class Customer:
    """An account, and what the score needs beside its facts. sources: source -> its state and the
    days since it is in it; last_use: of anybody at all.
    """

    account: Account
    sources: dict[str, tuple[str, int]]
    notice_given: bool
    last_use: dt.date | None


class Files:
    """A folder, seen from the night of one day."""

    def __init__(self, folder: Path, *, today: dt.date, zone: str, run_at: dt.time) -> None:
        self.folder, self.today, self.zone = folder, today, ZoneInfo(zone)
        cutoff = dt.datetime.combine(today, run_at, self.zone)
        self.clock = Clock(zone=self.zone, today=today, cutoff=cutoff)
        self.weeks = complete_weeks(today)
        self.spans = begun_spans(read(folder, "source_status"), self.clock)

    def customers(self) -> dict[str, Customer]:
        """All that are customers on that day, by external id."""
        return {
            number: customer
            for number, terms in self.contracts.items()
            if (customer := self.customer(number, terms))
        }

    def customer(self, number: str, terms: list[Row]) -> Customer | None:
        clock = self.clock
        known = [row for row in terms if clock.knows(row["starts_on"])]
        starts = [day for row in known if (day := clock.day(row["starts_on"]))]
        said = self.accounts[number]
        left = clock.day(said["churned_on"])
        if not starts or min(starts) > self.today or (left and left < self.today):
            return None
        start = min(starts)
        members = [row for row in self.members if row["account_external_id"] == number]
        people = {row["external_id"]: self.person(row) for row in members}
        uses = [row for row in self.uses if row["account_external_id"] == number]
        last_use = self.add_days(people, uses)
        sources = {name: self.state(name, number) for name in FACTS}
        account = Account(
            today=self.today,
            age=(self.today - start).days,
            seats=number_of(known[-1]["seats_sold"]),
            used=last_use is not None,
            features=self.features,
            people=list(people.values()),
            tickets=[self.ticket(row, people) for row in self.records["tickets"][number]],
            surveys=[self.survey(row, people) for row in self.records["surveys"][number]],
            tasks=[self.task(row, start) for row in self.tasks[number]],
            weeks=self.weeks,
            seats_in=self.seats_in(known),
            has_training=sources["training"][0] not in ("absent", "not_bought"),
            unheard=unheard_weeks(self.spans, self.clock, number, self.weeks, people.values()),
        )
        return Customer(
            account=account,
            sources=sources,
            notice_given=clock.past_day(known[-1]["notice_on"]) is not None,
            last_use=last_use,
        )

    # -- what the files say of everybody -------------------------------------------------------

    @cached_property
    def contracts(self) -> dict[str, list[Row]]:
        """Versions of each account's terms: each row on top of those before it."""
        versions: dict[str, list[Row]] = {}
        for row in read(self.folder, "accounts"):
            before = versions.setdefault(row["external_id"], [])
            state = dict(before[-1]) if before else row
            before.append(state | {name: cell for name, cell in row.items() if cell})
        return versions

    @cached_property
    def accounts(self) -> dict[str, Row]:
        return {number: versions[-1] for number, versions in self.contracts.items()}

    @cached_property
    def everybody(self) -> dict[str, Row]:
        """Everybody who is known, robots included, by id."""
        rows = latest(read(self.folder, "people"), "external_id")
        return {row["external_id"]: row for row in rows if self.clock.knows(row["provisioned_at"])}

    @cached_property
    def members(self) -> list[Row]:
        return [row for row in self.everybody.values() if row["persona"].lower() not in NOT_PEOPLE]

    @cached_property
    def features(self) -> list[Feature]:
        """What was described and released; what only occurs in usage is a core one."""
        rows = {row["key"]: row for row in latest(read(self.folder, "features"), "key")}
        keys = [*rows, *dict.fromkeys(row["feature_key"] for row in self.uses)]
        found = []
        for key in dict.fromkeys(keys):
            row = rows.get(key, {"level": "", "personas": "", "released_on": ""})
            released = self.clock.day(row["released_on"])
            if key not in ("", "login") and (released is None or released < self.today):
                personas = tuple(name.strip() for name in row["personas"].split(";") if name)
                level = row["level"] or "core"
                found.append(Feature(key=key, level=level, personas=personas, released=released))
        return found

    @cached_property
    def uses(self) -> list[Row]:
        """Usage of days up to t-1, of nobody or of somebody of the account; each event once."""
        rows = [*read(self.folder, "usage"), *read(self.folder, "usage_late")]
        return [
            row
            for row in first(rows, key="event_id")
            if self.clock.past_day(row["occurred_at"]) and self.is_placed(row)
        ]

    def is_placed(self, row: Row) -> bool:
        person = self.everybody.get(row["person_external_id"])
        return not row["person_external_id"] or bool(
            person and person["account_external_id"] == row["account_external_id"]
        )

    @cached_property
    def records(self) -> dict[str, dict[str, list[Row]]]:
        """Tickets and surveys by source and account."""
        tickets = moved_on(
            read(self.folder, "tickets"),
            clock=self.clock,
            began=("opened_at",),
            moments=("opened_at", "first_answer_at", "solved_at"),
            step=lambda row: int(row["reopens"] or 0),
            moving=("reopens", "solved_at"),
        )
        surveys = moved_on(
            [{"followed_up_at": ""} | row for row in read(self.folder, "surveys")],
            clock=self.clock,
            began=("sent_at", "answered_at"),
            moments=("sent_at", "answered_at", "followed_up_at"),
            step=lambda row: 0,
        )
        opened = [row for row in tickets if self.clock.past_day(row["opened_at"])]
        # who answered twice on one day meant the later answer
        surveys.sort(key=lambda row: self.clock.moment(row["answered_at"]) or self.clock.cutoff)
        asked = [
            row
            for row in surveys
            if self.clock.past_day(row["sent_at"]) or self.clock.past_day(row["answered_at"])
        ]
        return {
            source: {
                number: [row for row in rows if row["account_external_id"] == number]
                for number in self.accounts
            }
            for source, rows in (("tickets", opened), ("surveys", asked))
        }

    @cached_property
    def courses(self) -> list[Row]:
        return moved_on(
            read(self.folder, "training"),
            clock=self.clock,
            began=("completed_at",),
            moments=("completed_at",),
            step=progress,
            moving=("status", "completed_at", "score"),
        )

    @cached_property
    def tasks(self) -> dict[str, list[Row]]:
        rows = latest(read(self.folder, "milestones"), "account_external_id", "name")
        return {
            number: [row for row in rows if row["account_external_id"] == number]
            for number in self.accounts
        }

    # -- what they say of one account ----------------------------------------------------------

    def person(self, row: Row) -> Person:
        return Person(
            provisioned=self.clock.past_day(row["provisioned_at"]),
            left=self.clock.past_day(row["deactivated_at"]),
            intended=is_yes(row["intended"]),
            champion=is_yes(row["champion"]),
            decides=is_yes(row["decision_maker"]),
            group=row["group"],
            persona=row["persona"],
            courses=[
                Course(
                    name=course["course"],
                    persona=course["persona"],
                    done=self.done(course),
                )
                for course in self.courses
                if course["person_external_id"] == row["external_id"]
            ],
        )

    def done(self, course: Row) -> dt.date | None:
        if course["status"].lower() not in ("completed", "passed"):
            return None
        # without a day it has been so as long as we know
        return (
            self.clock.past_day(course["completed_at"]) if course["completed_at"] else dt.date.min
        )

    def add_days(self, people: dict[str, Person], uses: list[Row]) -> dt.date | None:
        """Gives everybody her days and features; returns the last day on which anybody came.
        Log-ins count where there is nothing else in the year that is looked at.
        """
        begin = self.today - dt.timedelta(days=HISTORY_DAYS)
        ours = [u for u in uses if not u["person_external_id"] or u["person_external_id"] in people]
        dated = [(row, day) for row in ours if (day := self.clock.day(row["occurred_at"]))]
        for row, day in dated:
            person, key = people.get(row["person_external_id"]), row["feature_key"]
            if person and key not in ("", "login"):
                person.first_use[key] = min(person.first_use.get(key, day), day)
                person.last_use[key] = max(person.last_use.get(key, day), day)
        lately = [(row, day) for row, day in dated if day >= begin]
        events = [item for item in lately if item[0]["feature_key"] not in ("", "login")]
        days = events or lately
        for row, day in days:
            if row["person_external_id"]:
                people[row["person_external_id"]].days.add(day)
        for number, person in people.items():
            if not self.everybody[number]["provisioned_at"] and person.days:
                person.provisioned = min(person.days)
        return max((day for _, day in days), default=None)

    def ticket(self, row: Row, people: dict[str, Person]) -> Ticket:
        clock = self.clock
        opened, answered = clock.moment(row["opened_at"]), clock.moment(row["first_answer_at"])
        assert opened
        solved = clock.past_day(row["solved_at"])
        rated = not row["solved_at"] or solved is not None
        return Ticket(
            person=people.get(row["person_external_id"]),
            opened=opened.replace(tzinfo=None),
            answered=answered.replace(tzinfo=None)
            if answered and answered.date() < self.today
            else None,
            solved=solved,
            severity=row["severity"],
            maturity=row["maturity"] or "unknown",
            escalated=is_yes(row["escalated"]),
            reopens=int(row["reopens"] or 0),
            channel=row["channel"].lower(),
            csat=number_of(row["csat"]) if rated else None,
        )

    def survey(self, row: Row, people: dict[str, Person]) -> Asked:
        answered = self.clock.past_day(row["answered_at"])
        return Asked(
            person=people.get(row["person_external_id"]),
            kind=row["kind"].lower(),
            sent=self.clock.past_day(row["sent_at"]),
            answered=answered,
            score=number_of(row["score"]) if answered else None,
            followed_up=self.clock.past_day(row["followed_up_at"]),
        )

    def task(self, row: Row, start: dt.date) -> Task:
        due, done = self.clock.day(row["due_on"]), self.clock.past_day(row["completed_on"])
        return Task(
            due=(due - start).days if due else None,
            done=(done - start).days if done else None,
            value=is_yes(row["value"]),
        )

    def seats_in(self, known: list[Row]) -> dict[dt.date, float | None]:
        """Seats in force when each week ended; those of the first contract before it began."""
        found = {}
        for week in self.weeks:
            begun = [
                row for row in known if str(self.clock.day(row["starts_on"])) < str(week + WEEK)
            ]
            found[week] = number_of((begun or known[:1])[-1]["seats_sold"])
        return found

    def state(self, source: str, number: str) -> tuple[str, int]:
        connected = "live" if self.delivers(source) else "absent"
        return state_of(self.spans, self.clock, source, number, otherwise=connected)

    def delivers(self, source: str) -> bool:
        """Whether anything at all has come from a source."""
        rows = {
            "usage": self.uses,
            "training": self.courses,
            "tickets": [row for rows in self.records["tickets"].values() for row in rows],
            "surveys": [row for rows in self.records["surveys"].values() for row in rows],
            "milestones": [row for rows in self.tasks.values() for row in rows],
            "people": list(self.everybody),
        }
        return bool(rows[source])


def number_of(text: str) -> float | None:
    return float(text) if text else None
