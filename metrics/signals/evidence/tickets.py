"""The facts behind S18 ticket maturity and S21 escalations and backlog."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from metrics.signals.evidence.base import (
    TIMES,
    Case,
    Column,
    Evidence,
    Form,
    evidence_of,
    judged,
    number_text,
)
from metrics.signals.evidence.support import OPENED, OPENER, TICKET, TOPIC, tickets_of
from metrics.signals.numbers import MINUS, NBSP, count, number, percent, signed
from metrics.signals.tickets import (
    BAD_PRIOR,
    BAD_SHARE,
    INTRO_PRIOR,
    INTRODUCTORY,
    NEW_PERSON_WEIGHT,
    TICKETS_PRIOR,
    WINDOW,
    by_newcomers,
    classified,
    expected_intro,
    gone_badly,
    open_business_days,
)

REASONS = {
    "escalated": "escalated",
    "severe": "of the highest severity",
    "reopened": "re-opened twice",
    "stuck": "open for {days} working days",
}


def kinds_of_tickets(case: Case) -> Evidence:
    """S18: classified tickets of 182 days. Against: introductory, full ones before halves."""
    chosen = classified(case.frames, days=WINDOW)
    weight = np.where(by_newcomers(case.frames, chosen), NEW_PERSON_WEIGHT, 1.0)
    rows = tickets_of(case, chosen.assign(weight=weight))
    intro = rows["maturity"] == INTRODUCTORY
    asked, all_ = float(rows["weight"][intro].sum()), float(rows["weight"].sum())
    expected = case.of(expected_intro(case.frames))
    return evidence_of(
        "S18",
        f"{percent(expected)} usual at their age {MINUS}"
        f" ({number_text(asked)} introductory + {number_text(INTRO_PRIOR)}) /"
        f" ({_weighed(all_, len(rows))} + {number_text(TICKETS_PRIOR)})"
        f" = {signed(100 * case.found['raw'])}{NBSP}%",
        columns=(
            TICKET,
            OPENED,
            TOPIC,
            Column(key="maturity", heading="About"),
            OPENER,
            Column(key="weight", heading="Counts", form=Form.NUMBER),
        ),
        rows=rows.assign(
            maturity=np.where(intro, "first steps", "advanced"),
            counts=judged(~intro),
            hurt=rows["weight"],
        ),
        terms={
            "expected": expected,
            "intro_prior": INTRO_PRIOR,
            "tickets_prior": TICKETS_PRIOR,
        },
    )


def _weighed(weight: float, tickets: int) -> str:
    """9 tickets; 8.5 for 9 tickets where some count half."""
    text = count(tickets, "ticket")
    return text if weight == tickets else f"{number_text(weight)} for {text}"


def tickets_gone_badly(case: Case) -> Evidence:
    """S21: tickets of 182 days, each once, however many reasons there are. Against: went badly,
    open for longest first.
    """
    chosen = case.frames.tickets[case.frames.tickets["opened_days_ago"] <= WINDOW]
    reasons = gone_badly(case.frames, chosen)
    days = open_business_days(case.frames, chosen)
    bad = np.logical_or.reduce(list(reasons.values()))
    rows = tickets_of(case, chosen.assign(days=days, bad=bad, **reasons))
    n, x = len(rows), int(rows["bad"].sum())
    prior = number_text(BAD_PRIOR)
    return evidence_of(
        "S21",
        f"({x} severe or stuck + {prior} {TIMES} {number(BAD_SHARE, 2)}) /"
        f" ({count(n, 'ticket')} + {prior}) = {percent(case.found['raw'])}",
        columns=(
            TICKET,
            OPENED,
            TOPIC,
            OPENER,
            Column(key="why", heading="Why it counts"),
            Column(key="days", heading="Working days open", form=Form.COUNT),
        ),
        rows=rows.assign(
            why=[_why(row) for row in rows[[*REASONS, "days"]].to_dict("records")],
            counts=judged(~rows["bad"].astype(bool)),
            hurt=rows["days"],
        ),
        terms={"share": BAD_SHARE, "prior": BAD_PRIOR},
    )


def _why(ticket: Mapping[Hashable, Any]) -> str:
    """Every reason for which a ticket counts."""
    texts = [text for name, text in REASONS.items() if ticket[name]]
    return ", ".join(texts).format(days=f"{ticket['days']:.0f}")
