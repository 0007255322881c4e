"""The append-only history of flags: what this run opened and closed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metrics.models import FlagChange, Run
from metrics.nightly.night import Night
from metrics.scoring.flags import changes


def write_flag_changes(run: Run, night: Night, chosen: npt.NDArray[np.intp]) -> None:
    """Adds the changes of some accounts; a chunk that is done twice adds them once."""
    FlagChange.objects.bulk_create(
        [
            FlagChange(
                run_id=run.pk,
                account_id=int(night.account_ids[row]),
                day=run.business_day,
                rule=change.rule,
                change=change.change,
                severity=change.severity,
                reasons=[vars(reason) for reason in change.reasons],
            )
            for row in chosen.tolist()
            for change in changes(night.flags_before[row], night.flags[row])
        ],
        ignore_conflicts=True,
    )
