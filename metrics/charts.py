"""Figures as plain dicts, one function per chart. Pure: data in, JSON for Plotly out.

Dicts because building graph objects costs 50 ms a page; tests validate them with graph objects.
Colours are names of CSS variables, resolved in the browser, so that a chart follows the theme.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

Figure = dict[str, Any]

BINS = 20  # of the accounts behind a curve
LINE = 13  # letters that fit below one bar
FONT = {"family": "Inter Variable, Inter, system-ui, sans-serif", "size": 12}


def plot_text(text: str) -> str:
    """Text from data for a label or hover: Plotly reads markup in both, so none may remain."""
    return html.escape(text, quote=False)


def signed(value: float) -> str:
    """+1.2 or −1.2, with a true minus sign."""
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    return f"{sign}{abs(value):.1f}"


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
    layout = _layout(height=260)
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


def trend(
    days: Sequence[dt.date],
    scores: Sequence[float | None],
    *,
    red_below: float,
    green_from: float,
    band: str,
    events: Sequence[tuple[dt.date, str]] = (),
) -> Figure:
    """The score over time with bands behind it and events in a lane above; the newest day has a
    dot in the fill of its `band`.
    """
    known = [score for score in scores if score is not None]
    low = max(0.0, min([red_below, *known]) - 12)
    high = min(100.0, max([green_from, *known]) + 10)
    edges = (("red", low, red_below), ("amber", red_below, green_from), ("green", green_from, high))
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [day.isoformat() for day in days],
        "y": list(scores),
        "line": {"color": "var(--hs-text)", "width": 1.75},
        "connectgaps": False,
        "hovertemplate": "%{x|%-d %b %Y}: %{y:.1f}<extra></extra>",
    }
    layout = _layout(height=260)
    layout["margin"] |= {"t": 40 if events else 8, "r": 56}
    layout["yaxis"] |= {
        "range": [low, high],
        "tickvals": [value for value in (30, red_below, green_from, 90) if value >= low],
        "showgrid": False,
    }
    layout["xaxis"] |= {"type": "date", "nticks": 8, "tickformat": _date_format(days)}
    if days:
        room = dt.timedelta(days=max((days[-1] - days[0]).days // 60, 1))
        layout["xaxis"]["range"] = [days[0].isoformat(), (days[-1] + room).isoformat()]
    layout["shapes"] = [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": y0,
            "y1": y1,
            "fillcolor": f"var(--hs-{band}-soft)",
            "line": {"width": 0},
            "layer": "below",
        }
        for band, y0, y1 in edges
        if y1 > y0
    ] + [_event_line(day) for day, _ in events]
    layout["annotations"] = [
        _side_label(band, (y0 + y1) / 2) for band, y0, y1 in edges if y1 > y0
    ] + _event_labels(events)
    dots = [*_event_marks(days, scores, events), *_end_mark(days, scores, band)]
    return {"data": [line, *dots], "layout": layout}


def _date_format(days: Sequence[dt.date]) -> str:
    """Days where the window is short, the year where it is long."""
    span = (days[-1] - days[0]).days if days else 0
    if span <= 120:
        return "%-d %b"
    return "%b" if span <= 400 else "%b %Y"


def _end_mark(
    days: Sequence[dt.date], scores: Sequence[float | None], band: str
) -> list[dict[str, Any]]:
    if not days or scores[-1] is None:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [days[-1].isoformat()],
            "y": [scores[-1]],
            "marker": {"size": 7, "color": f"var(--hs-{band}-fill)"},
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
    ]


def _event_line(day: dt.date) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": day.isoformat(),
        "x1": day.isoformat(),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": "var(--hs-line-strong)", "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _event_marks(
    days: Sequence[dt.date],
    scores: Sequence[float | None],
    events: Sequence[tuple[dt.date, str]],
) -> list[dict[str, Any]]:
    at = dict(zip(days, scores, strict=True))
    marked = [(day, name, at[day]) for day, name in events if at.get(day) is not None]
    if not marked:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [day.isoformat() for day, _, _ in marked],
            "y": [score for _, _, score in marked],
            "marker": {
                "size": 7,
                "color": "var(--hs-canvas)",
                "line": {"color": "var(--hs-accent)", "width": 1.75},
            },
            "hovertext": [plot_text(name) for _, name, _ in marked],
            "hoverinfo": "text",
        }
    ]


def _event_labels(events: Sequence[tuple[dt.date, str]]) -> list[dict[str, Any]]:
    return [
        {
            "x": day.isoformat(),
            "y": 1,
            "yref": "paper",
            "yshift": 8 + 14 * (place % 2),
            "text": plot_text(name),
            "showarrow": False,
            "yanchor": "bottom",
            "font": {"size": 11, "color": "var(--hs-text-3)"},
        }
        for place, (day, name) in enumerate(events)
    ]


def _side_label(band: str, y: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 6,
        "y": y,
        "text": band.capitalize(),
        "showarrow": False,
        "font": {"size": 12, "color": f"var(--hs-{band})"},
    }


def curve(
    anchors: Sequence[tuple[float, float]],
    *,
    live: Sequence[tuple[float, float]],
    values: Sequence[float],
    percent: bool,
) -> Figure:
    """A signal's curve from raw value to points, the live version dashed, accounts behind it."""
    low, high = anchors[0][0], anchors[-1][0]
    room = (high - low) * 0.08 or 1.0
    layout = _layout(height=220)
    layout["xaxis"] |= {"range": [low - room, high + room], "tickformat": ",.0%" if percent else ""}
    layout["yaxis"] |= {"range": [0, 106], "tickvals": [0, 25, 50, 75, 100]}
    dashed = _curve_line(live, room, "var(--hs-line-strong)", 1.25, "dash")
    drawn = _curve_line(anchors, room, "var(--hs-accent)", 1.75, "solid")
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [raw for raw, _ in anchors],
        "y": [points for _, points in anchors],
        "marker": {
            "size": 9,
            "color": "var(--hs-canvas)",
            "line": {"color": "var(--hs-accent)", "width": 1.75},
        },
        "cliponaxis": False,
        "hovertemplate": "%{x} gives %{y:.0f} points<extra></extra>",
    }
    bars = [_histogram(values, low, high)] if values else []
    return {"data": [*bars, dashed, drawn, dots], "layout": layout}


def _histogram(values: Sequence[float], low: float, high: float) -> dict[str, Any]:
    """How many accounts lie where, as bars of up to half the height; the ends hold what is beyond
    them.
    """
    width = (high - low) / BINS
    counts = [0] * BINS
    for value in values:
        counts[min(max(int((value - low) / width), 0), BINS - 1)] += 1
    most = max(counts)
    return {
        "type": "bar",
        "x": [low + (place + 0.5) * width for place in range(BINS)],
        "y": [50 * count / most for count in counts],
        "width": width * 0.86,
        "marker": {"color": "var(--hs-ink-soft)"},
        "hovertext": [f"{count} account{'' if count == 1 else 's'}" for count in counts],
        "hoverinfo": "text",
    }


def _curve_line(
    anchors: Sequence[tuple[float, float]], room: float, colour: str, width: float, dash: str
) -> dict[str, Any]:
    xs, ys = [x for x, _ in anchors], [y for _, y in anchors]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [xs[0] - room, *xs, xs[-1] + room],
        "y": [ys[0], *ys, ys[-1]],
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": "%{x:.2f} gives %{y:.0f} points<extra></extra>",
    }


def _layout(*, height: int) -> dict[str, Any]:
    """The one template: no title, no legend, horizontal hairlines only."""
    axis = {"showline": False, "zeroline": False, "ticks": "", "fixedrange": True}
    return {
        "height": height,
        "font": FONT | {"color": "var(--hs-text-3)"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 32, "r": 8, "t": 8, "b": 24},
        "showlegend": False,
        "hoverlabel": {
            "bgcolor": "var(--hs-canvas)",
            "bordercolor": "var(--hs-ctl)",
            "font": FONT | {"color": "var(--hs-text)"},
        },
        "hovermode": "closest",
        "xaxis": {**axis, "showgrid": False},
        "yaxis": {**axis, "showgrid": True, "gridcolor": "var(--hs-line)"},
    }
