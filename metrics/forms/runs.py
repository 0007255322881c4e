"""Forms of runs and data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from metrics.models.expectations import MOST_DAYS


class RecomputeForm(forms.Form):
    """A span of past days to calculate again."""

    LONGEST = 400

    first = forms.DateField(error_messages={"required": "Name the first day."})
    last = forms.DateField(required=False)
    as_of = forms.ChoiceField(choices=[("day", ""), ("now", "")], required=False)

    def __init__(self, data: Any = None, *, today: dt.date) -> None:
        super().__init__(data)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Days run forwards, end today and are not more than a year's."""
        cleaned = super().clean() or {}
        first = cleaned.get("first")
        last = cleaned["last"] = cleaned.get("last") or self.today
        cleaned["as_of"] = cleaned.get("as_of") or "day"
        if first is None:
            return cleaned
        if last > self.today:
            self.add_error("last", "The last day is today at the latest.")
        elif first > last:
            self.add_error("first", "The first day is after the last.")
        elif (last - first).days >= self.LONGEST:
            self.add_error("first", f"At most {self.LONGEST} days at once.")
        return cleaned


class ExpectationForm(forms.Form):
    """How often a source is expected to speak."""

    every = forms.IntegerField(required=False, min_value=1, max_value=MOST_DAYS)
    grace = forms.IntegerField(required=False, min_value=0, max_value=MOST_DAYS)
    paused = forms.BooleanField(required=False)
