"""features.csv: the parts of our product that people can use."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import Column, Source

FEATURES = Source(
    name="features",
    title="Features",
    about="The parts of your product that people can use, with a level each.",
    columns=(
        Column(
            name="key",
            kind=cells.text(cells.ID),
            required=True,
            says="its name in usage files, always the same",
            aliases="feature key, feature, feature id, id, code",
        ),
        Column(
            name="name",
            kind=cells.text(200),
            says="as people know it",
            aliases="feature name, title, label",
        ),
        Column(
            name="level",
            kind=cells.choice("core", "intermediate", "advanced"),
            says="core, intermediate or advanced",
            words=("core", "intermediate", "advanced"),
            aliases="tier, difficulty",
        ),
        Column(
            name="personas",
            kind=cells.words,
            says="roles it is for, separated by ;",
            aliases="roles, persona, role",
        ),
        Column(
            name="released_on",
            kind=moments.day,
            says="day from which it could be used",
            aliases="release date, released, launched on",
        ),
    ),
)
