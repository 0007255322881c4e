"""Puts the frames of one chunk together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from accounts.models import Person
from metrics.frames.activity import read_activity
from metrics.frames.columns import DAY, FLAG, ID, NUMBER, TEXT, Columns
from metrics.frames.facts import (
    read_features,
    read_milestones,
    read_surveys,
    read_tickets,
    read_training,
)
from metrics.frames.feature_use import read_feature_use
from metrics.frames.moment import of_one_moment
from metrics.frames.past import Kind, Past, read_past
from metrics.frames.sources import read_spans, source_states
from metrics.frames.unheard import unheard_weeks
from metrics.frames.weekly import seats_by_week
from metrics.frames.window import Window
from metrics.signals.base import HISTORY_DAYS, Bools, Floats, Frames, Portfolio, Source
from metrics.signals.weeks import complete_weeks

# an account is a customer from its first contract day until the day after it left, and again from
# the first day of a contract that begins later; where nobody told us when it began, it began when
# we learnt of it; terms that are agreed on hold from their first day on
ACCOUNTS = """
SELECT a.id AS account_id, c.seats_sold AS seats, starts.on_day AS starts_on,
       (%(day)s::date - starts.on_day) AS age_days,
       coalesce(c.notice_on < %(day)s AND c.notice_on > gone.on_day IS NOT FALSE, false)
           AS notice_given, a.segment, a.plan, c.arr,
       coalesce(c.currency, '') AS currency, (c.renews_on - %(day)s::date) AS renews_in_days,
       (c.renews_on - c.notice_days - %(day)s::date) AS notice_in_days
FROM {accounts} a
CROSS JOIN LATERAL (
    SELECT CASE WHEN a.churned_on < %(day)s AND a.churned_known_at > %(cutoff)s IS NOT TRUE
                THEN a.churned_on END AS on_day
) gone
LEFT JOIN LATERAL (
    SELECT * FROM accounts_contract
    WHERE account_id = a.id AND known_at <= %(cutoff)s
      AND (starts_on IS NULL OR starts_on <= %(day)s)
    ORDER BY known_at DESC LIMIT 1
) c ON true
CROSS JOIN LATERAL (
    SELECT coalesce(min(starts_on) FILTER (WHERE starts_on > gone.on_day IS NOT FALSE),
                    (a.known_at AT TIME ZONE %(zone)s)::date) AS on_day
    FROM accounts_contract WHERE account_id = a.id AND known_at <= %(cutoff)s
) starts
WHERE a.id >= %(lo)s AND a.id < %(hi)s AND a.known_at <= %(cutoff)s
  AND starts.on_day <= %(day)s
  AND (gone.on_day IS NULL OR c.starts_on > gone.on_day)
ORDER BY a.id
"""
ACCOUNT_COLUMNS = {
    "account_id": ID,
    "seats": NUMBER,
    "starts_on": DAY,
    "age_days": NUMBER,
    "notice_given": FLAG,
    "segment": TEXT,
    "plan": TEXT,
    "arr": NUMBER,
    "currency": TEXT,
    "renews_in_days": NUMBER,
    "notice_in_days": NUMBER,
}
PERSON_COLUMNS = {
    "account_id": ID,
    "person_id": ID,
    "group": TEXT,
    "persona": TEXT,
    "level": TEXT,
    "intended": FLAG,
    "champion": FLAG,
    "decision_maker": FLAG,
    "tenure_days": NUMBER,
    "left_days": NUMBER,
    "undated": FLAG,
}
PEOPLE = """
SELECT account_id, id AS person_id, "group", persona, level,
       coalesce(intended, false) AS intended, champion, decision_maker,
       CASE WHEN provisioned_on < %(day)s THEN (%(day)s::date - provisioned_on) END AS tenure_days,
       CASE WHEN deactivated_on < %(day)s AND deactivated_known_at <= %(cutoff)s
            THEN (%(day)s::date - deactivated_on) END AS left_days,
       provisioned_on IS NULL AS undated
FROM (
    SELECT *, (provisioned_at AT TIME ZONE %(zone)s)::date AS provisioned_on,
           (deactivated_at AT TIME ZONE %(zone)s)::date AS deactivated_on
    FROM {people} p
    WHERE account_id >= %(lo)s AND account_id < %(hi)s AND known_at <= %(cutoff)s
      AND NOT (persona = ANY(%(not_people)s))
) dated
ORDER BY account_id, id
"""


class Reading:
    """The tables of `Frames`, each read when it is first asked for."""

    def __init__(self, window: Window, portfolio: Portfolio) -> None:
        self.day = window.day
        self.weeks = complete_weeks(window.day)
        self.portfolio = portfolio
        self._window = window

    @cached_property
    def _past(self) -> Past:
        return read_past(self._window)

    @cached_property
    def _accounts(self) -> Columns:
        return _read_accounts(self._window, self._past)

    @cached_property
    def _account_ids(self) -> pd.Index[int]:
        ids: pd.Index[int] = pd.Index(self._accounts["account_id"])
        return ids

    @cached_property
    def _people(self) -> Columns:
        return _read_people(self._window, self._past, self._account_ids)

    @cached_property
    def _person_ids(self) -> pd.Index[int]:
        ids: pd.Index[int] = pd.Index(self._people["person_id"])
        return ids

    @cached_property
    def _activity(self) -> tuple[Bools, Floats]:
        return read_activity(
            self._window, account_ids=self._account_ids, person_ids=self._person_ids
        )

    @cached_property
    def _spans(self) -> dict[str, list[Any]]:
        return read_spans(self._window, self._past)

    @cached_property
    def _sources(self) -> tuple[dict[Source, npt.NDArray[np.str_]], dict[Source, Floats]]:
        return source_states(self._spans, self._account_ids)

    @cached_property
    def accounts(self) -> pd.DataFrame:
        columns = self._accounts.items()
        return pd.DataFrame({name: values for name, values in columns if name != "starts_on"})

    @property
    def last_use(self) -> Floats:
        return self._activity[1]

    @cached_property
    def people(self) -> pd.DataFrame:
        return _people_as_seen(self._people, lambda: self.active)

    @property
    def active(self) -> Bools:
        return self._activity[0]

    @cached_property
    def features(self) -> pd.DataFrame:
        return read_features(self._window, self._past)

    @cached_property
    def feature_use(self) -> pd.DataFrame:
        return read_feature_use(self._window, person_ids=self._person_ids, features=self.features)

    @cached_property
    def training(self) -> pd.DataFrame:
        return read_training(self._window, person_ids=self._person_ids)

    @cached_property
    def milestones(self) -> pd.DataFrame:
        starts = pd.Series(self._accounts["starts_on"])
        return read_milestones(
            self._window, self._past, account_ids=self._account_ids, starts=starts
        )

    @cached_property
    def tickets(self) -> pd.DataFrame:
        return read_tickets(
            self._window, account_ids=self._account_ids, person_ids=self._person_ids
        )

    @cached_property
    def surveys(self) -> pd.DataFrame:
        return read_surveys(
            self._window, account_ids=self._account_ids, person_ids=self._person_ids
        )

    @cached_property
    def seats_by_week(self) -> Floats:
        return seats_by_week(self._window, account_ids=self._account_ids, weeks=self.weeks)

    @cached_property
    def unheard(self) -> Bools:
        return unheard_weeks(
            self._window,
            self._spans["ended"],
            account_ids=self._account_ids,
            whose=np.asarray(self._people["account"], dtype=np.intp),
            active=self.active,
            weeks=self.weeks,
        )

    @property
    def source_state(self) -> dict[Source, npt.NDArray[np.str_]]:
        return self._sources[0]

    @property
    def late_days(self) -> dict[Source, Floats]:
        return self._sources[1]


def read_frames(window: Window, portfolio: Portfolio) -> Frames:
    """Everything known about the accounts of the window; see `Frames` for the shapes."""
    reading = Reading(window, portfolio)
    with of_one_moment():
        return Frames(**{part.name: getattr(reading, part.name) for part in fields(Frames)})


def read_account_ids(window: Window) -> list[int]:
    """Ids of the accounts that `read_frames` of the window has, in its order."""
    with of_one_moment():
        accounts = _read_accounts(window, read_past(window))
    ids: list[int] = np.asarray(accounts["account_id"]).tolist()
    return ids


def _read_accounts(window: Window, past: Past) -> Columns:
    query = ACCOUNTS.format(accounts=past.rows(Kind.ACCOUNT))
    return window.fetch_arrays(query, ACCOUNT_COLUMNS)


def _read_people(window: Window, past: Past, account_ids: pd.Index[int]) -> Columns:
    query = PEOPLE.format(people=past.rows(Kind.PERSON))
    people = window.fetch_arrays(query, PERSON_COLUMNS, not_people=list(Person.NOT_PEOPLE))
    people["account"] = account_ids.get_indexer(pd.Index(people.pop("account_id")))
    here = np.asarray(people["account"]) >= 0
    return people if here.all() else {name: values[here] for name, values in people.items()}


def _people_as_seen(people: Columns, active: Callable[[], Bools]) -> pd.DataFrame:
    """Who was seen in the product has been provisioned, even where nobody told us when: for them
    alone activity is read.
    """
    columns = {name: values for name, values in people.items() if name != "undated"}
    tenure = np.asarray(people["tenure_days"], dtype=np.float64)
    undated = np.asarray(people["undated"], dtype=bool)
    if undated.any():
        days = active()
        since_first_use = (HISTORY_DAYS - days.argmax(axis=1)).astype(np.float64)
        tenure = np.where(undated & days.any(axis=1), since_first_use, tenure)
    current = ~np.isnan(tenure) & np.isnan(np.asarray(people["left_days"], dtype=np.float64))
    return pd.DataFrame({**columns, "tenure_days": tenure, "current": current})
