"""The command: what it writes, what it imports, what it refuses."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, Organisation, Person, Role, User
from metrics.models import Batch, Reject, UsageEvent
from metrics.sources.catalogue import BY_NAME
from tests.facts import make_account


def load_demo(**options: object) -> dict[str, int]:
    out = StringIO()
    call_command("load_demo", stdout=out, **options)
    (line,) = out.getvalue().splitlines()
    found: dict[str, int] = json.loads(line)
    return found


def test_with_out_it_needs_no_database(tmp_path: Path) -> None:
    counts = load_demo(accounts=3, days=40, out=tmp_path, end=dt.date(2026, 3, 1))
    assert set(counts) == {*BY_NAME, "usage_late"}
    for name, count in counts.items():
        lines = (tmp_path / f"{name}.csv").read_text("utf-8").splitlines()
        assert len(lines) == count + 1


@pytest.mark.django_db
def test_everything_enters_by_the_ordinary_door_without_a_reject() -> None:
    accepted = load_demo(accounts=12, days=60, people=10.0)
    batches = {batch.pk: batch for batch in Batch.objects.all()}
    assert [batches[pk].source for pk in sorted(batches)] == [
        "features", "accounts", "people", "usage", "milestones", "training", "tickets",
        "surveys", "arr_movements", "source_status", "usage",
    ]  # fmt: skip
    assert [batches[pk].known_at_mode for pk in sorted(batches)] == ["occurred"] * 10 + ["import"]
    assert not Reject.objects.exists()
    assert accepted["accounts"] == Account.objects.count() == 12
    assert accepted["people"] == Person.objects.count()
    assert accepted["usage"] + accepted["usage_late"] == UsageEvent.objects.count()
    assert sum(batch.duplicate for batch in batches.values()) > 0
    assert not Account.objects.filter(owner=None).exists()


@pytest.mark.django_db
def test_it_makes_the_users_of_the_demo() -> None:
    load_demo(accounts=2, days=40, people=5.0)
    roles = dict(User.objects.values_list("email", "role"))
    assert roles == {
        "ada@example.com": Role.ADMIN,
        "ben@example.com": Role.MANAGER,
        "eva@example.com": Role.MANAGER,
        "ana@example.com": Role.CSM,
        "tom@example.com": Role.CSM,
        "mei@example.com": Role.CSM,
        "jonas@example.com": Role.CSM,
        "priya@example.com": Role.CSM,
        "cy@example.com": Role.CSM,
    }
    ana, cy = User.objects.get(email="ana@example.com"), User.objects.get(email="cy@example.com")
    assert ana.check_password("healthscore-demo")
    assert ana.manager == User.objects.get(email="ben@example.com") != cy.manager
    assert not Account.objects.visible_to(cy).exists()
    assert Organisation.current().is_demo


@pytest.mark.django_db
def test_it_refuses_a_database_with_accounts() -> None:
    make_account()
    with pytest.raises(CommandError, match="accounts already"):
        load_demo(accounts=2)
    assert Account.objects.count() == 1
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "message"),
    [({"accounts": 0}, "at least 1 account"), ({"end": dt.date(2199, 1, 1)}, "in the future")],
)
def test_it_refuses_what_makes_no_sense(options: dict[str, object], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        load_demo(**options)
    assert not User.objects.exists()
