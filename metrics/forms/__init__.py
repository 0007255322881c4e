"""What people enter on pages: checked, with every problem beside its field."""

from metrics.forms.actions import NoteForm, SnoozeForm, TaskForm
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
    "NoteForm",
    "OverrideForm",
    "RecomputeForm",
    "SnoozeForm",
    "TaskForm",
    "WhomForm",
    "is_share",
    "number_or_zero",
    "numbers",
    "plain",
    "spread",
]
