"""features.csv: the parts of our product that people can use."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import Column, Source

FEATURES = Source(
    name="features",
    columns=(
        Column(name="key", kind=cells.text(cells.ID), required=True),
        Column(name="name", kind=cells.text(200)),
        Column(name="level", kind=cells.choice("core", "intermediate", "advanced")),
        Column(name="personas", kind=cells.words),
        Column(name="released_on", kind=moments.day),
    ),
)
