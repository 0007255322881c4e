"""A webhook: its mapping, tried on a sample, and how its sender signs."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from django import forms

from accounts.forms import Dressed
from metrics.models.hooks import WHSEC, Hook, Scheme
from metrics.sources.base import FileError, Source
from metrics.sources.catalogue import BY_NAME, SOURCES
from metrics.sources.hooked import HookMapping, read_hook_mapping

HEADER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]*\Z")
SHORTEST = 16  # characters of a secret
# schemes whose signature, or whose timestamp, stands in a header that the sender chose
SIGNED = (Scheme.STRIPE, Scheme.DOTTED, Scheme.JOINED, Scheme.BODY, Scheme.SHA1)
STAMPED = (Scheme.DOTTED, Scheme.JOINED)


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "class": "hs-input hs-lines"})


def _header(label: str, help_text: str) -> forms.RegexField:
    return forms.RegexField(
        HEADER, label=label, required=False, max_length=100, help_text=help_text
    )


class MappingForm(Dressed, forms.Form):
    """How the body of a delivery is read; `hook` says of which source, where there is one."""

    mapping = forms.CharField(
        max_length=20_000,
        widget=_lines(10),
        help_text="A line for each column: column = path",
    )
    sample = forms.CharField(
        label="A body to try it on",
        required=False,
        max_length=200_000,
        widget=_lines(12),
        help_text="JSON as the sender delivers it. It is not stored",
    )

    def __init__(self, *args: Any, hook: Hook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hook = hook
        self.read: HookMapping | None = None

    def source_read(self) -> Source | None:
        """The source whose rows come out."""
        name = self._hook.source if self._hook else self.cleaned_data.get("source", "")
        return BY_NAME.get(name)

    def clean(self) -> dict[str, Any]:
        """The mapping fits the source; what is wrong names its line."""
        source, text = self.source_read(), self.cleaned_data.get("mapping")
        if source and text:
            try:
                self.read = read_hook_mapping(text, source=source)
            except FileError as error:
                self.add_error("mapping", str(error))
        return self.cleaned_data


def check_secret(text: str, scheme: str) -> None:
    """Raises ValidationError for what nobody signs with, and where nothing is signed."""
    if not text:
        return
    if scheme == Scheme.ADDRESS:
        raise forms.ValidationError("Leave it empty: the address that is shown ends with it")
    if len(text) < SHORTEST or not (text.isascii() and text.isprintable()):
        raise forms.ValidationError(f"At least {SHORTEST} plain characters, as the sender shows it")
    if scheme == Scheme.STANDARD:
        try:
            base64.b64decode(text.removeprefix(WHSEC), validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError("whsec_ and base64 after it") from error


def _secret() -> forms.CharField:
    return forms.CharField(
        label="Secret",
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Where the sender makes it, paste it, last of all: it is not kept while you try."
        " Empty: one is made and shown once",
    )


class HookForm(MappingForm):
    """A new webhook."""

    name = forms.CharField(
        label="Who delivers to it?", max_length=200, help_text="Such as “Support desk”"
    )
    source = forms.ChoiceField(
        label="What comes out", choices=[(one.name, one.title or one.name) for one in SOURCES]
    )
    scheme = forms.ChoiceField(label="What is signed", choices=Scheme.choices)
    signature_header = _header("Header of the signature", "Not for Standard Webhooks")
    timestamp_header = _header("Header of the timestamp", "Where it has one of its own")
    delivery_header = _header("Header of the delivery’s id", "If there is one: once is once")
    secret = _secret()

    field_order = [
        "name", "source", "mapping", "sample", "scheme", "signature_header", "timestamp_header",
        "delivery_header", "secret",
    ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The headers that the scheme needs, a secret that it can use."""
        found = super().clean()
        scheme = found.get("scheme", "")
        for name, schemes in (("signature_header", SIGNED), ("timestamp_header", STAMPED)):
            if scheme in schemes and not found.get(name) and name not in self.errors:
                self.add_error(name, "This way of signing needs it")
        try:
            check_secret(found.get("secret", ""), scheme)
        except forms.ValidationError as error:
            self.add_error("secret", error)
        return found


class SecretForm(Dressed, forms.Form):
    """One more secret of a webhook."""

    secret = _secret()

    def __init__(self, *args: Any, hook: Hook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scheme = hook.scheme
        if not hook.signs:  # nobody has one to paste
            del self.fields["secret"]

    def clean_secret(self) -> str:
        """One that the scheme can use."""
        text: str = self.cleaned_data["secret"]
        check_secret(text, self._scheme)
        return text
