"""A new key for a sending system."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from accounts.forms import Dressed


class KeyForm(Dressed, forms.Form):
    """Whose key it is, and perhaps its last day."""

    name = forms.CharField(
        label="Who sends with it?", max_length=200, help_text="Such as “Web app, production”"
    )
    expires_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: until it is revoked",
    )

    def clean_expires_on(self) -> dt.date | None:
        """A key that has ended before it began is a slip."""
        day: dt.date | None = self.cleaned_data["expires_on"]
        if day and day < timezone.now().date():
            raise forms.ValidationError("This day is over")
        return day
