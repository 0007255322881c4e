"""The first settings of an empty installation, step by step."""

from metrics.views.setup.removal import setup_remove
from metrics.views.setup.steps import (
    setup,
    setup_data,
    setup_finish,
    setup_organisation,
    setup_run,
    setup_start,
    setup_weights,
)

__all__ = [
    "setup",
    "setup_data",
    "setup_finish",
    "setup_organisation",
    "setup_remove",
    "setup_run",
    "setup_start",
    "setup_weights",
]
