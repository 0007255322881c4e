"""Forms of who may come in, what she may see, and what the organisation says of itself."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from accounts.invitations import has_mail_server
from accounts.models import Cadence, Organisation, User
from accounts.models.organisation import TARGETS

TAKEN = "There is a user with this e-mail already."
CADENCES = {
    Cadence.DAILY: "On most working days",
    Cadence.WEEKLY: "About once a week",
    Cadence.MONTHLY: "About once a month",
}


class PlainNumber(forms.NumberInput):
    """45 and not 45.0."""

    def format_value(self, value: Any) -> str | None:
        return f"{value:g}" if isinstance(value, float) else super().format_value(value)


class Dressed(forms.BaseForm):
    """Its inputs wear the classes of the style sheet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect):
                is_select = isinstance(field.widget, forms.Select)
                field.widget.attrs.setdefault("class", "hs-select" if is_select else "hs-input")


class Edited(Dressed):
    """A form that sends beside each field what it showed: what somebody else has changed since the
    page was opened stays.
    """

    def remember(self) -> None:
        """Once all fields are there."""
        for field in self.fields.values():
            field.show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """Field -> value of what she changed; all, where a sender does not say what was shown."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.changed_data or self.add_initial_prefix(name) not in self.data
        }


class JumpForm(forms.Form):
    """The text of the jump box; Django's field refuses NUL, which PostgreSQL cannot store."""

    q = forms.CharField(max_length=100, required=False, strip=True)


class DemoLogInForm(forms.Form):
    """One of the invented users of a demo installation."""

    EMAILS = ("ana@example.com", "ben@example.com", "ada@example.com")

    user = forms.ModelChoiceField(
        User.objects.filter(email__in=EMAILS, is_active=True), to_field_name="email"
    )


class ProfileForm(Dressed, forms.ModelForm):  # type: ignore[type-arg]
    """What she says of herself."""

    class Meta:
        model = User
        fields = ("name", "alerts", "shortcuts")
        labels = {"alerts": "Mails about new flags", "shortcuts": "Single-key shortcuts"}
        help_texts = {
            "alerts": "After a night that raised new flags at accounts of yours: one mail a day."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_mail_server():
            self.fields["alerts"].help_text += " None is sent yet: no mail server is set."

    def save(self, commit: bool = True) -> User:
        """Nothing but this: her role may be changed by an admin at the same moment."""
        User.objects.filter(pk=self.instance.pk).update(**self.cleaned_data)
        user: User = self.instance
        return user


class RoleForm(Edited, forms.ModelForm):  # type: ignore[type-arg]
    """Name, role and manager of a user."""

    class Meta:
        model = User
        fields: tuple[str, ...] = ("name", "role", "manager")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leading = User.objects.leading().order_by("name", "email").exclude(pk=self.instance.pk)
        choice = forms.ModelChoiceField(leading, required=False, empty_label="Nobody")
        choice.widget.attrs["class"] = "hs-select"
        self.fields["manager"] = choice
        self.remember()

    def change(self, *, by: User) -> None:
        """Stores what she changed; raises LastAdmin and NoLongerAdmin."""
        stored = User.objects.get(pk=self.instance.pk)
        kept = {name: getattr(stored, name) for name in ("name", "role", "manager")}
        stored.change(by=by, **kept | self.changes())
        self.instance.refresh_from_db(fields=list(kept))


class InviteForm(RoleForm):
    """A user who is yet to set her password."""

    class Meta(RoleForm.Meta):
        fields = ("email", *RoleForm.Meta.fields)
        labels = {"email": "E-mail"}

    def clean_email(self) -> str:
        """In lower case, and not taken."""
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(TAKEN)
        return email


class OwnerForm(Dressed, forms.Form):
    """Who looks after an account; nobody can be chosen by an admin only."""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        users = User.objects.assignable_by(by).order_by("name", "email")
        choice = forms.ModelChoiceField(
            users, required=not by.is_admin, empty_label="Nobody" if by.is_admin else None
        )
        choice.widget.attrs["class"] = "hs-select"
        self.fields["owner"] = choice


@lru_cache(maxsize=1)
def zone_names() -> list[str]:
    """Names of the time-zone database that are places, and UTC."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")


class ZoneField(forms.CharField):
    """The name of a zone as the database of zones spells it, however it was typed."""

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value)).replace(" ", "_")
        spelled = {name.casefold(): name for name in zone_names()}
        return spelled.get(typed.casefold(), typed)


class BasicsForm(Edited, forms.ModelForm):  # type: ignore[type-arg]
    """The first settings of an installation."""

    cadence = forms.ChoiceField(
        choices=list(CADENCES.items()),
        label="How often do people need your product?",
        help_text="Signals about how often people come are judged by it.",
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ("name", "timezone", "run_at", "cadence")
        labels = {
            "name": "Name of your organisation",
            "timezone": "Time zone",
            "run_at": "Time of the nightly run",
        }
        help_texts = {
            "timezone": "Days begin and end here, for all users.",
            "run_at": "In this zone. Scores are made of what is known by then.",
        }
        field_classes = {"timezone": ZoneField}
        widgets: dict[str, forms.Widget] = {
            "timezone": forms.TextInput(
                attrs={"list": "zones", "autocomplete": "off", "data-zone": ""}
            ),
            "run_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remember()

    def save(self, commit: bool = True) -> Organisation:
        """Only what was changed: two admins at once do not undo each other."""
        changed = self.changes()
        if changed:
            Organisation.objects.filter(pk=self.instance.pk).update(**changed)
        organisation: Organisation = self.instance
        return organisation


class OrganisationForm(BasicsForm):
    """All that the organisation says of itself."""

    class Meta(BasicsForm.Meta):
        fields = (
            *BasicsForm.Meta.fields,
            "value_days",
            "answer_hours",
            "chat_minutes",
            "call_seconds",
            "depth_reference",
        )
        labels = BasicsForm.Meta.labels | {
            "value_days": "First value, days after the start",
            "answer_hours": "First answer to e-mail and forms, business hours",
            "chat_minutes": "First answer in a chat, minutes",
            "call_seconds": "First answer to a call, seconds",
            "depth_reference": "Depth of somebody who uses it as it is meant",
        }
        help_texts = BasicsForm.Meta.help_texts | {
            "value_days": "By then a customer should see what it was bought for.",
            "depth_reference": "Active days a week times the share of features in use.",
        }
        widgets = BasicsForm.Meta.widgets | dict.fromkeys(
            TARGETS, PlainNumber(attrs={"step": "any"})
        )
