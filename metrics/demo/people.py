"""Who works at the customers: they come, learn, take leave, and go."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace

import numpy as np

from metrics.demo import companies
from metrics.demo.contracts import Customer
from metrics.demo.world import Calendar, Plan, Purpose, State

PERSONAS = ("analyst", "specialist", "manager", "administrator")
LEVELS = ("beginner", "intermediate", "expert")
NOT_PEOPLE = ("service", "vendor")
_PERSONA_SHARES = (0.34, 0.4, 0.16, 0.1)
_ALL_NAMES = tuple(script.all_names() for script in companies.SCRIPTS)


@dataclass(kw_only=True)
class Member:
    """A person of a customer. Days are counted from the first of the period; None = never.

    `habit` is how often she uses the product compared with others (logit); `leaves` are absences
    as (first day, days).
    """

    number: int
    name: str
    script: int
    group: str
    persona: str
    level: str
    came: float | None
    left: float | None
    habit: float
    intended: bool = True
    champion: bool = False
    decision_maker: bool = False
    leaves: list[tuple[int, int]] = field(default_factory=list)

    def external_id(self, customer: Customer) -> str:
        return f"{customer.external_id}-p{self.number:03d}"

    def email(self, customer: Customer) -> str:
        """Latin names give the address; others a number, as many companies do."""
        plain = unicodedata.normalize("NFKD", self.name.lower().replace("ß", "ss"))
        plain = plain.replace("ł", "l")
        kept = "".join(letter for letter in plain if letter.isascii() and letter.isalpha())
        return f"{kept or 'user'}{self.number}@{customer.domain}"

    @property
    def is_person(self) -> bool:
        return self.persona not in NOT_PEOPLE


def make_members(plan: Plan, calendar: Calendar, customer: Customer) -> list[Member]:
    """Everybody who was at the customer within the period, and who should have been."""
    maker = _Maker(plan, calendar, customer)
    maker.fill()
    maker.appoint()
    maker.add_others()
    return maker.members


class _Maker:
    """The making of one customer's people, step by step from one stream."""

    def __init__(self, plan: Plan, calendar: Calendar, customer: Customer) -> None:
        self.plan, self.calendar, self.customer = plan, calendar, customer
        self.rng = plan.rng(Purpose.PEOPLE, customer.index)
        self.members: list[Member] = []
        count = int(np.clip(1 + customer.seats // 9 + self.rng.integers(0, 2), 2, 6))
        self.groups = [str(name) for name in self.rng.permutation(companies.GROUPS)[:count]]
        weights = self.rng.dirichlet(np.full(count, 4.0))
        self.group_shares = weights / weights.sum()
        # the product fits one department better than another
        pulls = self.rng.normal(scale=0.7, size=count)
        # and here and there one never warms to it
        ready = float(customer.states[:, State.PEOPLE].mean())
        pulls[self.rng.random(count) < np.clip(0.1 - 0.08 * ready, 0.02, 0.3)] -= 3.5
        self.pulls = dict(zip(self.groups, pulls, strict=True))
        self.script = int(self.rng.choice(len(companies.SCRIPTS), p=companies.SCRIPT_SHARES))
        people = customer.states[:, State.PEOPLE]
        # a year's turnover is 14 % where all is well, and doubles where it is not
        hazard = 0.14 / 365 * np.exp(-0.6 * people)
        for shock in customer.shocks:
            if shock.kind == "reorganisation":
                hazard[shock.at : shock.at + 30] += 0.15 / 30
        self.risk = np.cumsum(hazard)

    def fill(self) -> None:
        """The first team, then those who replace leavers, then those of new seats."""
        customer, rng = self.customer, self.rng
        mood = float(customer.states[customer.begin, State.PEOPLE])
        filled = float(np.clip(0.86 + 0.08 * mood, 0.5, 1.0))
        # somebody signs up on the first day, whatever follows
        self._add(came=customer.starts_at + 0.4, replaced=True)
        for _ in range(max(round(customer.seats_on(customer.begin) * filled) - 1, 1)):
            self._add(came=self._first_day(mood), replaced=True)
        for move in customer.movements:
            if move.type == "expansion":
                for _ in range(round(move.seats * filled)):
                    self._add(came=move.at + float(rng.uniform(1, 35)), replaced=True)
            elif move.type == "contraction":
                self._send_away(-move.seats, at=move.at)

    def _first_day(self, mood: float) -> float:
        """Most of the first team gets its logins within weeks, faster where people are ready."""
        customer, rng = self.customer, self.rng
        after = float(rng.exponential(14.0 * np.exp(-0.5 * mood)))
        if customer.story and customer.story.key == "brand_new":
            after = float(rng.uniform(0, 8))
        if rng.random() < 0.3 and customer.starts_at < -180:
            after = float(rng.uniform(0, -customer.starts_at - 1))
        return customer.starts_at + after

    def _add(self, *, came: float, replaced: bool) -> None:
        customer, rng = self.customer, self.rng
        came = float(np.floor(came)) + float(rng.uniform(0.36, 0.7))
        if came >= customer.ends_at:
            return
        member = self._member(came=came)
        left = self._leaving_day(member)
        if left < customer.ends_at:
            member.left = left
            if replaced and rng.random() < 0.9:
                self._add(came=left + float(rng.uniform(3, 40)), replaced=True)
        elif customer.churned_at is not None:
            member.left = float(customer.churned_at) - 0.01
        self.members.append(member)

    def _leaving_day(self, member: Member) -> float:
        """When the cumulated risk since she came passes an exponential draw."""
        begin = max(int(member.came or 0), 0)
        before = self.risk[begin - 1] if begin > 0 else 0.0
        draw = before + self.rng.exponential()
        return float(np.searchsorted(self.risk, draw)) + 0.72

    def _member(self, *, came: float | None) -> Member:
        rng, number = self.rng, len(self.members) + 1
        script = self.script
        if rng.random() < 0.25:
            script = int(rng.choice(len(companies.SCRIPTS), p=companies.SCRIPT_SHARES))
        known = _ALL_NAMES[script]
        group = self.groups[int(rng.choice(len(self.groups), p=self.group_shares))]
        return Member(
            number=self._next_number(),
            name=known[int(rng.integers(len(known)))],
            script=script,
            group=group,
            persona=PERSONAS[int(rng.choice(4, p=_PERSONA_SHARES))],
            level=LEVELS[int(rng.choice(3, p=(0.4, 0.42, 0.18)))],
            came=came,
            left=None,
            habit=float(rng.normal(loc=self.pulls[group], scale=0.8)),
            intended=bool(rng.random() < 0.96) or number < 3,
            leaves=self._leaves(),
        )

    def _next_number(self) -> int:
        self._number = getattr(self, "_number", 0) + 1
        return self._number

    def _leaves(self) -> list[tuple[int, int]]:
        """Holidays of one to three weeks, a third of them in July and August."""
        rng, days = self.rng, self.plan.days
        found = []
        for _ in range(int(rng.poisson(1.6 * days / 365))):
            at, length = int(rng.integers(0, days)), int(rng.integers(5, 22))
            if rng.random() < 0.35:
                july = self.calendar.index(self.calendar.day(at).replace(month=7, day=8))
                at = july + int(rng.integers(0, 42))
            found.append((at, length))
        return found

    def _send_away(self, count: int, *, at: int) -> None:
        """Seats that were given back: the least eager users lose theirs."""
        present = [m for m in self.members if (m.came or 0) < at and (m.left or np.inf) > at]
        for member in sorted(present, key=lambda member: member.habit)[:count]:
            member.left = at + 0.5

    def appoint(self) -> None:
        """Champions are among the eager; a champion who leaves is mostly succeeded by another."""
        customer, rng = self.customer, self.rng
        eager = sorted(self.members, key=lambda member: (member.came or 0, -member.habit))
        first = sorted(eager[: max(len(eager) // 2, 1)], key=lambda member: -member.habit)
        boss = first[-1]
        boss.decision_maker, boss.persona = True, "manager"
        champion = first[0]
        champion.champion, champion.level = True, "expert"
        champion.habit = max(champion.habit, 0.8) + 0.8
        at = self._champion_leaves()
        if at is None:
            return
        if (champion.came or 0) < at:
            champion.left = at + 0.7
        successors = [m for m in first[1:] if (m.left or np.inf) > at + 30]
        lonely = customer.story is not None and customer.story.key == "champion_loss"
        if successors and not lonely and rng.random() < 0.55:
            successors[0].champion = True

    def _champion_leaves(self) -> int | None:
        customer = self.customer
        if customer.story and customer.story.key == "champion_loss":
            return customer.ends_at - 75 if customer.ends_at > 90 else None
        days = [shock.at for shock in customer.shocks if shock.kind == "champion_left"]
        inside = [at for at in days if customer.begin + 14 < at < customer.ends_at]
        return min(inside) if inside else None

    def add_others(self) -> None:
        """People who should have a login and never got one; robots and our own support."""
        rng, customer = self.rng, self.customer
        mood = float(customer.states[-1, State.PEOPLE])
        missing = round(len(self.members) * float(np.clip(0.05 - 0.04 * mood, 0.0, 0.2)))
        for _ in range(missing):
            self.members.append(replace(self._member(came=None), intended=True))
        came = float(customer.starts_at) + 0.4
        for chance, persona, name in (
            (0.12, "service", "Nightly export"),
            (0.08, "vendor", "Support access"),
        ):
            if rng.random() < chance and customer.seats > 8:
                other = replace(self._member(came=came), name=name, persona=persona, group="")
                other.left = None if customer.churned_at is None else customer.churned_at - 0.01
                self.members.append(replace(other, intended=False, level="", leaves=[]))
