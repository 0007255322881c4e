"""How the points of each signal are spread over the portfolio: counted once, when a run is
published.
"""

from __future__ import annotations

import numpy as np
from django.db import connection

from metrics.models import PointsSpread, Run
from metrics.models.spread import STEPS

COUNTS = """
SELECT slot.place, least(greatest(floor(slot.points + 0.5), 0), 100)::int AS step, count(*)
FROM metrics_snapshot s, unnest(s.points) WITH ORDINALITY AS slot(points, place)
WHERE s.day = %s AND s.run_id = %s AND slot.points IS NOT NULL
GROUP BY slot.place, step
"""


def write_spread(run: Run) -> None:
    """Writes the run's rows, replacing what stands there, and drops those of nights that pages no
    longer show; call it inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [run.business_day, run.pk])
        rows = cursor.fetchall()
    counts: dict[int, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for place, step, accounts in rows:
        counts.setdefault(place, np.zeros(STEPS))[step] = accounts
    PointsSpread.objects.filter(run_id=run.pk).delete()
    PointsSpread.objects.bulk_create(
        PointsSpread(
            run_id=run.pk,
            code=f"S{place:02d}",
            below=((np.cumsum(found) - found) / found.sum()).round(4).tolist(),
        )
        for place, found in sorted(counts.items())
    )
    # who began with the run that was shown until now can end with it
    shown = Run.objects.published().order_by("-business_day").values_list("pk", flat=True)[:2]
    PointsSpread.objects.exclude(run_id__in=[run.pk, *shown]).delete()
