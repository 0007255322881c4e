"""docs/signals.md says what the catalogue does: every signal, its curve, its example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metrics.scoring.curves import Curve
from metrics.signals.base import ALL_STAGES, EARLY_STAGES, LATER_STAGES, Signal, Stage, State
from metrics.signals.catalogue import SIGNALS
from metrics.signals.evidence.nulls import DAYS

PAGE = (Path(__file__).parents[2] / "docs" / "signals.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (S\d\d .+?)\n(.+?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
STAGES = {
    ALL_STAGES: "all stages",
    EARLY_STAGES: "onboarding and adoption stages",
    LATER_STAGES: "from adoption on",
    (Stage.ONBOARDING,): "onboarding stage",
}
PARTS = ("Formula", "Curve", "Example", "Goes up", "Cannot see", "Null")


def section(signal: Signal) -> str:
    return " ".join(SECTIONS[f"{signal.code} {signal.name}"].split())


def test_every_signal_has_a_section_in_page_order_and_no_other_has() -> None:
    assert list(SECTIONS) == [f"{signal.code} {signal.name}" for signal in SIGNALS]
    assert len({signal.key for signal in SIGNALS}) == len(SIGNALS)
    assert len({signal.slot for signal in SIGNALS}) == len(SIGNALS)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.code)
def test_a_section_says_what_the_catalogue_says(signal: Signal) -> None:
    text = section(signal)
    needs = " and ".join(source.value for source in signal.needs)
    assert text.startswith(
        f"*{signal.question}* {signal.dimension.value.capitalize()}, weight {signal.weight:g}, "
        f"{STAGES[signal.stages]}. Needs {needs}. "
    )
    assert re.findall(r"- \*\*(.+?)\.?\*\*", text) == list(PARTS)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.code)
def test_the_printed_curve_and_example_are_right(signal: Signal) -> None:
    text = section(signal)
    anchors = re.search(r"Curve\.\*\* `(.+?)`", text)
    assert anchors is not None
    assert (
        Curve(*[[float(x) for x in pair.split(":")] for pair in anchors[1].split()]) == signal.curve
    )
    example = re.search(r"raw `(-?[\d.]+)`, `([\d.]+)` points", text)
    assert example is not None
    assert signal.curve.at(float(example[1])) == pytest.approx(float(example[2]), abs=1e-3)


def test_every_state_is_explained() -> None:
    assert set(re.findall(r"^\| ([A-Z_]+) \|", PAGE, re.MULTILINE)) == set(State) - {State.OK}


def test_what_looks_back_over_an_outage_is_what_the_page_says() -> None:
    (codes, days), *others = re.findall(
        r"(S01 and S09 to S14), which look over\s+(28, 56 or 84) days", PAGE
    )
    assert (codes, others) == ("S01 and S09 to S14", [])
    assert {str(each) for each in DAYS.values()} == set(re.findall(r"\d+", days))
    assert sorted(DAYS) == ["S01", *(f"S{number:02d}" for number in range(9, 15))]
