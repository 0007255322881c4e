"""My day: what to do today, in which order, and why."""

from metrics.views.day.actions import day_done, day_snooze, day_undo
from metrics.views.day.export import day_csv
from metrics.views.day.page import day, day_count

__all__ = ["day", "day_count", "day_csv", "day_done", "day_snooze", "day_undo"]
