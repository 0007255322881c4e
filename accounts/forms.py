"""Small forms of who may come in and where to go."""

from django import forms

from accounts.models import User


class JumpForm(forms.Form):
    """The text of the jump box; Django's field refuses NUL, which PostgreSQL cannot store."""

    q = forms.CharField(max_length=100, required=False, strip=True)


class DemoLogInForm(forms.Form):
    """One of the invented users of a demo installation."""

    EMAILS = ("ana@example.com", "ben@example.com", "ada@example.com")

    user = forms.ModelChoiceField(
        User.objects.filter(email__in=EMAILS, is_active=True), to_field_name="email"
    )
