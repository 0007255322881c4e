"""How full the disks are on which PostgreSQL lies: of the folders that HEALTHSCORE_DISKS names.

A disk that is full costs more than what does not fit: PostgreSQL stops where it can write no log.
So new data are refused before, while pages can still be read and nights still be made.
"""

from __future__ import annotations

import os

from django.conf import settings

ALARM = 80  # percent, as `df` counts
REFUSE = 95
COME_AGAIN = 60.0  # seconds: somebody has to make room


def percent_used() -> float | None:
    """Of the fullest of them; None where none is watched. Raises OSError where one is not there."""
    return max((_of(folder) for folder in settings.DISKS), default=None)


def is_nearly_full() -> bool:
    """Whether nothing more is to be taken in. A disk that cannot be seen stops nobody: /readyz
    tells of it.
    """
    try:
        used = percent_used()
    except OSError:
        return False
    return used is not None and used >= REFUSE


def _of(folder: str) -> float:
    """Blocks that only root may use count as used, and not as a part of the whole."""
    found = os.statvfs(folder)
    used = found.f_blocks - found.f_bfree
    return 100 * used / max(used + found.f_bavail, 1)
