"""The forms of what users do about an account: a note, a task, and an item put off."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from accounts.access import users_who_see
from accounts.models import Account, User
from accounts.models.customers import LAST_DAY

LATEST = dt.timedelta(days=3650)  # nobody plans further


class NoteForm(forms.Form):
    """Text of several lines, in any script."""

    LONGEST = 5000

    text = forms.CharField(
        max_length=LONGEST, error_messages={"required": "Write something first."}
    )

    def __init__(self, data: Any = None) -> None:
        # a browser counts a line break as one character and sends two
        text = data.get("text", "").replace("\r\n", "\n") if data is not None else ""
        super().__init__(None if data is None else {"text": text})


class TaskForm(forms.Form):
    """What to do, until when, and by whom: by somebody who may see the account."""

    title = forms.CharField(max_length=200, error_messages={"required": "Say what there is to do."})
    due_on = forms.DateField(required=False, error_messages={"invalid": "Enter a day."})
    assigned_to = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        error_messages={"invalid_choice": "Choose somebody who may see this account."},
    )
    code = forms.CharField(max_length=40, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        account: Account,
        today: dt.date,
        initial: Any = None,
        users: list[tuple[int, str]] | None = None,
    ) -> None:
        """`users`: whom she may choose, (key, name), where they have been read already."""
        super().__init__(data, initial=initial)
        self.today = today
        self.account = account
        self.known_users = users
        field = self.fields["assigned_to"]
        # an empty form needs the names alone
        if data is not None and isinstance(field, forms.ModelChoiceField):
            field.queryset = users_who_see(account)

    @property
    def users(self) -> list[tuple[int, str]]:
        """Whom she may choose."""
        if self.known_users is None:
            self.known_users = User.objects.names(users_who_see(self.account))
        return self.known_users

    def clean_due_on(self) -> dt.date | None:
        """A day from today on."""
        due: dt.date | None = self.cleaned_data["due_on"]
        if due and not self.today <= due <= min(self.today + LATEST, LAST_DAY):
            raise forms.ValidationError("Choose a day from today on, within ten years.")
        return due


class SnoozeForm(forms.Form):
    """Until when an item shall be away: tomorrow, Monday, or a day."""

    until = forms.ChoiceField(choices=[("tomorrow", ""), ("week", ""), ("day", "")])
    day = forms.DateField(required=False, error_messages={"invalid": "Enter a day."})

    def __init__(self, data: Any = None, *, today: dt.date) -> None:
        super().__init__(data)
        self.today = today

    @property
    def tomorrow(self) -> dt.date:
        """The first day on which it could be back."""
        return self.today + dt.timedelta(days=1)

    @property
    def next_week(self) -> dt.date:
        """The next Monday after tomorrow."""
        return self.tomorrow + dt.timedelta(days=7 - self.tomorrow.weekday())

    @property
    def latest(self) -> dt.date:
        """Longer is not to put off but to forget."""
        return self.today + dt.timedelta(days=366)

    def clean(self) -> dict[str, Any]:
        """`back_on` is the first day on which the item is there again."""
        cleaned = super().clean() or {}
        named = {"tomorrow": self.tomorrow, "week": self.next_week}
        back_on = named.get(cleaned.get("until", ""), cleaned.get("day"))
        if back_on is None:
            self.add_error("day", "Choose a day.")
        elif not self.tomorrow <= back_on <= self.latest:
            self.add_error("day", "Choose a day from tomorrow on, within a year.")
        cleaned["back_on"] = back_on
        return cleaned
