"""The portfolio's rows: a change is told as on every other page, from the scores as printed."""

import pytest
from django.db import transaction

from metrics.models import AccountCurrent
from metrics.nightly.current import write_current
from metrics.scoring.explain import shown_change
from tests.facts import DAY, ago
from tests.views.days import make_snapshot
from tests.views.nights import make_team
from tests.views.rows import make_row, make_run

# score 30 days before, 7 days before, today
NIGHTS = [
    (61.04, 61.06, 61.14),  # exact changes of 0.10 and 0.08; printed 61.0, 61.1, 61.1
    (61.15, 61.25, 72.45),  # the first two are printed 61.1 and 61.2: the nearest binary numbers
    (45.35, 0.05, 0.15),
    (100.0, 0.0, 99.96),
    (63.149, 60.051, 60.149),
]


@pytest.mark.django_db
def test_a_change_is_the_difference_of_the_scores_as_they_are_printed() -> None:
    team, runs = make_team(), {days: make_run(ago(days)) for days in (30, 7, 0)}
    for number, scores in enumerate(NIGHTS):
        row = make_row(runs[0], team["ana"], f"A{number}", score=scores[2])
        for days, score in zip(runs, scores, strict=True):
            row.run_id = runs[days].pk
            make_snapshot(row, day=ago(days), score=score, raw_score=score)
    with transaction.atomic():
        write_current(runs[0])
    rows = AccountCurrent.objects.filter(run_id=runs[0].pk).order_by("name")
    found = [(row.change_30, row.change_7) for row in rows]
    assert found == [(0.1, 0.0), (11.4, 11.3), (-45.3, 0.0), (0.0, 100.0), (-3.0, 0.0)]
    assert found == [(shown_change(a, c), shown_change(b, c)) for a, b, c in NIGHTS]
    printed = [[float(f"{score:.1f}") for score in scores] for scores in NIGHTS]
    assert found == [(round(c - a, 1), round(c - b, 1)) for a, b, c in printed]
    assert runs[0].business_day == DAY
