"""The facts of a window as data frames; positions instead of ids, days before t instead of dates.

A dated field whose day has not come by t-1 is empty, even where the row is known already: a
backfilled ticket is one row, and its answer shows only from its own day on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.frames.columns import DAY, FLAG, ID, MOMENT, NUMBER, TEXT, Columns
from metrics.frames.past import Kind, Past
from metrics.frames.window import Window

LOCAL_DAY = "({column} AT TIME ZONE %(zone)s)::date"
ACCOUNT_RANGE = "account_id >= %(lo)s AND account_id < %(hi)s AND known_at <= %(cutoff)s"


def _ago(column: str) -> str:
    """Whole local days from `column` (a moment) to t; NULL where that is not before t."""
    day = LOCAL_DAY.format(column=column)
    return f"CASE WHEN {day} < %(day)s THEN (%(day)s::date - {day}) END"


FEATURES = """
SELECT id, key, level, personas, (%(day)s::date - released_on) AS released_days_ago
FROM {features} f
WHERE (released_on IS NULL OR released_on < %(day)s) AND key <> 'login'
  AND (is_declared OR first_used_on < %(day)s)
ORDER BY id
"""
TRAINING_COLUMNS = {
    "person_id": ID,
    "course": TEXT,
    "persona": TEXT,
    "level": TEXT,
    "status": TEXT,
    "completed_days_ago": NUMBER,
}
TRAINING = f"""
SELECT person_id, course, persona, level, status, {_ago("done_at")} AS completed_days_ago
FROM (
    SELECT DISTINCT ON (account_id, external_id) *,
           CASE WHEN status IN ('completed', 'passed')
                THEN coalesce(completed_at, known_at) END AS done_at
    FROM metrics_trainingrecord WHERE {ACCOUNT_RANGE}
    ORDER BY account_id, external_id, known_at DESC, id DESC
) latest
ORDER BY person_id, id
"""  # noqa: S608 our own names, values are parameters
MILESTONE_COLUMNS = {
    "account_id": ID,
    "name": TEXT,
    "due_on": DAY,
    "value": FLAG,
    "completed_on": DAY,
}
MILESTONES = """
SELECT m.account_id, m.name, m.due_on, m.is_value AS value,
       CASE WHEN m.completed_on < %(day)s AND m.completed_known_at <= %(cutoff)s
            THEN m.completed_on END AS completed_on
FROM {milestones} m
WHERE m.account_id >= %(lo)s AND m.account_id < %(hi)s AND m.known_at <= %(cutoff)s
ORDER BY m.account_id, m.due_on, m.name
"""
TICKET_COLUMNS = {
    "account_id": ID,
    "person_id": ID,
    "external_id": TEXT,
    "opened": MOMENT,
    "opened_days_ago": ID,
    "first_answer": MOMENT,
    "solved_days_ago": NUMBER,
    "severity": TEXT,
    "topic": TEXT,
    "maturity": TEXT,
    "escalated": FLAG,
    "reopens": ID,
    "channel": TEXT,
    "csat": NUMBER,
}
TICKETS = f"""
SELECT account_id, person_id, external_id, opened_at AT TIME ZONE %(zone)s AS opened,
       {_ago("opened_at")} AS opened_days_ago,
       CASE WHEN {LOCAL_DAY.format(column="first_answer_at")} < %(day)s
            THEN first_answer_at AT TIME ZONE %(zone)s END AS first_answer,
       {_ago("solved_at")} AS solved_days_ago, severity, topic, maturity, escalated, reopens,
       lower(channel) AS channel,
       CASE WHEN {LOCAL_DAY.format(column="coalesce(solved_at, opened_at)")} < %(day)s
            THEN csat END AS csat
FROM (
    SELECT DISTINCT ON (account_id, external_id) *
    FROM metrics_ticket
    WHERE {ACCOUNT_RANGE} AND opened_at < %(day)s::timestamp AT TIME ZONE %(zone)s
      AND opened_at >= (%(first_day)s::timestamp - interval '53 weeks') AT TIME ZONE %(zone)s
    ORDER BY account_id, external_id, known_at DESC, id DESC
) latest
WHERE greatest(opened_at, coalesce(solved_at, 'infinity'))
      >= %(first_day)s::timestamp AT TIME ZONE %(zone)s
ORDER BY account_id, opened_at, id
"""  # noqa: S608 our own names, values are parameters
SURVEY_COLUMNS = {
    "account_id": ID,
    "person_id": ID,
    "external_id": TEXT,
    "kind": TEXT,
    "sent_days_ago": NUMBER,
    "answered_days_ago": NUMBER,
    "score": NUMBER,
    "followed_up_days_ago": NUMBER,
}
SURVEYS = f"""
SELECT account_id, person_id, external_id, kind, sent_days_ago, answered_days_ago, score,
       followed_up_days_ago
FROM (
    SELECT account_id, person_id, external_id, kind, answered_at,
           {_ago("sent_at")} AS sent_days_ago,
           {_ago("answered_at")} AS answered_days_ago,
           CASE WHEN {LOCAL_DAY.format(column="answered_at")} < %(day)s THEN score END AS score,
           {_ago("followed_up_at")} AS followed_up_days_ago, id
    FROM (
        SELECT DISTINCT ON (account_id, external_id) *
        FROM metrics_survey WHERE {ACCOUNT_RANGE}
        ORDER BY account_id, external_id, known_at DESC, id DESC
    ) latest
) dated
WHERE sent_days_ago <= 371 OR answered_days_ago <= 371
ORDER BY account_id, answered_days_ago, answered_at DESC, id
"""  # noqa: S608 our own names, values are parameters


def read_features(window: Window, past: Past) -> pd.DataFrame:
    """Features released by t-1, and used by then where nobody has described them; index =
    position, with their id.
    """
    features = window.fetch(FEATURES.format(features=past.rows(Kind.FEATURE)))
    features["personas"] = [tuple(personas) for personas in features["personas"]]
    released = pd.to_numeric(features["released_days_ago"])
    features["released_days_ago"] = released.astype(np.float64)
    return features


def read_training(window: Window, *, person_ids: pd.Index[int]) -> pd.DataFrame:
    """The latest known state of each course of each person."""
    rows = window.fetch_columns(TRAINING, TRAINING_COLUMNS)
    rows["person"] = person_ids.get_indexer(pd.Index(rows.pop("person_id")))
    return rows[rows["person"] >= 0].reset_index(drop=True)


def read_milestones(
    window: Window, past: Past, *, account_ids: pd.Index[int], starts: pd.Series
) -> pd.DataFrame:
    """Value tasks with their days counted from the contract's start; NaN: no due day."""
    query = MILESTONES.format(milestones=past.rows(Kind.MILESTONE))
    rows = window.fetch_columns(query, MILESTONE_COLUMNS)
    rows["account"] = account_ids.get_indexer(pd.Index(rows.pop("account_id")))
    rows = rows[rows["account"] >= 0].reset_index(drop=True)
    start = pd.to_datetime(starts.iloc[rows["account"]].reset_index(drop=True))
    for date, day in (("due_on", "due_day"), ("completed_on", "completed_day")):
        rows[day] = (rows.pop(date) - start).dt.days.astype(np.float64)
    return rows


def read_tickets(
    window: Window, *, account_ids: pd.Index[int], person_ids: pd.Index[int]
) -> pd.DataFrame:
    """Tickets opened or solved within the window, and those still open, as known by the cut-off;
    of more than two years ago none.
    """
    rows = window.fetch_arrays(TICKETS, TICKET_COLUMNS)
    for moment in ("opened", "first_answer"):
        rows[moment] = np.asarray(rows[moment]).astype("datetime64[ns]")
    return _place(rows, account_ids, person_ids)


def read_surveys(
    window: Window, *, account_ids: pd.Index[int], person_ids: pd.Index[int]
) -> pd.DataFrame:
    """Surveys sent or answered within the window, as known by the cut-off; the newest answer of
    each account first, so that of two on one day the later one is the last.
    """
    return _place(window.fetch_arrays(SURVEYS, SURVEY_COLUMNS), account_ids, person_ids)


def _place(rows: Columns, account_ids: pd.Index[int], person_ids: pd.Index[int]) -> pd.DataFrame:
    """Ids to positions; -1 where the person is unknown or not counted."""
    account = account_ids.get_indexer(pd.Index(rows.pop("account_id")))
    person = person_ids.get_indexer(pd.Index(rows.pop("person_id")))
    rows = {**rows, "account": account, "person": person}
    here = account >= 0
    return pd.DataFrame(rows if here.all() else {name: rows[name][here] for name in rows})
