"""training.csv: a person's state in a course."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.aliases import EMAIL, PERSON
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
    title="Training",
    about="Who learns which course, and how far they are.",
    columns=(
        Column(
            name="external_id",
            kind=cells.text(cells.ID),
            required=True,
            says="id of the enrolment",
            aliases="id, enrollment id, enrolment id, record id, registration id",
        ),
        Column(
            name="person_external_id",
            kind=cells.text(cells.ID),
            says="id of the person",
            aliases=PERSON,
        ),
        Column(
            name="course",
            kind=cells.text(200),
            required=True,
            says="name of the course",
            aliases="course name, course title, title, path, learning path",
        ),
        Column(
            name="persona",
            kind=cells.text(200),
            says="role that it is for",
            aliases="role, audience",
        ),
        Column(
            name="level",
            kind=cells.text(200),
            says="how advanced it is",
            aliases="difficulty, course level",
        ),
        Column(
            name="status",
            kind=cells.choice(*PROGRESS),
            required=True,
            says="how far they are",
            words=tuple(PROGRESS),
            aliases="state, completion status, progress status, result",
        ),
        Column(
            name="completed_at",
            kind=moments.fact_moment,
            says="when she ended it",
            aliases="completion date, completed, completed on, finished at, date, timestamp",
        ),
        Column(
            name="score",
            kind=cells.number(-1e9, 1e9),
            says="points of its test",
            aliases="grade, result score, test score, points",
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
