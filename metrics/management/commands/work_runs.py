"""Works on the runs in the ledger until none is open: a worker without a broker."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from metrics import nightly
from metrics.models import Run
from metrics.tasks import owner


class Command(BaseCommand):
    """Used by `recalculate --workers N`; useful beside it on another machine."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        while Run.objects.open().exists():
            if not nightly.work(owner(), seconds=30).done:
                time.sleep(0.05)
