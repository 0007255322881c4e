"""The files: their shape, that they repeat, and that they agree with one another."""

import csv
import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from metrics.demo import Plan, generate
from metrics.sources.catalogue import BY_NAME
from tests.demo.conftest import PLAN, Rows

Files = dict[str, Rows]
SMALL = replace(PLAN, accounts=9, days=60)
MOMENTS = {
    "usage": ("occurred_at",),
    "usage_late": ("occurred_at",),
    "tickets": ("opened_at", "first_answer_at", "solved_at"),
    "surveys": ("sent_at", "answered_at"),
}


def digests(plan: Plan, folder: Path) -> dict[str, str]:
    generate(plan, folder)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    first = digests(SMALL, tmp_path / "a")
    assert digests(SMALL, tmp_path / "b") == first
    assert digests(replace(SMALL, seed=8), tmp_path / "c") != first


def test_more_accounts_change_nothing_about_the_others(tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "few")
    generate(replace(SMALL, accounts=12), tmp_path / "more")
    for name in BY_NAME:
        few = (tmp_path / "few" / f"{name}.csv").read_text("utf-8")
        assert (tmp_path / "more" / f"{name}.csv").read_text("utf-8").startswith(few)


@pytest.mark.parametrize("name", [*BY_NAME, "usage_late"])
def test_headers_are_the_canonical_ones(folder: Path, name: str) -> None:
    columns = BY_NAME["usage" if name == "usage_late" else name].columns
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    assert header == [column.name for column in columns if not column.mapped]


def test_there_are_the_ten_files_and_the_late_rows(folder: Path) -> None:
    assert {path.stem for path in folder.iterdir()} == {*BY_NAME, "usage_late"}


def test_every_row_names_an_account_and_a_person_that_exist(files: Files) -> None:
    accounts = {row["external_id"] for row in files["accounts"]}
    employer = {row["external_id"]: row["account_external_id"] for row in files["people"]}
    features = {row["key"] for row in files["features"]} | {"login"}
    assert len(accounts) == PLAN.accounts
    assert len(employer) == len(files["people"])
    assert set(employer.values()) == accounts
    for name in ("usage", "usage_late", "tickets", "surveys"):
        for row in files[name]:
            assert employer[row["person_external_id"]] == row["account_external_id"]
    for name in ("milestones", "arr_movements"):
        assert {row["account_external_id"] for row in files[name]} <= accounts
    assert {row["person_external_id"] for row in files["training"]} <= set(employer)
    assert {row["feature_key"] for row in files["usage"]} == features
    assert {row["parent_external_id"] for row in files["accounts"]} - {""} <= accounts


def test_ids_of_facts_are_unique_but_for_what_was_sent_twice(files: Files) -> None:
    for name in ("tickets", "surveys", "training", "arr_movements"):
        ids = [row["external_id"] for row in files[name]]
        assert len(set(ids)) == len(ids)
    lines = [tuple(row.values()) for row in files["usage"]]
    again = len(lines) - len(set(lines))
    assert 0.001 < again / len(lines) < 0.004
    with_id = {line for line in lines if line[0]}
    assert len({line[0] for line in with_id}) == len(with_id)


@pytest.mark.parametrize(("name", "columns"), MOMENTS.items())
def test_facts_lie_within_the_period(files: Files, name: str, columns: tuple[str, ...]) -> None:
    first, end = PLAN.first_day.isoformat(), PLAN.end.isoformat()
    days = {row[column][:10] for row in files[name] for column in columns} - {""}
    assert first <= min(days)
    assert max(days) < end


def test_states_reach_no_further_than_the_period(files: Files) -> None:
    end = PLAN.end.isoformat()
    for name, column in (
        ("training", "completed_at"),
        ("milestones", "completed_on"),
        ("arr_movements", "on"),
        ("people", "provisioned_at"),
        ("people", "deactivated_at"),
        ("accounts", "starts_on"),
        ("accounts", "notice_on"),
        ("accounts", "churned_on"),
    ):
        assert max(row[column][:10] for row in files[name]) < end, (name, column)


def test_late_rows_are_of_the_last_month_and_not_in_the_other_file(files: Files) -> None:
    first = (PLAN.end - dt.timedelta(days=30)).isoformat()
    assert files["usage_late"]
    assert min(row["occurred_at"][:10] for row in files["usage_late"]) >= first
    known = {row["event_id"] for row in files["usage"]} - {""}
    assert not known & {row["event_id"] for row in files["usage_late"]}


def test_moments_carry_the_offset_of_their_day(tmp_path: Path) -> None:
    generate(replace(SMALL, zone="Europe/Berlin", end=dt.date(2026, 4, 20)), tmp_path)
    with (tmp_path / "usage.csv").open(encoding="utf-8", newline="") as stream:
        seen = {
            (row["occurred_at"][:10], row["occurred_at"][-6:]) for row in csv.DictReader(stream)
        }
    assert {offset for day, offset in seen if day < "2026-03-29"} == {"+01:00"}
    assert {offset for day, offset in seen if day > "2026-03-29"} == {"+02:00"}


@pytest.mark.parametrize("over", [{"accounts": 0}, {"days": 10}, {"people": 2}])
def test_a_plan_without_sense_is_refused(over: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        replace(PLAN, **over)
