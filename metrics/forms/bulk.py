"""The forms of what is done to many accounts at once, and of a saved view."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from accounts.models import User

LATEST = dt.timedelta(days=3650)  # nobody plans further


class AssignForm(forms.Form):
    """Somebody to whom she may give accounts. Nobody is no choice: an import would undo it."""

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data)
        self.fields["owner"] = forms.ModelChoiceField(
            User.objects.assignable_by(by),
            error_messages={
                "required": "Choose who shall look after them.",
                "invalid_choice": "Choose somebody of your team.",
            },
        )


class TagForm(forms.Form):
    """A word or two; a comma would make two tags of one in a file."""

    tag = forms.CharField(
        max_length=40,
        error_messages={
            "required": "Write a tag first.",
            "max_length": "A tag has at most 40 characters.",
        },
    )

    def clean_tag(self) -> str:
        """Single spaces, no comma."""
        tag = " ".join(self.cleaned_data["tag"].split())
        if "," in tag:
            raise forms.ValidationError("A tag has no comma.")
        return tag


class TaskForAllForm(forms.Form):
    """What to do with each of them, and until when."""

    title = forms.CharField(
        max_length=200,
        error_messages={
            "required": "Say what there is to do.",
            "max_length": "A task has at most 200 characters.",
        },
    )
    due_on = forms.DateField(required=False, error_messages={"invalid": "Enter a day."})

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data)
        self.today = today

    def clean_due_on(self) -> dt.date | None:
        """A day from today on."""
        due: dt.date | None = self.cleaned_data["due_on"]
        if due and not self.today <= due <= self.today + LATEST:
            raise forms.ValidationError("Choose a day from today on, within ten years.")
        return due


class ViewNameForm(forms.Form):
    """The name of a saved view."""

    name = forms.CharField(
        max_length=60,
        error_messages={
            "required": "Give the view a name.",
            "max_length": "A name has at most 60 characters.",
        },
    )
    is_shared = forms.BooleanField(required=False)


def first_problem(form: forms.Form) -> str:
    """One sentence: what is wrong with the first field that is."""
    return str(next(iter(form.errors.values()))[0])
