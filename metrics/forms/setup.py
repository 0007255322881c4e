"""Choices of the first settings."""

from __future__ import annotations

from django import forms

from metrics.signals.presets import PRESETS

DEMO, OWN = "demo", "own"
DATA = (
    (OWN, "Import my own data", "CSV files of accounts, people and usage; one file is a start."),
    (
        DEMO,
        "Look around with synthetic data",
        "60 invented customers with 13 months behind them, marked as synthetic on every page.",
    ),
)


class WeightsForm(forms.Form):
    """One of the presets."""

    preset = forms.ChoiceField(
        choices=[(preset.key, preset.name) for preset in PRESETS],
        error_messages={"required": "Choose one; it can be changed at any time."},
    )


class DataForm(forms.Form):
    """Invented customers or one's own."""

    whose = forms.ChoiceField(
        choices=[(key, label) for key, label, _ in DATA],
        error_messages={"required": "Choose one of the two."},
    )
