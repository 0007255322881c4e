"""The command line as a contract: what it prints, and that the parts add up."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Person
from metrics.models import Run, Scorecard
from tests.facts import DAY, ago, at, make_account, make_survey
from tests.nightly.test_night import make_lively_account, night

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_scores_are_exported_with_every_signal_of_the_contract() -> None:
    make_lively_account(external_id="A-lively")
    make_account(external_id="A-silent")
    night()
    rows = list(csv.DictReader(io.StringIO(run("export_scores", "--day", str(DAY), "--signals"))))
    assert [row["account_external_id"] for row in rows] == ["A-lively", "A-silent"]
    assert ",".join(list(rows[0])[:12]) == (
        "account_external_id,day,score,raw_score,band,stage,coverage,confidence,momentum,caps,"
        "flags,scorecard"
    )
    assert list(rows[0])[12:15] == ["S01_raw", "S01_points", "S01_state"]
    assert len(rows[0]) == 12 + 3 * 24
    assert (rows[0]["band"], rows[0]["scorecard"], rows[0]["S01_state"]) == ("green", "v1", "OK")
    assert (rows[1]["score"], rows[1]["band"], rows[1]["S01_raw"]) == ("", "grey", "")


def test_a_level_is_explained_by_contributions_that_sum_to_it() -> None:
    make_lively_account(external_id="A-1")
    night()
    level = json.loads(run("explain", "A-1", "--day", str(DAY)))
    contributions = [signal["contribution"] for signal in level["signals"].values()]
    assert sum(contributions) == pytest.approx(level["raw_score"], abs=1e-9)
    terms = level["formula"].split(" = ")[0].split(" + ")
    products = [float(a) * float(b) for a, b in (term.split(" × ") for term in terms)]
    assert sum(products) == pytest.approx(level["raw_score"], abs=1e-4)


def test_a_level_is_explained_down_to_the_facts_beside_the_same_keys() -> None:
    account = make_lively_account(external_id="A-1")
    make_survey(account, sent=30, answered=28, score=4, external_id="N-1")
    night()
    plain = json.loads(run("explain", "A-1", "--day", str(DAY)))
    level = json.loads(run("explain", "A-1", "--day", str(DAY), "--facts"))
    facts = level.pop("facts")
    assert level == plain
    assert set(facts) == set(level["signals"])
    assert {tuple(found) for found in facts.values()} == {("sentence", "note", "terms", "rows")}
    people = set(Person.objects.filter(account=account).values_list("external_id", flat=True))
    seats = facts["S01"]
    assert {row["person_id"] for row in seats["rows"]} == people
    active = sum(row["counts"] == "for" for row in seats["rows"])
    raw = active / (seats["terms"]["seats"] * seats["terms"]["ramp"])
    assert raw == level["signals"]["S01"]["raw"]
    assert facts["S22"]["rows"][0] == {
        "counts": "against",
        "person_id": None,
        "external_id": "N-1",
        "score": 4.0,
        "answered_days_ago": 28.0,
    }
    with pytest.raises(CommandError, match="leave out --since"):
        run("explain", "A-1", "--day", str(DAY), "--since", str(DAY), "--facts")


def test_every_stored_revision_can_be_exported_and_explained() -> None:
    account = make_lively_account(external_id="A-1")
    night()
    make_survey(account, sent=20, answered=19, score=0, known_at=at(DAY, 2))
    night(kind=Run.Kind.RECALCULATION)
    Run.objects.create(
        business_day=DAY,
        revision=3,
        scorecard=Scorecard.objects.get(),
        data_cutoff=at(DAY),
        code_version="x",
    )
    day = ("--day", str(DAY))
    exports = [run("export_scores", *day, *more) for more in both()]
    assert exports[0] == exports[2] != exports[1]
    levels = [json.loads(run("explain", "A-1", *day, *more))["raw_score"] for more in both()]
    assert levels[0] == levels[2] < levels[1]
    for command in (("export_scores",), ("explain", "A-1")):
        with pytest.raises(CommandError, match="no revision 3 of 2026-03-18 is stored; there is 1"):
            run(*command, *day, "--revision", "3")
        with pytest.raises(CommandError, match="no run of 2026-03-01 is published"):
            run(*command, "--day", "2026-03-01")


def both() -> list[tuple[str, ...]]:
    """The published revision, and each of two by its number."""
    return [(), ("--revision", "1"), ("--revision", "2")]


def test_a_change_is_explained_across_a_new_scorecard_in_parts_that_sum(tmp_path: Path) -> None:
    account = make_lively_account(external_id="A-1")
    night(ago(1))
    text = run("scorecard", "export").replace("red_below = 60.0", "red_below = 55.0")
    changed = text.replace("engagement = 34.0", "engagement = 24.0").replace(
        "sentiment = 15.0", "sentiment = 25.0"
    )
    file = tmp_path / "card.toml"
    file.write_text(changed)
    run("scorecard", "import", str(file))
    run("scorecard", "publish", "--reason", "Listen more")
    make_survey(account, sent=2, answered=1, score=0)
    night()
    change = json.loads(run("explain", "A-1", "--day", str(DAY), "--since", str(ago(1))))
    parts = [*change["performance"].values(), *change["weighting"].values()]
    total = sum(parts) + change["caps"] + change["configuration"]
    assert total == pytest.approx(change["total"], abs=1e-9)
    assert change["total"] == pytest.approx(change["to"] - change["from"], abs=1e-9)
    assert change["configuration"] != 0
    assert change["performance"]["S22"] < 0


def test_a_scorecard_round_trips_as_text(tmp_path: Path) -> None:
    text = run("scorecard", "export")
    file = tmp_path / "card.toml"
    file.write_text(text)
    run("scorecard", "import", str(file))
    run("scorecard", "publish", "--reason", "The same")
    assert run("scorecard", "export").split("\n", 1)[1] == text.split("\n", 1)[1]
    assert Scorecard.objects.live().version == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[dimensions.mature]\nengagement = 35", "dimensions.mature: weights sum to 101"),
        ("[signals]\nS99 = 1", "signals.S99: is not known"),
        ("[signals]\nS05 = -1", "signals.S05: -1 must be zero or more"),
        ("[signals]\nS05 = nan", "signals.S05: nan must be zero or more"),
        ("[curves]\nS05 = [[1, 0], [0, 100]]", "curves.S05: anchor 0 must be above 1"),
        ("[caps]\nR1 = 3", "caps.R1: 3 is neither true nor false"),
        ("[thresholds]\nred_below = 80", "thresholds: red must lie below green"),
        ("[signals]\nS02 = 0", "dimensions.onboarding.training: has weight, but none"),
        ("colour = 1", "colour: is not a part of a scorecard"),
        ("[signals", "Expected ']'"),
    ],
)
def test_a_wrong_scorecard_is_refused_with_the_place(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "card.toml"
    file.write_text(text)
    with pytest.raises(CommandError, match=message.replace("[", r"\[")):
        run("scorecard", "import", str(file))
    assert Scorecard.objects.draft() is None


def test_past_days_are_recalculated_one_line_each() -> None:
    make_lively_account()
    lines = run("recalculate", "--from", str(ago(1)), "--to", str(DAY), "--workers", "1")
    parsed = [json.loads(line) for line in lines.splitlines()]
    assert [(line["day"], line["state"], line["scored"]) for line in parsed] == [
        (str(ago(1)), "complete", 1),
        (str(DAY), "complete", 1),
    ]
    assert set(parsed[0]) == {"day", "run", "state", "accounts", "scored", "grey", "seconds"}


def test_the_checker_names_what_is_wrong() -> None:
    make_lively_account()
    result = night()
    assert "checks passed" in run("verify")
    type(result).objects.filter(pk=result.pk).update(scored=0, grey=1)
    with pytest.raises(CommandError, match="a run and its snapshots disagree"):
        run("verify")
