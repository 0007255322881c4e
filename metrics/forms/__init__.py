"""What people enter on pages: checked, with every problem beside its field."""

from metrics.forms.drafts import (
    Choice,
    DraftForm,
    LineForm,
    WhomForm,
    is_share,
    number_or_zero,
    numbers,
    plain,
    spread,
)
from metrics.forms.overrides import OverrideForm
from metrics.forms.runs import RecomputeForm

__all__ = [
    "Choice",
    "DraftForm",
    "LineForm",
    "OverrideForm",
    "RecomputeForm",
    "WhomForm",
    "is_share",
    "number_or_zero",
    "numbers",
    "plain",
    "spread",
]
