"""training.csv: a person's state in a course."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import Column, Source

# how far along: a later row may only move a record forward
PROGRESS = {
    "assigned": 0,
    "enrolled": 1,
    "in_progress": 2,
    "withdrawn": 3,
    "failed": 3,
    "completed": 3,
    # a failed test is passed at the next try, and a certificate runs out
    "passed": 4,
    "expired": 5,
}

TRAINING = Source(
    name="training",
    columns=(
        Column(name="external_id", kind=cells.text(cells.ID), required=True),
        Column(name="person_external_id", kind=cells.text(cells.ID)),
        Column(name="course", kind=cells.text(200), required=True),
        Column(name="persona", kind=cells.text(200)),
        Column(name="level", kind=cells.text(200)),
        Column(name="status", kind=cells.choice(*PROGRESS), required=True),
        Column(name="completed_at", kind=moments.fact_moment),
        Column(name="score", kind=cells.number(-1e9, 1e9)),
        Column(name="person_email", kind=cells.email, mapped=True),
    ),
)
