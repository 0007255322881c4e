"""The forms of an import: a file, and which of its columns are which of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.forms import BoundField

from accounts.models.organisation import validate_zone
from metrics.models import Batch
from metrics.sources.base import Column, FileError, Source
from metrics.sources.mapping import read_mapping
from metrics.sources.reading import UPLOAD, check_header
from metrics.sources.shape import BETWEEN, ENCODINGS, Preview
from metrics.sources.suggest import FORMS, is_dated, likely_form, reads, strange_words, suggest

SHOWN = 3  # cells beside a column
LARGEST = (UPLOAD.max_bytes or 0) // 1_000_000  # MB
KNOWN_AT = (
    (Batch.KnownAt.IMPORT, "now: it changes no past score"),
    (Batch.KnownAt.OCCURRED, "since it happened: history, of any age"),
)
CONSTANT = "="  # before a word that is the same for all rows


class UploadForm(forms.Form):
    """A file of at most LARGEST megabytes."""

    file = forms.FileField(
        max_length=255,
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty: it has not even a header.",
        },
    )

    def clean_file(self) -> Any:
        """Refuses what is too large; the length of the request was checked before it was read."""
        file = self.cleaned_data["file"]
        if file.size > (UPLOAD.max_bytes or 0):
            raise forms.ValidationError(f"{file.size:,} bytes; at most {LARGEST} MB are taken.")
        return file


@dataclass(frozen=True, kw_only=True)
class MappingRow:
    """One of our columns beside the one of theirs that fills it."""

    column: Column
    field: BoundField
    form: BoundField | None
    read_as: str
    words: list[tuple[str, BoundField]]
    samples: list[str]


class ReadingForm(forms.Form):
    """How the bytes are read."""

    encoding = forms.ChoiceField(choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(choices=list(BETWEEN.items()))
    timezone = forms.CharField(max_length=64, validators=[validate_zone])
    known_at = forms.ChoiceField(choices=KNOWN_AT)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        for field in self.fields.values():
            css = "hs-select" if isinstance(field, forms.ChoiceField) else "hs-input"
            field.widget.attrs["class"] = css

    def reading(self) -> dict[str, Any]:
        """What a mapping says of the file as a whole."""
        names = ("encoding", "delimiter", "timezone")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class MappingForm(ReadingForm):
    """A select for each of our columns; `content` is the mapping where nothing is wrong."""

    def __init__(
        self, data: Any = None, *, source: Source, preview: Preview, start: Mapping[str, Any],
        known_at: str,
    ) -> None:  # fmt: skip
        self.source, self.preview = source, preview
        self.content: dict[str, Any] = {}
        self._headings = {f"h{at}": name for at, name in enumerate(preview.header)}
        self._tables = start.get("columns", {})
        first = {name: start[name] for name in ("encoding", "timezone") if name in start}
        first |= {"delimiter": preview.delimiter, "known_at": known_at}
        super().__init__(data, initial=first | self._initial())
        for column in source.columns:
            self._add_fields(column)

    def _initial(self) -> dict[str, str]:
        places = {heading: key for key, heading in self._headings.items()}
        first: dict[str, str] = {}
        for name, table in self._tables.items():
            chosen = places.get(table["from"], "") if "from" in table else ""
            first[f"column.{name}"] = f"{CONSTANT}{table['value']}" if "value" in table else chosen
            first[f"form.{name}"] = table.get("format", "")
        return first

    def _add_fields(self, column: Column) -> None:
        name = column.name
        choices: list[Any] = [("", "Not in the file"), *self._headings.items()]
        if column.words:
            always = [(f"{CONSTANT}{word}", f"Always {word}") for word in column.words]
            choices = [*choices[:1], ("In the file", choices[1:]), ("For all rows", always)]
        self._add(f"column.{name}", choices, f"Column for {column.label}")
        if is_dated(column):
            self._add(f"form.{name}", list(FORMS.items()), f"How {column.label} is written")
        for word, key in self._words(column):
            to = [("", "Refuse the row"), *((known, known) for known in column.words)]
            known = self._tables.get(name, {}).get("map", {})
            self._add(key, to, f"{word} in {column.label} means")
            self.initial[key] = known.get(word, "")

    def _add(self, name: str, choices: list[Any], label: str) -> None:
        widget = forms.Select(attrs={"class": "hs-select", "aria-label": label})
        self.fields[name] = forms.ChoiceField(choices=choices, required=False, widget=widget)

    def _words(self, column: Column) -> list[tuple[str, str]]:
        """(what their cells say, name of the field that translates it)."""
        heading = self._chosen(column.name)
        cells = self.preview.column(heading) if heading and column.words else []
        return [(word, _key(column.name, word)) for word in strange_words(column, cells)]

    def _chosen(self, name: str) -> str:
        """The heading that is chosen for a column just now."""
        key = f"column.{name}"
        value = self.data.get(key, "") if self.is_bound else self.initial.get(key, "")
        return self._headings.get(value, "")

    def rows(self) -> Iterator[MappingRow]:
        """Our columns in their order, for the page."""
        for column in self.source.columns:
            heading = self._chosen(column.name)
            cells = [c for c in self.preview.column(heading) if c] if heading else []
            form = self[f"form.{column.name}"] if is_dated(column) and heading else None
            yield MappingRow(
                column=column,
                field=self[f"column.{column.name}"],
                form=form,
                read_as=_read_as(cells, str(form.value() or "")) if form else "",
                words=[(word, self[key]) for word, key in self._words(column)],
                samples=list(dict.fromkeys(cells))[:SHOWN],
            )

    def clean(self) -> dict[str, Any]:
        """Checks that what is required is there, and that the whole is a mapping."""
        cleaned = super().clean() or {}
        for column in self.source.columns:
            if column.required and not cleaned.get(f"column.{column.name}"):
                self.add_error(f"column.{column.name}", "Choose a column: it must be there.")
        if self.errors:
            return cleaned
        self.content = self.draft()
        try:
            mapping = read_mapping(self.content, source=self.source, folder=Path())
            bound = mapping.bind(self.preview.header)
            check_header(self.source, bound.header, is_mapped=True)
        except FileError as error:
            self.add_error(None, str(error))
        return cleaned

    def draft(self) -> dict[str, Any]:
        """The mapping as far as it is chosen."""
        tables = {column.name: self._table(column) for column in self.source.columns}
        chosen = {name: table for name, table in tables.items() if table}
        return self.reading() | {"ignore": ["*"], "columns": chosen}

    def _table(self, column: Column) -> dict[str, Any]:
        chosen = self.cleaned_data.get(f"column.{column.name}", "")
        if chosen.startswith(CONSTANT):
            return {"value": chosen.removeprefix(CONSTANT)}
        if chosen not in self._headings:
            return {}
        table: dict[str, Any] = {"from": self._headings[chosen]}
        form = self.cleaned_data.get(f"form.{column.name}")
        if form:
            table["format"] = form
        words = {word: self.cleaned_data.get(key, "") for word, key in self._words(column)}
        known = {word: ours for word, ours in words.items() if ours}
        return table | ({"map": known, "keep": True} if known else {})


def first_mapping(source: Source, preview: Preview, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a page begins with: what was chosen as far as it fits, else what headings suggest."""
    header = set(preview.header)
    fitting = {
        name: table
        for name, table in stored.get("columns", {}).items()
        if table.get("from") in header or "value" in table
    }
    if any("from" in table for table in fitting.values()):
        return {**stored, "columns": fitting}
    columns: dict[str, dict[str, Any]] = {}
    for name, heading in suggest(source, preview.header).items():
        column = next(column for column in source.columns if column.name == name)
        form = likely_form(preview.column(heading)) if is_dated(column) else ""
        columns[name] = {"from": heading} | ({"format": form} if form else {})
    return {**stored, "columns": columns}


def _key(name: str, word: str) -> str:
    digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()
    return f"word.{name}.{digest[:12]}"


def _read_as(cells: list[str], form: str) -> str:
    """How the first cell is understood, so that day and month are not mixed up."""
    if not cells:
        return ""
    at = reads(cells[0], form)
    return f"read as {at.day} {at:%b %Y}" if at else "no day in this form"
