"""A scorecard out of an uploaded file; a mistake is named with the line that holds it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from metrics.forms.places import place_name
from metrics.scoring.config import ConfigError, ScorecardConfig
from metrics.signals.text import from_text

LARGEST = 200_000  # bytes; a whole scorecard is about 6,000
HEADER = re.compile(r"\s*\[\s*([\w.\-]+)\s*\]")
KEY = re.compile(r"\s*([\w.\-]+)\s*=")
AT = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


class TextForm(forms.Form):
    """The file, and which draft it may replace; `config` is there where nothing is wrong."""

    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    file = forms.FileField(
        allow_empty_file=True, error_messages={"required": "Choose a file first."}
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        names_whom: bool,
        replaces: str = "",
        edition: int,
    ) -> None:
        super().__init__(data, files, initial={"edition": edition})
        self.names_whom = names_whom
        self.replaces = replaces
        self.config: ScorecardConfig | None = None
        self.text = ""
        if replaces:
            ask = f"Tick it: draft {replaces} would be replaced by the file."
            self.fields["replace"] = forms.BooleanField(error_messages={"required": ask})

    def clean_file(self) -> UploadedFile[Any]:
        """Reads it: a small text in TOML that is a whole scorecard."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            size = f"{LARGEST // 1000}\u00a0kB"
            raise forms.ValidationError(f"The file is larger than {size}: no scorecard is.")
        try:
            self.text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise forms.ValidationError(f"Line {line}: this is no UTF-8 text.") from error
        try:
            self.config = from_text(self.text, names_whom=self.names_whom)
        except tomllib.TOMLDecodeError as error:
            raise forms.ValidationError(_says(error)) from error
        except ConfigError as error:
            raise forms.ValidationError(
                [self._named(place, problem) for place, problem in error.problems.items()]
            ) from error
        return file

    def refuse(self, place: str, problem: str) -> None:
        """Something that only the page can know is wrong."""
        self.add_error("file", self._named(place, problem))

    def _named(self, place: str, problem: str) -> str:
        line = line_of(self.text, place)
        return f"{f'Line {line}: ' if line else ''}{place_name(place)}: {problem}"


def _says(error: tomllib.TOMLDecodeError) -> str:
    """Line 3, column 7: what is wrong."""
    text = str(error)
    at = AT.search(text)
    what = AT.sub("", text).strip()
    if at is None or at[1] is None:
        return f"At the end of the file: {what}."
    return f"Line {at[1]}, column {at[2]}: {what}."


def line_of(text: str, place: str) -> int | None:
    """The line that sets a place such as dimensions.mature.support, else that of its table, from 1;
    None where the file does not mention it.
    """
    table = ""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = header[1]
            found.setdefault(table, number)
        elif key := KEY.match(line):
            found.setdefault(f"{table}.{key[1]}".lstrip("."), number)
    parts = place.split(".")
    for length in range(len(parts), 0, -1):
        if (known := found.get(".".join(parts[:length]))) is not None:
            return known
    return None
