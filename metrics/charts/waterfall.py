"""From one score to another, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from metrics.charts.base import Figure, layout_of, plot_text, signed

LINE = 13  # letters that fit below one bar


def waterfall(
    *, start: tuple[str, float], steps: Sequence[tuple[str, float, bool]], end: tuple[str, float]
) -> Figure:
    """From one score to another. steps: (name, points, whether it is behaviour); their sum is the
    difference of the ends. The only bar chart whose axis may begin above zero.
    """
    levels = [start[1]]
    for _, moved, _ in steps:
        levels.append(levels[-1] + moved)
    low = max(0.0, min(*levels, end[1]) - 8)
    floor = float(int(low / 5) * 5)
    names = [plot_text(name) for name in (start[0], *(step[0] for step in steps), end[0])]
    tops = [max(a, b) for a, b in pairwise(levels)]
    bases = [floor, *(min(a, b) for a, b in pairwise(levels)), floor]
    heights = [start[1] - floor, *(abs(step[1]) for step in steps), end[1] - floor]
    texts = [f"{start[1]:.1f}", *(signed(step[1]) for step in steps), f"{end[1]:.1f}"]
    colours = ["var(--hs-ink)", *(_step_colour(*step[1:]) for step in steps), "var(--hs-ink)"]
    places = list(range(len(names)))
    bars = {
        "type": "bar",
        "x": places,
        "y": heights,
        "base": bases,
        "text": texts,
        "textposition": "outside",
        "textfont": {"color": "var(--hs-text)"},
        "cliponaxis": False,
        "marker": {"color": colours},
        "width": 0.72,
        "hovertext": [f"{name}: {text}" for name, text in zip(names, texts, strict=True)],
        "hoverinfo": "text",
    }
    connectors = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for i in places[:-1] for x in (i + 0.36, i + 0.64, None)],
        "y": [y for level in levels for y in (level, level, None)],
        "line": {"color": "var(--hs-line-strong)", "width": 1},
        "hoverinfo": "skip",
    }
    top = max([start[1], end[1], *tops])
    layout = layout_of(height=260)
    layout["margin"] |= {"t": 16, "b": 40}
    layout["xaxis"] |= {
        "tickvals": places,
        "ticktext": [_in_two_lines(name) for name in names],
        "tickangle": 0,
        "range": [-0.6, len(names) - 0.4],
    }
    dtick = 15 if top - floor > 24 else 5
    layout["yaxis"] |= {"range": [floor, top + (top - floor) * 0.16], "tick0": 0, "dtick": dtick}
    return {"data": [connectors, bars], "layout": layout}


def _in_two_lines(label: str) -> str:
    """A long label broken at the space nearest to its middle; the break is ours, not the data's."""
    spaces = [place for place, letter in enumerate(label) if letter == " "]
    if len(label) <= LINE or not spaces:
        return label
    middle = min(spaces, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:middle]}<br>{label[middle + 1 :]}"


def _step_colour(moved: float, is_behaviour: bool) -> str:
    if not is_behaviour:
        return "var(--hs-grey-fill)"
    return "var(--hs-red-fill)" if moved < 0 else "var(--hs-green-fill)"
