"""usage.csv: one use of the product, or a count of uses of one feature at one moment."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import Column, Source

# rows of these features are log-ins: presence, but no use of anything
LOGIN = "login"
MAX_COUNT = 10**12 - 1

USAGE = Source(
    name="usage",
    columns=(
        Column(name="event_id", kind=cells.text(cells.ID)),
        Column(name="account_external_id", kind=cells.text(cells.ID)),
        Column(name="person_external_id", kind=cells.text(cells.ID)),
        Column(name="feature_key", kind=cells.text(cells.ID)),
        Column(name="occurred_at", kind=moments.fact_moment, required=True),
        Column(name="count", kind=cells.whole(1, MAX_COUNT)),
        Column(name="person_email", kind=cells.email, mapped=True),
    ),
)
