"""tickets.csv: support tickets, each one row that is sent again as it moves on."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.aliases import ACCOUNT, EMAIL
from metrics.sources.base import BadCell, Column, Rules, Source, Values

MAX_REOPENS = 9_999


def check(values: Values, rules: Rules) -> None:
    """Answers follow questions; a ticket is as old as the newest thing that happened to it."""
    opened = values["opened_at"]
    newest = opened
    for column in ("first_answer_at", "solved_at"):
        at = values[column]
        if at is None:
            continue
        moments.check_not_future(at, rules, column=column)
        if at < opened:
            raise BadCell(
                "out_of_order", f"{at:%Y-%m-%d %H:%M} UTC is before it was opened", column=column
            )
        newest = max(newest, at)
    moments.check_fact(newest, rules, column="opened_at")


TICKETS = Source(
    name="tickets",
    title="Tickets",
    about="What people asked your support, when they were answered, and how it was.",
    columns=(
        Column(
            name="external_id",
            kind=cells.text(cells.ID),
            required=True,
            says="number of the ticket",
            aliases="ticket id, id, ticket, case number, case id, conversation id, number",
        ),
        Column(
            name="account_external_id",
            kind=cells.text(cells.ID),
            says="id of the account",
            aliases=ACCOUNT,
        ),
        Column(
            name="person_external_id",
            kind=cells.text(cells.ID),
            says="id of the person who asked",
            aliases="user id, person id, person, contact id, user, learner id, requester id",
        ),
        Column(
            name="opened_at",
            kind=moments.moment,
            required=True,
            says="when it came",
            aliases=("created at, submitted at, opened, created, date, timestamp, created time"),
        ),
        Column(
            name="first_answer_at",
            kind=moments.moment,
            says="when somebody answered first",
            aliases="first response at, first reply at, first responded at, first response",
        ),
        Column(
            name="solved_at",
            kind=moments.moment,
            says="when it was solved",
            aliases="closed at, resolved at, resolved time, solved, closed",
        ),
        Column(
            name="severity",
            kind=cells.text(20),
            says="in your words; urgent and P1 are understood",
            aliases="priority, urgency",
        ),
        Column(
            name="topic",
            kind=cells.text(200),
            says="what it is about",
            aliases="subject, category, tag, feature",
        ),
        Column(
            name="maturity",
            kind=cells.choice("intro", "advanced", "unknown"),
            says="whether a beginner would ask it",
            words=("intro", "advanced", "unknown"),
            aliases="question level, knowledge level",
        ),
        Column(
            name="escalated",
            kind=cells.yes_no,
            says="whether it went further up",
            words=cells.YES_NO,
            aliases="escalation flag, is escalated, escalation",
        ),
        Column(
            name="reopens",
            kind=cells.whole(0, MAX_REOPENS),
            says="how often it was opened again",
            aliases="reopen count, reopened",
        ),
        Column(
            name="channel",
            kind=cells.text(40),
            says="how it came: email, chat, phone",
            aliases="source, via, contact channel",
        ),
        Column(
            name="csat",
            kind=cells.number(1, 5),
            says="1 to 5 points for the answer",
            aliases="satisfaction score, satisfaction, rating, csat score",
        ),
        Column(
            name="comment",
            kind=cells.text(),
            says="her words about it",
            aliases="text, feedback, reason, verbatim, satisfaction comment",
        ),
        Column(
            name="person_email",
            kind=cells.email,
            mapped=True,
            says="her address, where there is no id",
            aliases=EMAIL,
        ),
    ),
    check=check,
)
