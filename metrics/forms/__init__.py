"""What people enter on pages: checked, with every problem beside its field."""

from metrics.forms.actions import NoteForm, SnoozeForm, TaskForm
from metrics.forms.curves import FEWEST, MOST, reshape, scale_of, sent_anchors, texts_of
from metrics.forms.drafts import (
    Choice,
    DraftForm,
    LineForm,
    WhomForm,
    number_or_zero,
    numbers,
    spread,
)
from metrics.forms.overrides import OverrideForm
from metrics.forms.places import THRESHOLD_NAMES, is_share, place_name, plain
from metrics.forms.runs import RecomputeForm
from metrics.forms.texts import TextForm

__all__ = [
    "FEWEST",
    "MOST",
    "THRESHOLD_NAMES",
    "Choice",
    "DraftForm",
    "LineForm",
    "NoteForm",
    "OverrideForm",
    "RecomputeForm",
    "SnoozeForm",
    "TaskForm",
    "TextForm",
    "WhomForm",
    "is_share",
    "number_or_zero",
    "numbers",
    "place_name",
    "plain",
    "reshape",
    "scale_of",
    "sent_anchors",
    "spread",
    "texts_of",
]
