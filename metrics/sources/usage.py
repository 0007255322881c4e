"""usage.csv: one use of the product, or a count of uses of one feature at one moment."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.aliases import ACCOUNT, EMAIL, PERSON
from metrics.sources.base import Column, Source

# rows of these features are log-ins: presence, but no use of anything
LOGIN = "login"
MAX_COUNT = 10**12 - 1

USAGE = Source(
    name="usage",
    title="Product usage",
    about="Who used which feature when: single events or counts per day.",
    columns=(
        Column(
            name="event_id",
            kind=cells.text(cells.ID),
            says="else the whole row is the identity",
            aliases="id, message id, messageid, usage id, uuid",
        ),
        Column(
            name="account_external_id",
            kind=cells.text(cells.ID),
            says="id of the account",
            aliases=f"{ACCOUNT}, group id, tenant id, workspace id",
        ),
        Column(
            name="person_external_id",
            kind=cells.text(cells.ID),
            says="id of the person; nobody: not known who",
            aliases=PERSON,
        ),
        Column(
            name="feature_key",
            kind=cells.text(cells.ID),
            says="the feature; empty or login: a log-in",
            aliases="feature, feature name, event, event name, feature id, action",
        ),
        Column(
            name="occurred_at",
            kind=moments.fact_moment,
            required=True,
            says="when",
            aliases=(
                "timestamp, date, time, created at, event time, usage date, day, at, received at"
            ),
        ),
        Column(
            name="count",
            kind=cells.whole(1, MAX_COUNT),
            says="how often, else once",
            aliases="usage count, events, quantity, uses, total",
        ),
        Column(
            name="person_email",
            kind=cells.email,
            mapped=True,
            says="her address, where there is no id",
            aliases=EMAIL,
        ),
    ),
)
