"""The form of a draft: numbers out of a page to a checked scorecard, and back.

Names of fields are the places of a scorecard's body ("dimensions.mature.engagement"), so that a
problem found by the check is shown beside the field that caused it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import slugify

from metrics.forms.curves import AXES, anchor_problems, sent_anchors, stored_anchors, texts_of
from metrics.forms.places import place_name, plain
from metrics.scoring.config import TOTAL, ConfigError, ScorecardConfig
from metrics.scoring.explain import rounded
from metrics.signals.defaults import read_config

THRESHOLDS = ("red_below", "green_from", "margin")


def numbers(config: ScorecardConfig) -> Iterator[tuple[str, float]]:
    """Every editable number of a scorecard under its place; curves are told by their anchors."""
    for stage, row in config.dimensions.items():
        yield from ((f"dimensions.{stage}.{name}", weight) for name, weight in row.items())
    yield from ((f"signals.{code}", weight) for code, weight in config.signals.items())
    yield from ((f"thresholds.{name}", getattr(config, name)) for name in THRESHOLDS)
    yield "thresholds.coverage_percent", 100 * config.min_coverage


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A segment or plan, how many accounts have it, and which other line is for it (or none)."""

    text: str
    accounts: int
    owner: str = ""


class WhomForm(forms.Form):
    """Whom a line is for: the segments and plans that are offered; nothing for the default."""

    def __init__(
        self, data: Any = None, *, offered: Mapping[str, Sequence[Choice]], **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.offered = offered
        for kind, found in offered.items():
            names = [(choice.text, choice.text) for choice in found]
            self.fields[f"applies_to.{kind}"] = forms.MultipleChoiceField(
                required=False, choices=names
            )

    def refuse(self, error: ConfigError) -> None:
        """Shows what is wrong beside the fields that caused it."""
        for place, problem in error.problems.items():
            self.add_error(place if place in self.fields else None, f"{_named(place)}{problem}")

    def problem(self, place: str) -> str:
        """What is wrong with a field, if anything."""
        return " ".join(str(problem) for problem in self.errors.get(place, []))


class LineForm(WhomForm):
    """A new line: its name, which becomes part of its address, and whom it is for."""

    name = forms.CharField(max_length=40, error_messages={"required": "Give it a name."})

    def clean_name(self) -> str:
        """The name as a slug: public-sector."""
        slug: str = slugify(self.cleaned_data["name"])
        if not slug:
            raise forms.ValidationError("Use letters a to z or digits.")
        return slug


class DraftForm(WhomForm):
    """All numbers and switches of one version; `base` gives the fields and their first values."""

    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        base: ScorecardConfig,
        edition: int,
        offered: Mapping[str, Sequence[Choice]] | None = None,
    ) -> None:
        first: dict[str, Any] = {place: plain(value) for place, value in numbers(base)}
        first |= {
            f"curves.{code}.{at}.{axis}": text
            for code, curve in base.curves.items()
            for at, texts in enumerate(texts_of(code, curve))
            for axis, text in zip(AXES, texts, strict=True)
        }
        first |= {f"caps.{rule}": on for rule, on in base.caps.items()} | {"edition": edition}
        first |= {f"applies_to.{kind}": getattr(base, kind) for kind in offered or {}}
        super().__init__(data, offered=offered or {}, initial=first)
        self.base = base
        self.config: ScorecardConfig | None = None
        # as many anchors as were sent: they are added and removed on the page
        self.anchors = {
            code: len(sent_anchors(self.data, code)) or len(curve.anchors)
            for code, curve in base.curves.items()
        }
        for place, _ in numbers(base):
            self.fields[place] = _number(place_name(place))
        for code, anchors in self.anchors.items():
            for at in range(anchors):
                for axis in AXES:
                    label = f"{place_name(f'curves.{code}')}, anchor {at + 1}"
                    self.fields[f"curves.{code}.{at}.{axis}"] = _number(label)
        for rule in base.caps:
            self.fields[f"caps.{rule}"] = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Checks the whole; `config` is the scorecard where nothing is wrong."""
        cleaned = super().clean() or {}
        if not self.errors:
            self._check_curves(cleaned)
        if self.errors:
            return cleaned
        try:
            self.config = read_config(self._body(cleaned))
        except ConfigError as error:
            self.refuse(error)
        return cleaned

    def problems(self) -> list[str]:
        """Everything that is wrong, each with the name of its place."""
        return [
            f"{self.fields[place].label}: {problem}" if place in self.fields else str(problem)
            for place, found in self.errors.items()
            for problem in found
        ]

    def _check_curves(self, cleaned: dict[str, Any]) -> None:
        for code in self.anchors:
            for place, problem in anchor_problems(code, self._anchors(code, cleaned)).items():
                self.add_error(place, problem)

    def _anchors(self, code: str, cleaned: dict[str, Any]) -> list[tuple[float, float]]:
        names = [f"curves.{code}.{at}" for at in range(self.anchors[code])]
        return [(cleaned[f"{name}.raw"], cleaned[f"{name}.points"]) for name in names]

    def _body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """The base with what was changed: an untouched number keeps all its digits."""
        body = self.base.to_dict()
        changed = {
            place: cleaned[place]
            for place, value in numbers(self.base)
            if cleaned[place] != float(plain(value))
        }
        for place, value in changed.items():
            part, *rest = place.split(".")
            if part == "dimensions":
                body["dimensions"][rest[0]][rest[1]] = value
            elif rest == ["coverage_percent"]:
                body["thresholds"]["min_coverage"] = round(value / 100, 8)
            else:
                body[part][rest[0]] = value
        body["curves"] = {
            code: stored_anchors(code, self._anchors(code, cleaned), self.base.curves[code])
            for code in self.anchors
        }
        body["caps"] = {rule: cleaned[f"caps.{rule}"] for rule in body["caps"]}
        for kind in self.offered:
            if sorted(cleaned[f"applies_to.{kind}"]) != sorted(body["applies_to"][kind]):
                body["applies_to"][kind] = cleaned[f"applies_to.{kind}"]
        return body

    def shown(self, place: str) -> str:
        """What stands in a field now: what was sent, or the stored number."""
        # as a bound field says it, without making one for each of hundreds
        value = (self.data if self.is_bound else self.initial).get(place)
        return "" if value is None else str(value)


@lru_cache(maxsize=1024)
def _number(label: str) -> forms.FloatField:
    """A field keeps nothing of what is sent: hundreds of them serve every form."""
    return forms.FloatField(label=label)


def _named(place: str) -> str:
    """Who reads a problem without its field must know where it lies."""
    part, _, rest = place.partition(".")
    if part == "dimensions" and "." not in rest:
        return f"{rest.capitalize()}: "
    return f"{rest or part}: " if part == "curves" else ""


def spread(data: QueryDict, base: ScorecardConfig) -> QueryDict:
    """The form with the weights of the shown stage brought to 100: what is missing or too much is
    shared among the dimensions that are not locked, in proportion to what they have.
    """
    stage = data.get("stage", "")
    places = [f"dimensions.{stage}.{name}" for name in base.dimensions.get(stage, {})]
    given = {place: number_or_zero(data.get(place, "")) for place in places}
    free = [place for place in places if f"lock.{place}" not in data]
    rest = TOTAL - sum(given[place] for place in places if place not in free)
    if not free or rest < 0:
        return data
    total = sum(given[place] for place in free)
    exact = [rest * (given[p] / total if total else 1 / len(free)) for p in free]
    filled = data.copy()
    for place, weight in zip(free, rounded(exact, rest), strict=True):
        filled[place] = plain(weight)
    return filled


def number_or_zero(text: str) -> float:
    """A weight out of a field; anything else counts as nothing."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) and value > 0 else 0.0
