"""surveys.csv: a survey that was sent, its answer once there is one, and our answer to that."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.aliases import ACCOUNT, EMAIL, PERSON
from metrics.sources.base import BadCell, Column, Rules, Source, Values

# lowest and highest score of each kind
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def check(values: Values, rules: Rules) -> None:
    """Sent, answered and followed up in this order, and a score within the scale of its kind."""
    _check_moments(values, rules)
    score = values["score"]
    if score is None:
        return
    if values["answered_at"] is None:
        raise BadCell("missing_value", "a score without its moment", column="answered_at")
    low, high = SCALES[values["kind"]]
    if not low <= score <= high:
        message = f"{score:g} is not within {low} to {high} of {values['kind']}"
        raise BadCell("out_of_range", message, column="score")


def _check_moments(values: Values, rules: Rules) -> None:
    sent, answered, followed_up = (
        values[name] for name in ("sent_at", "answered_at", "followed_up_at")
    )
    newest = max((at for at in (sent, answered) if at), default=None)
    if newest is None:
        raise BadCell("missing_value", "neither sent nor answered", column="sent_at")
    moments.check_fact(newest, rules, column="answered_at" if answered else "sent_at")
    if sent and answered and answered < sent:
        raise BadCell("out_of_order", "answered before it was sent", column="answered_at")
    if followed_up:
        moments.check_not_future(followed_up, rules, column="followed_up_at")
        if followed_up < newest:
            message = "followed up before the answer" if answered else "followed up before sent"
            raise BadCell("out_of_order", message, column="followed_up_at")


SURVEYS = Source(
    name="surveys",
    title="Surveys",
    about="NPS, CSAT and CES: what was asked, and what was answered.",
    columns=(
        Column(
            name="external_id",
            kind=cells.text(cells.ID),
            required=True,
            says="id of the question or its answer",
            aliases="response id, id, token, survey id",
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
            says="id of the person",
            aliases=PERSON,
        ),
        Column(
            name="kind",
            kind=cells.choice(*SCALES),
            required=True,
            says="which question it was",
            words=tuple(SCALES),
            aliases="type, survey type, metric, survey",
        ),
        Column(
            name="sent_at",
            kind=moments.moment,
            says="when it was asked",
            aliases="sent, sent on, requested at, invited at",
        ),
        Column(
            name="answered_at",
            kind=moments.moment,
            says="when it was answered",
            aliases=(
                "responded at, created at, submitted at, date, timestamp, answered, response date"
            ),
        ),
        Column(
            name="score",
            kind=cells.number(0, 10),
            says="the points given",
            aliases="nps, rating, value, answer, likelihood, nps score",
        ),
        Column(
            name="comment",
            kind=cells.text(),
            says="the words with it",
            aliases="text, feedback, reason, verbatim",
        ),
        Column(
            name="followed_up_at",
            kind=moments.moment,
            says="when you came back to her",
            aliases="follow up at, closed loop at, followed up",
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
