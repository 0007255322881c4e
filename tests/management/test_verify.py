"""The checker notices whatever is done to a stored night behind its back."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from metrics import nightly, rollups
from metrics.management.checks import CHECKS
from metrics.models import ChangedDay, DirtyDay, FlagChange, Run, Scorecard, UsageEvent
from tests.facts import DAY, ago, at, live_scorecard, make_account, make_line, make_ticket, use
from tests.nightly.test_night import make_lively_account

pytestmark = pytest.mark.django_db

STANDS = f'[{{"rule": "R1", "state": "open", "since": "{DAY}"}}]'
# what is changed in the snapshots of one account, and what the checker says of it
SNAPSHOTS = [
    ("raw_score = raw_score + 1e-6", "contributions do not sum to the score: account"),
    ("points = array_fill(null::float, ARRAY[24])", "contributions do not sum to the score"),
    ("weights[5] = weights[5] + 1e-6", "weights do not sum to 1: account"),
    ("raw_score = null", "a score after caps has none before: account"),
    ("score = score + 1e-6", "a cap does not hold: account"),
    ("states[1] = 'TOO_LITTLE'", "a signal's state and its value disagree: .*, S01"),
    ("states[1] = 'FINE'", "a signal's state and its value disagree: .*, S01"),
    ("raw[5] = null", "a signal's state and its value disagree: .*, S05"),
    ("weights[5] = null", "a signal's state and its value disagree: .*, S05"),
    ("""details = '{"S25": {}}'""", "a detail belongs to no signal: .*, S25"),
    ("scorecard_id = 0", "a snapshot has a scorecard that its run was not asked with: account"),
    (f"flags = '{STANDS}'", "a flag stands of whose opening nothing is written: .*R1"),
    ("flags = '[]'", "the history of flags and the snapshots disagree: .*R3 opened"),
    ("raw[5] = 0.1234", "a snapshot is not what its night computed: run"),
    ("n[5] = 99", "a snapshot is not what its night computed: run"),
    ("age_days = 90", "a snapshot is not what its night computed: run"),
    ("coverage = coverage - 0.01", "a snapshot is not what its night computed: run"),
]
OTHERS = [
    ("DELETE FROM metrics_snapshot WHERE score IS NULL", "a run and its snapshots disagree: run"),
    (
        "DELETE FROM metrics_snapshot WHERE score IS NULL;"
        "UPDATE metrics_run SET accounts = accounts - 1, grey = grey - 1",
        "a chunk that is done has not a snapshot for each of its accounts: chunk",
    ),
    ("UPDATE metrics_run SET is_published = false", "a day has finished runs and shows none: day"),
    (
        "UPDATE metrics_run SET state = 'failed' WHERE is_published",
        "a run is shown that is not finished: run",
    ),
    (
        "UPDATE metrics_accountcurrent SET run_id = -run_id",
        "the portfolio has rows of no run: account",
    ),
    ("UPDATE metrics_run SET other_scorecards = '{}'", "a snapshot has a scorecard that its run"),
    ("UPDATE metrics_run SET other_scorecards = '{0}'", "a run was asked with a scorecard that"),
    ("UPDATE metrics_accountcurrent SET score = 1", "the portfolio and its night disagree"),
    (
        "UPDATE metrics_scorecard SET body = jsonb_set(body, '{signals,S05}', '4.5')",
        "a snapshot is not what its night computed: run",
    ),
    (
        "UPDATE metrics_scorecard SET body = jsonb_set(body, '{curves,S01}', '[[0, 0], [1, 99]]')",
        "a snapshot is not what its night computed: run",
    ),
    (
        "UPDATE metrics_scorecard SET body = jsonb_set(body, '{dimensions,mature,support}', '1')",
        "a snapshot is not what its night computed: .*must sum to 100",
    ),
]


@pytest.fixture
def flagged() -> int:
    """An account of three nights with a line of its own and a flag, beside one without a flag and
    one without a score.
    """
    live_scorecard()
    make_line(segments=["Large"])
    account = make_lively_account(segment="large")
    make_ticket(account, opened=30, severity="urgent", escalated=True)
    make_lively_account()
    make_account()
    nightly.request_days(nightly.days_between(ago(2), DAY), as_of_day=True, now=at(DAY, 23))
    while nightly.work("tests", seconds=60).done:
        pass
    assert FlagChange.objects.filter(rule="R3", account_id=account.pk).count() == 1
    return int(account.pk)


def verify() -> str:
    out = io.StringIO()
    call_command("verify", stdout=out)
    return out.getvalue()


def test_damage_is_named(flagged: int) -> None:
    snapshots = [
        (f"UPDATE metrics_snapshot SET {change} WHERE account_id = {flagged}", problem)  # noqa: S608
        for change, problem in SNAPSHOTS
    ]
    for damage, problem in snapshots + OTHERS:
        assert "checks passed" in verify()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(damage)
            assert cursor.rowcount > 0, damage
            with pytest.raises(CommandError, match=problem):
                verify()
            transaction.set_rollback(True)


def test_what_another_version_of_the_code_has_computed_is_not_computed_again(flagged: int) -> None:
    Scorecard.objects.update(body=live_scorecard().body | {"signals": {"S05": 4.5}})
    with pytest.raises(CommandError, match="is not what its night computed"):
        verify()
    Run.objects.update(code_version="0.0.1")
    assert "checks passed" in verify()


ROLLUPS = dict(CHECKS)["a day's rollup differs from its facts"]


def differing() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(ROLLUPS)
        return {str(row[0]) for row in cursor.fetchall()}


def test_days_that_differ_from_their_facts_are_named_unless_they_wait() -> None:
    account = make_account()
    use(account, None, 3, 4)
    rollups.refresh()
    assert differing() == set()
    UsageEvent.objects.filter(day=ago(4)).delete()
    use(account, None, 3, 5)
    ChangedDay.objects.all().delete()
    names = {days: f"account {account.pk}, day {ago(days)}" for days in (3, 4, 5)}
    assert differing() == set(names.values())
    ChangedDay.objects.create(account_id=account.pk, day=ago(4))
    ChangedDay.objects.create(account_id=account.pk + 1, day=ago(3))
    assert differing() == {names[3], names[5]}
    DirtyDay.objects.create(account_id=account.pk, day=ago(5))
    assert differing() == {names[3]}


def test_a_long_list_of_days_that_wait_is_not_read_for_each_that_differs() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {ROLLUPS}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "SubPlan" not in plan
    assert plan.count("Anti Join") == 2
