"""From a value to its facts: the rows and terms of every signal give its raw value back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.signals.base import Cadence, Frames, Portfolio, Source, Tenant
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.evidence import BUILDERS, SUBJECTS, evidence, subject
from metrics.signals.evidence.nulls import NEEDED
from tests.frames_maker import DAY, make_frames, person, weekdays
from tests.signals.any_frames import any_frames

Rows = list[dict[str, Any]]
Terms = dict[str, float]
CODES = [signal.code for signal in SIGNALS]


def good(rows: Rows) -> int:
    return sum(row["counts"] == "for" for row in rows)


def bad(rows: Rows) -> int:
    return sum(row["counts"] == "against" for row in rows)


def counted(rows: Rows) -> Rows:
    return [row for row in rows if row["counts"]]


def mean(rows: Rows, key: str) -> float:
    return float(np.mean([row[key] for row in counted(rows)]))


def total(rows: Rows, key: str) -> float:
    return float(sum(row[key] for row in rows))


def first_value(rows: Rows, t: Terms) -> float:
    reached = [max(row["completed_day"], 0) for row in rows if row["counts"] == "for"]
    return float(min(reached, default=t["age"]) / t["target"])


def usage(rows: Rows, t: Terms) -> float:
    heard = [row for row in rows if row["users"] is not None]
    parts = {
        part: [row["users"] / row["seats"] / row["season"] for row in heard if row["part"] == part]
        for part in ("recent", "normal")
    }
    return float(np.mean(parts["recent"]) / np.median(parts["normal"]) - 1)


def evenness(rows: Rows, t: Terms) -> float:
    density = [row["days"] / row["size"] for row in rows]
    squares = sum((each / sum(density)) ** 2 for each in density)
    return float((1 / squares - 1) / (len(rows) - 1))


def dependence(rows: Rows, t: Terms) -> float:
    busiest = max(row["days"] for row in rows)
    return float(busiest / total(rows, "days") * min(1, 0.25 + len(rows) / 4))


def speed(rows: Rows, t: Terms) -> float:
    channels: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in counted(rows):
        channels[row["channel"]].append((row["hours"], row["target"]))
    answered = len(counted(rows))
    return sum(
        len(times) * middle([took for took, _ in times], channel) / times[0][1] / answered
        for channel, times in channels.items()
    )


def middle(times: list[float], channel: str) -> float:
    return float(np.mean(times) if channel in ("phone", "call") else np.median(times))


def maturity(rows: Rows, t: Terms) -> float:
    intro = total([row for row in rows if row["maturity"] == "first steps"], "weight")
    share = (intro + t["intro_prior"]) / (total(rows, "weight") + t["tickets_prior"])
    return float(t["expected"] - share)


def recency(rows: Rows, t: Terms) -> float:
    h = [0.5 ** (row["answered_days_ago"] / 90) * (2 if row["decides"] else 1) for row in rows]
    against = sum(each for each, row in zip(h, rows, strict=True) if row["score"] <= 6)
    return float((against + t["prior"] * t["share"]) / (sum(h) + t["prior"]))


# what each table must give back: written down again here, out of rows and terms alone
RAW: dict[str, Callable[[Rows, Terms], float]] = {
    "S01": lambda rows, t: good(rows) / (t["seats"] * t["ramp"]),
    "S02": lambda rows, t: good(rows) / (len(rows) * t["ramp"]),
    "S03": lambda rows, t: good(rows) / max(total(counted(rows), "credit"), t["least"]),
    "S04": first_value,
    "S05": lambda rows, t: float(np.mean([r["came"] / r["there"] for r in counted(rows)])),
    "S06": lambda rows, t: total(rows, "days") / total(rows, "weeks"),
    "S07": usage,
    "S08": lambda rows, t: (bad(rows) + t["flagged_prior"]) / (len(rows) + t["people_prior"]),
    "S09": lambda rows, t: float(np.mean([r["used"] / r["relevant"] for r in rows])),
    "S10": lambda rows, t: mean(rows, "share") / mean(rows, "expected"),
    "S11": lambda rows, t: mean(rows, "depth") / t["reference"],
    "S12": lambda rows, t: sum(r["active"] >= r["needed"] for r in rows) / len(rows),
    "S13": evenness,
    "S14": dependence,
    "S15": lambda rows, t: good(rows) / len(rows),
    "S16": lambda rows, t: t["yearly"] * bad(rows) / t["heads"],
    "S17": lambda rows, t: (len(counted(rows)) + t["prior"]) / (t["expected"] + t["prior"]),
    "S18": maturity,
    "S19": speed,
    "S20": lambda rows, t: (good(rows) + t["prior"] * t["mu"]) / (len(rows) + t["prior"]),
    "S21": lambda rows, t: (bad(rows) + t["prior"] * t["share"]) / (len(rows) + t["prior"]),
    "S22": lambda rows, t: (
        100 * (good(rows) - bad(rows) + t["prior"] * t["mu"]) / (len(rows) + t["prior"])
    ),
    "S23": lambda rows, t: (good(rows) + t["prior"] * t["mu"]) / (len(rows) + t["prior"]),
    "S24": recency,
}


def agrees(frames: Frames, code: str) -> int:
    """Checks some of the accounts and says how many have a value."""
    found = BY_CODE[code].raw(frames)
    known = 0
    for account in range(0, len(frames.accounts), 3):
        shown = evidence(frames, code, account)
        raw, state = found["raw"].iloc[account], found["state"].iloc[account]
        if state == "OK":
            known += 1
            given = RAW[code](shown.records(), dict(shown.terms))
            assert given == pytest.approx(raw, abs=1e-9), (code, account, shown.sentence)
            assert "nan" not in shown.sentence
        else:
            assert shown.sentence.split(":")[0] in (shown.sentence, "Too little to say")
    return known


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_rows_of_any_account_give_its_raw_value_back(seed: int) -> None:
    frames = any_frames(seed)
    for code in CODES:
        agrees(frames, code)


def lively(**over: Any) -> Frames:
    """One account that has a value for every signal."""
    every = weekdays(*range(1, 53), days=(0, 1, 2, 3))
    people = [
        person(
            tenure=420,
            active=every if number % 3 else weekdays(*range(9, 53), days=(0, 2)),
            group="AB"[number % 2],
            persona=["", "lead"][number % 2],
            intended=number < 7,
            decision_maker=number == 1,
        )
        for number in range(8)
    ]
    people += [person(tenure=60, active=weekdays(1, 2, 3, 4), group="A") for _ in range(3)]
    people += [person(tenure=50, group="B"), person(tenure=300, left_days=30.0, active=[40, 50])]
    facts: dict[str, Any] = {
        "features": [{"key": key, "level": "core"} for key in "abcdef"]
        + [{"key": key, "level": "advanced", "personas": ("lead",)} for key in "xyz"],
        "feature_use": [
            {"person": who, "feature": f, "first_days_ago": 300 - 30 * f, "last_days_ago": 5}
            for who in range(8)
            for f in range(3 + who % 3)
        ]
        + [{"person": 1, "feature": 7}],
        "training": [
            {"person": 0, "course": "Basics", "completed_days_ago": 30.0},
            {"person": 1, "course": "Basics", "persona": "lead", "status": "enrolled"},
            {"person": 8, "course": "Basics", "completed_days_ago": 9.0},
        ],
        "milestones": [
            {"name": "Import", "due_day": 30.0, "completed_day": 20.0, "value": True},
            {"name": "Report", "due_day": 90.0},
            {"name": "Someday", "completed_day": 12.0},
        ],
        "tickets": [
            {
                "external_id": f"T-{number}",
                "person": number - 1,
                "opened": "2026-03-09 09:00",
                "opened_days_ago": 9 + number,
                "first_answer": "2026-03-09 15:00" if number else None,
                "solved_days_ago": 3.0 if number else np.nan,
                "channel": ["email", "chat", "phone"][number % 3],
                "maturity": ["intro", "advanced"][number % 2],
                "csat": float(number % 5 + 1),
                "escalated": number == 2,
                "reopens": number,
            }
            for number in range(6)
        ],
        "surveys": [
            {
                "external_id": f"N-{number}",
                "person": number - 1,
                "sent_days_ago": 40.0,
                "answered_days_ago": 38.0 - number if number < 4 else np.nan,
                "score": [2.0, 6.0, 8.0, 10.0, np.nan][number],
            }
            for number in range(5)
        ],
    }
    return make_frames(people=people, **facts | over)


@pytest.mark.parametrize("code", CODES)
def test_one_account_has_them_all_and_each_adds_up(code: str) -> None:
    portfolio = Portfolio(
        mu_csat=0.7,
        mu_nps=-0.1,
        mu_response=0.4,
        ticket_rate=(0.1, 0.2, None, 0.01, 0.02),
        advanced_share=(None, 0.2, 0.1, None, 0.15),
        incident_days=frozenset({DAY}),
        tenant=Tenant(value_days=21, depth_reference=0.9),
    )
    for frames in (lively(), lively(age=60), lively(portfolio=portfolio)):
        young = frames.accounts["age_days"].iloc[0] == 60
        needs_age = code in ("S07", "S08", "S15", "S16")
        assert agrees(frames, code) == (0 if young and needs_age else 1)


def test_a_monthly_product_and_lost_weeks_add_up_too() -> None:
    monthly = Portfolio(tenant=Tenant(cadence=Cadence.MONTHLY))
    assert agrees(lively(portfolio=monthly), "S05") == 1
    assert "of months" in evidence(lively(portfolio=monthly), "S05").sentence
    assert evidence(lively(portfolio=monthly), "S06").sentence.startswith("Nobody needs")
    silent = lively(unheard=(2, 3, 9))
    for code in ("S05", "S07", "S08", "S15", "S16"):
        assert agrees(silent, code) == 1
    weeks = evidence(silent, "S07").records()
    assert [row["users"] is None for row in weeks[:4]] == [False, False, True, True]
    assert {row["counts"] for row in weeks if row["users"] is None} == {None}
    absent = np.full(1, "absent", dtype="U10")
    taught = lively()
    unknown = replace(taught, source_state={**taught.source_state, Source.TRAINING: absent})
    assert agrees(unknown, "S15") == 1
    assert {row["trained"] for row in evidence(unknown, "S15").records()} == {None}


@pytest.mark.parametrize("state", ["absent", "not_bought"])
def test_without_a_source_nobody_is_called_inactive(state: str) -> None:
    shown = evidence(lively(states={Source.USAGE: state}), "S01")
    assert (shown.sentence, shown.rows, shown.raw) == (
        "Usage not connected: nothing is known",
        (),
        None,
    )
    both = {Source.USAGE: state, Source.TICKETS: state}
    shown = evidence(lively(states=both), "S17")
    assert shown.sentence == "Tickets and Usage not connected: nothing is known"


def test_a_source_that_is_late_is_named_beside_what_did_arrive() -> None:
    late = {"states": {Source.TRAINING: "late"}, "late": {Source.TRAINING: 3.0}}
    shown = evidence(lively(**late), "S15")
    assert shown.note == "Training late for 3 days: what has not arrived is not in here"
    assert shown.raw == BY_CODE["S15"].raw(lively(**late))["raw"].iloc[0]
    assert (len(shown.rows), evidence(lively(**late), "S01").note) == (4, "")
    back = evidence(lively(unheard=(2, 3, 4)), "S01").note
    assert back.startswith("Usage is back but owes most of four weeks: ")
    assert evidence(lively(unheard=(2, 3, 4)), "S22").note == ""
    down = {"states": {Source.USAGE: "broken"}, "late": {Source.USAGE: 1.0}}
    assert evidence(lively(**down), "S01").note.startswith("Usage down for 1 day: ")


def test_the_link_to_the_rows_says_what_they_are() -> None:
    assert [subject(code) for code in ("S01", "S21", "S24")] == ["people", "tickets", "answers"]


@pytest.mark.parametrize("code", CODES)
def test_an_account_without_a_fact_says_what_is_needed(code: str) -> None:
    shown = evidence(make_frames(seats=np.nan, age=3), code)
    assert shown.rows == () or code == "S07"
    assert NEEDED.get(code, "Fewer than two groups") in shown.sentence or code in ("S13", "S23")


def test_every_signal_of_the_catalogue_has_its_facts_and_no_other_has() -> None:
    assert set(BUILDERS) == set(RAW) == set(CODES)
    assert set(SUBJECTS) < set(CODES)
    with pytest.raises(KeyError):
        evidence(lively(), "S25")


def test_a_row_that_is_left_out_gives_another_value() -> None:
    """The law has teeth. A mean of two equal groups, and a median, may bear the loss of one."""
    frames = lively()
    for code in set(CODES) - {"S07", "S12", "S13"}:
        shown = evidence(frames, code)
        rows, terms = shown.records(), dict(shown.terms)
        raw = BY_CODE[code].raw(frames)["raw"].iloc[0]
        others = [RAW[code](rows[:n] + rows[n + 1 :], terms) for n in range(len(rows))]
        assert any(abs(other - raw) > 1e-6 for other in others), code
