"""Flags of a night: opened, closed, and written down once; trends and scorecards beside them."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, transaction

from accounts.models import Account
from metrics.models import AccountCurrent, FlagChange, Run, Scorecard, Snapshot, Ticket
from metrics.signals.defaults import default_config
from tests.facts import DAY, ago, at, live_scorecard, make_account, make_contract, make_ticket
from tests.nightly.test_night import make_lively_account, night

pytestmark = pytest.mark.django_db


def nights(first: int, last: int) -> Run:
    """Every night from `first` to `last` days before DAY."""
    runs = [night(ago(back)) for back in range(first, last - 1, -1)]
    return runs[-1]


def history(account: Account) -> list[tuple[str, str, dt.date]]:
    rows = FlagChange.objects.filter(account_id=account.pk).order_by("day", "pk")
    return list(rows.values_list("rule", "change", "day"))


def exported(day: dt.date) -> dict[str, str]:
    out = io.StringIO()
    call_command("export_scores", "--day", day.isoformat(), stdout=out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))
    return row


def test_a_flag_opens_after_three_nights_and_closes_after_seven_without_it() -> None:
    account = make_lively_account()
    ticket = make_ticket(account, opened=30, severity="urgent", escalated=True)
    nights(20, 19)
    assert history(account) == []
    run = night(ago(18))
    assert history(account) == [("R3", "opened", ago(18))]
    row = AccountCurrent.objects.get(run_id=run.pk)
    assert (row.flags, row.severity) == (["R3"], 1)
    assert exported(ago(18))["flags"] == "R3"
    assert exported(ago(18))["caps"] == "R3"
    Ticket.objects.filter(pk=ticket.pk).update(solved_at=at(ago(18), 15))
    nights(17, 12)
    assert history(account)[1:] == []
    night(ago(11))
    assert history(account)[1:] == [("R3", "closed", ago(11))]
    assert exported(ago(11))["flags"] == exported(ago(11))["caps"] == ""
    call_command("verify")


def test_a_renewal_that_is_near_makes_a_flag_more_urgent_and_the_score_no_other() -> None:
    account = make_lively_account()
    make_ticket(account, opened=30, severity="urgent", escalated=True)
    run = nights(5, 3)
    before = Snapshot.objects.get(run_id=run.pk)
    make_contract(
        account, seats_sold=5, starts_on=ago(500), renews_on=DAY + dt.timedelta(days=60),
        known_at=at(ago(3), 12),
    )  # fmt: skip
    run = night(ago(2))
    assert AccountCurrent.objects.get(run_id=run.pk).severity == 2
    now = Snapshot.objects.get(run_id=run.pk)
    assert now.score == pytest.approx(before.score, abs=0.5)


def test_a_recalculated_night_writes_its_own_history_and_keeps_the_old_one() -> None:
    account = make_lively_account()
    make_ticket(account, opened=30, severity="urgent", escalated=True)
    nights(5, 3)
    night(ago(3), Run.Kind.RECALCULATION)
    assert history(account) == [("R3", "opened", ago(3))] * 2
    assert FlagChange.objects.values("run_id").distinct().count() == 2


def test_the_history_of_flags_is_only_added_to() -> None:
    account = make_lively_account()
    make_ticket(account, opened=30, severity="urgent", escalated=True)
    nights(5, 3)
    (change,) = FlagChange.objects.all()
    assert [reason.keys() for reason in change.reasons] == [{"code", "moved", "text"}] * len(
        change.reasons
    )
    for refused in (
        lambda: FlagChange.objects.update(severity=5),
        lambda: FlagChange.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="only ever added"), transaction.atomic():
            refused()


def test_an_account_whose_chunk_was_given_up_remembers_the_night_before() -> None:
    """Else its flags would open twice, and its band would begin anew."""
    account, other = make_lively_account(), make_lively_account()
    make_ticket(account, opened=27, severity="urgent", escalated=True)  # for 6 days, 19 days ago
    gap = nights(20, 16)
    Snapshot.objects.filter(run_id=gap.pk, account_id=account.pk).delete()
    assert Snapshot.objects.get(run_id=gap.pk).account_id == other.pk
    run = night(ago(15))
    assert history(account) == [("R3", "opened", ago(17))]
    now = Snapshot.objects.get(run_id=run.pk, account_id=account.pk)
    assert (now.band, now.pending_band) == ("green", "amber")
    assert (now.pending_since, now.pending_count) == (ago(19), 4)
    Snapshot.objects.filter(account_id=account.pk, day__gt=ago(17)).delete()
    run = night(ago(2))  # the last word is too old
    assert Snapshot.objects.get(run_id=run.pk, account_id=account.pk).band == "amber"


def test_a_trend_needs_eight_nights_of_one_scorecard() -> None:
    make_lively_account()
    seventh = nights(9, 3)
    assert Snapshot.objects.get(run_id=seventh.pk).trend_28 is None
    eighth = Snapshot.objects.get(run_id=night(ago(2)).pk)
    assert eighth.trend_28 == pytest.approx(0, abs=2)
    assert (eighth.trend_91, eighth.trend) == (None, "")
    card = live_scorecard()
    Scorecard.objects.create(
        version=card.version + 1,
        state="published",
        body=card.body,
        published_at=at(ago(2), 12),
        reason="another",
    )
    assert Snapshot.objects.get(run_id=night(ago(1)).pk).trend_28 is None


def test_an_account_is_scored_with_the_scorecard_of_its_segment() -> None:
    large, small = make_lively_account(segment="Enterprise"), make_lively_account()
    grey = make_account(segment="enterprise")
    default = live_scorecard()
    body = default_config().to_dict() | {
        "applies_to": {"segments": ["Enterprise"], "plans": []},
        "signals": {"S05": 0.0},
    }
    own = Scorecard.objects.create(
        line="enterprise",
        version=1,
        state="published",
        body=body,
        published_at=at(ago(900)),
        reason="large customers",
    )
    run = night()
    used = dict(Snapshot.objects.filter(run_id=run.pk).values_list("account_id", "scorecard_id"))
    assert used == {large.pk: own.pk, small.pk: default.pk, grey.pk: own.pk}
    weights = dict(Snapshot.objects.filter(run_id=run.pk).values_list("account_id", "weights"))
    assert weights[large.pk][4] == 0
    assert weights[small.pk][4] > 0
    call_command("verify")
