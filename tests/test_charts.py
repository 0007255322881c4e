"""Figures: valid for Plotly, without colours of their own, and without markup out of data."""

import datetime as dt
import json
import re
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.charts import Drawing, Figure, curve, plot_text, quadrant, signed, trend, waterfall

DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(60)]
HOSTILE = '<a href="https://example.com">Acme</a> & <b>Co</b>'


def make_waterfall(name: str = "Engagement") -> Figure:
    steps = [(name, -8.6, True), ("Training", 0.2, True), ("Missing source", -1.0, False)]
    return waterfall(start=("22 Oct", 77.3), steps=steps, end=("21 Nov", 67.9))


def make_trend(name: str = "Scorecard v2") -> Figure:
    scores: list[float | None] = [70.0 + i / 10 for i in range(60)]
    scores[7] = None
    return trend(DAYS, scores, red_below=60, green_from=75, band="green", events=[(DAYS[20], name)])


def make_curve(*values: float) -> Drawing:
    live = ((0.0, 0.0), (50.0, 60.0), (100.0, 100.0))
    drawn = ((0.0, 0.0), (50.0, 70.0), (100.0, 100.0))
    return curve(drawn, live=live, values=values, unit=" %")


def make_quadrant(name: str = "Acme", *, count: int = 1) -> Figure:
    point = {"name": name, "band": "red", "score": 41.2, "arr": 9_400.0, "address": "/accounts/1/"}
    points = [point] * count
    return quadrant(points, red_below=60, green_from=75, middle=count * 8e3, currency="USD")


FIGURES = [make_waterfall(), make_trend(), make_quadrant(), make_quadrant(count=0)]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_valid_and_follows_the_theme(figure: Figure) -> None:
    go.Figure(figure)
    text = json.dumps(figure)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", text)
    assert "var(--hs-" in text


def strings(value: Any) -> list[str]:
    """Every string in a figure."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in strings(item)]
    return []


@pytest.mark.parametrize(
    "figure", [make_waterfall(HOSTILE), make_trend(HOSTILE), make_quadrant(HOSTILE)]
)
def test_markup_in_data_is_shown_and_never_followed(figure: Figure) -> None:
    found = [text.replace("<br>", " ") for text in strings(figure) if "Acme" in text]
    assert found
    assert not [text for text in found if "<" in text]
    assert plot_text(HOSTILE).startswith("&lt;a href=")


def test_bars_of_a_waterfall_stand_on_one_another() -> None:
    bars = make_waterfall()["data"][1]
    assert bars["text"] == ["77.3", "−8.6", "+0.2", "−1.0", "67.9"]
    assert bars["base"] == pytest.approx([55, 68.7, 68.7, 67.9, 55])
    assert bars["y"] == pytest.approx([22.3, 8.6, 0.2, 1.0, 12.9])
    fills = [
        colour.removeprefix("var(--hs-").removesuffix(")") for colour in bars["marker"]["color"]
    ]
    assert fills == ["ink", "red-fill", "green-fill", "grey-fill", "ink"]


@given(
    st.floats(0, 100),
    st.lists(st.tuples(st.text(max_size=30), st.floats(-50, 50), st.booleans()), max_size=12),
)
def test_any_waterfall_is_valid(start: float, steps: list[tuple[str, float, bool]]) -> None:
    end = start + sum(moved for _, moved, _ in steps)
    figure = waterfall(start=("a", start), steps=steps, end=("b", end))
    assert len(figure["data"][1]["y"]) == len(steps) + 2
    json.dumps(figure, allow_nan=False)


def test_accounts_beyond_the_ends_of_a_curve_stand_at_its_ends() -> None:
    bars = make_curve(-50.0, 20.0, 20.0, 90.0, 500.0).bars
    assert [bar.accounts for bar in bars] == [1, 2, 1, 1]
    assert max(bar.height for bar in bars) == 50
    assert (bars[0].x < 1, bars[-1].x + bars[-1].width > 99) == (True, True)
    assert make_curve().bars == []


def test_a_curve_is_drawn_in_per_cent_of_its_frame() -> None:
    drawing = make_curve()
    assert (drawing.low, drawing.high) == (-6, 106)
    assert drawing.dots == [
        (5.357, 100, 0, 0),
        (50.0, 30, 50, 70),
        (94.643, 0, 100, 100),
    ]
    assert drawing.drawn == [
        (0, 100, 5.357, 100),
        (5.357, 100, 50.0, 30),
        (50.0, 30, 94.643, 0),
        (94.643, 0, 100, 0),
    ]
    assert [label for _, label in drawing.ticks] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12, unique=True).map(sorted),
    st.lists(st.floats(-1e9, 1e9), max_size=30),
)
def test_nothing_of_any_curve_lies_outside_its_frame(
    raws: list[float], values: list[float]
) -> None:
    anchors = [(raw, 50.0) for raw in raws]
    drawing = curve(anchors, live=[(0.0, 0.0), (1.0, 100.0)], values=values, unit="")
    places = [*(x for x, *_ in drawing.dots), *(x for x, _ in drawing.ticks)]
    assert all(0 <= x <= 100 for x in places)
    assert sum(bar.accounts for bar in drawing.bars) == len(values)
    assert 2 <= len(drawing.ticks) <= 8


def test_a_gap_in_the_nights_is_a_gap_in_the_line() -> None:
    line = make_trend()["data"][0]
    assert line["y"][7] is None
    assert line["connectgaps"] is False


def test_a_change_has_a_true_minus_sign() -> None:
    assert [signed(value) for value in (1.25, -1.25, 0.0)] == ["+1.2", "−1.2", "0.0"]
