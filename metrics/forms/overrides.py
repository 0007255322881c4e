"""The form of an override."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from metrics.scoring.overrides import MAX_DAYS, MAX_POINTS, Judgement, OverrideError, checked


class OverrideForm(forms.Form):
    """A judgement beside the score: points to a tenth, like the score itself is shown."""

    LONGEST_REASON = 300
    DAYS = 30  # how long it stands unless somebody says otherwise

    points = forms.DecimalField(
        error_messages={"required": "Say how many points.", "invalid": "Enter a number."}
    )
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    expires_on = forms.DateField(
        error_messages={"required": "Say until when.", "invalid": "Enter a day."}
    )

    def __init__(self, data: Any = None, *, today: dt.date) -> None:
        first = {"expires_on": (today + dt.timedelta(days=self.DAYS)).isoformat()}
        super().__init__(data, initial=first)
        self.today = today
        self.latest = today + dt.timedelta(days=MAX_DAYS)
        self.most = MAX_POINTS
        self.judgement: Judgement | None = None

    def clean_points(self) -> float:
        """One decimal is kept: more would not be seen."""
        return round(float(self.cleaned_data["points"]), 1)

    def clean(self) -> dict[str, Any]:
        """`judgement` is what may stand, where nothing is wrong; problems stand by their field."""
        cleaned = super().clean() or {}
        try:
            judgement = checked(
                cleaned.get("points", 1.0),
                reason=cleaned.get("reason", "-"),
                expires_on=cleaned.get("expires_on", self.latest),
                today=self.today,
            )
        except OverrideError as error:
            for field, problem in error.problems.items():
                self.add_error(field, problem)
            return cleaned
        self.judgement = None if self.errors else judgement
        return cleaned
