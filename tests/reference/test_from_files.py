"""CSV files through the command, the database and a night give the score of the plain reference."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import Organisation
from metrics.demo import Plan, generate
from metrics.models import Run
from metrics.signals.base import Portfolio
from metrics.signals.portfolio import from_json
from tests.facts import live_scorecard
from tests.reference import portfolio as plain
from tests.reference.from_files import Customer, Files
from tests.reference.nasty import add_nasty_rows
from tests.reference.score import SIGNALS, Judged, judge

pytestmark = pytest.mark.django_db
ORDER = (
    "features", "accounts", "people", "usage", "milestones", "training", "tickets", "surveys",
    "arr_movements", "source_status", "usage_late",
)  # fmt: skip
ZONE = "America/New_York"
# the clocks were set back on the second of November
TODAY = dt.date(2025, 11, 5)
Line = dict[str, str]


def import_folder(folder: Path) -> dict[str, dict[str, int]]:
    """Every file through the command; what it said of each."""
    said = {}
    for source in ORDER:
        out = io.StringIO()
        call_command(
            "import_csv",
            source.removesuffix("_late"),
            str(folder / f"{source}.csv"),
            known_at="occurred",
            stdout=out,
            stderr=io.StringIO(),
        )
        said[source] = json.loads(out.getvalue())
    return said


def night(day: dt.date) -> tuple[Portfolio, dict[str, Line]]:
    """What one night stored: the portfolio's inputs, and the exported line of each account."""
    call_command("recalculate", day=day, workers=1, stdout=io.StringIO())
    out = io.StringIO()
    call_command("export_scores", day=day, signals=True, stdout=out)
    lines = {row["account_external_id"]: row for row in csv.DictReader(io.StringIO(out.getvalue()))}
    run = Run.objects.published().get(business_day=day)
    return from_json(run.portfolio or {}), lines


def differences(number: str, line: Line, judged: Judged) -> list[str]:
    """What an account's exported line says otherwise than the reference."""
    pairs: list[tuple[str, str | float | None, str]] = [
        ("raw_score", judged.before_caps, line["raw_score"]),
        ("score", judged.score, line["score"]),
        ("coverage", judged.coverage, line["coverage"]),
        ("band", judged.band, line["band"]),
        ("confidence", judged.confidence, line["confidence"]),
        ("caps", " ".join(r for r in judged.rules if r not in ("R7", "R9")), line["caps"]),
    ]
    for code in SIGNALS:
        pairs += [
            (f"{code} state", judged.states[code], line[f"{code}_state"]),
            (f"{code} raw", judged.raw[code], line[f"{code}_raw"]),
            (f"{code} points", judged.points[code], line[f"{code}_points"]),
        ]
    return [
        f"{number} {what}: files say {expected}, stored is {found or None}"
        for what, expected, found in pairs
        if not same(expected, found)
    ]


def same(expected: str | float | None, found: str) -> bool:
    if expected is None or not found:
        return (expected or "") == found
    if isinstance(expected, str):
        return expected == found
    return math.isclose(expected, float(found), rel_tol=1e-9, abs_tol=1e-9)


def portfolio_differences(customers: list[Customer], inputs: Portfolio) -> list[str]:
    """Where what the run stored of the whole portfolio is not what the reference finds."""
    stay = plain.who_stay(customers)
    pairs: list[tuple[str, float | None, float | None]] = [
        ("mu_csat", plain.mu_csat(stay), inputs.mu_csat),
        ("mu_nps", plain.mu_nps(stay), inputs.mu_nps),
        ("mu_response", plain.mu_response(stay), inputs.mu_response),
    ]
    season = plain.season(customers)
    weeks = sorted(season.keys() | inputs.season.keys())
    pairs += [(f"season of {week}", season.get(week), inputs.season.get(week)) for week in weeks]
    for name, found, stored in (
        ("ticket_rate", plain.ticket_rate(customers), inputs.ticket_rate),
        ("advanced_share", plain.advanced_share(customers), inputs.advanced_share),
        ("intro_share", plain.intro_share(stay), inputs.intro_share),
    ):
        pairs += [(name, one, other) for one, other in zip(found, stored, strict=True)]
    incidents = plain.incident_days(customers, customers[0].account.today)
    pairs.append(("wrong incident days", 0, len(incidents ^ inputs.incident_days)))
    return [
        f"{what}: files say {expected}, stored is {found}"
        for what, expected, found in pairs
        if not same(expected, "" if found is None else str(found))
    ]


def test_files_through_the_database_score_as_the_reference_does(
    tmp_path: Path, settings: Settings
) -> None:
    generate(Plan(accounts=45, days=200, end=TODAY, seed=11, people=14.0, zone=ZONE), tmp_path)
    add_nasty_rows(tmp_path)
    Organisation.objects.update_or_create(id=1, defaults={"timezone": ZONE})
    live_scorecard()
    import_folder(tmp_path)
    seen: set[str] = set()
    # whatever the portfolio is cut into: many chunks, and a single one
    for day, settings.CHUNK_ACCOUNTS in ((TODAY, 7), (TODAY - dt.timedelta(days=60), 500)):
        customers = Files(tmp_path, today=day, zone=ZONE, run_at=dt.time(3, 10)).customers()
        inputs, lines = night(day)
        assert sorted(lines) == sorted(customers)
        judged = {number: judge(customer, inputs) for number, customer in customers.items()}
        differ = portfolio_differences(list(customers.values()), inputs)
        for number, expected in judged.items():
            differ += differences(number, lines[number], expected)
            seen |= {expected.band, *expected.rules, *expected.states.values()}
        assert not differ, f"{len(differ)} on {day}:\n" + "\n".join(differ)
        assert inputs.season
        hushed = ["R1" in judged[number].rules for number in ("n-hushed", "n-gone")]
        assert hushed == ([False, True] if day == TODAY else [False, False])
    assert seen >= {"OK", "NOT_APPLICABLE", "TOO_LITTLE", "STALE", "BROKEN"}
    assert seen >= {"red", "amber", "green", "grey", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"}
