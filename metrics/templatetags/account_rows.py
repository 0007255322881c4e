"""What stands on the account page by the dozen, put together here: a template costs ten times as
much.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.utils.safestring import SafeString

from metrics.templatetags.cards import known
from metrics.templatetags.formats import day, grouped, long_day, points, signed
from metrics.templatetags.icons import icon

register = template.Library()
plain = lru_cache(maxsize=1024)(floatformat)
HIDDEN = '<span class="hs-hide">'


@register.simple_tag
def gauge_drawing(gauge: Mapping[str, Any]) -> SafeString:
    """The inside of the gauge: its pieces, the day compared, today, and the edges of the bands."""
    parts = [
        f'<rect class="hs-fill-{piece["band"]}{"" if piece["lit"] else " hs-pale"}"'
        f' x="{piece["x"]}" y="12" width="{piece["width"]}" height="6" rx="1"/>'
        for piece in gauge["pieces"]
    ]
    if gauge["compared"] is not None:
        parts.append(f'<circle class="hs-gauge-ring" cx="{gauge["compared"]}" cy="15" r="3.25"/>')
    if gauge["today"] is not None:
        parts.append(f'<path class="hs-gauge-today" d="M{gauge["today"]} 11l-4.5-7h9z"/>')
    last = len(gauge["marks"]) - 1
    for place, (edge, x) in enumerate(gauge["marks"]):
        css = "hs-finish" if place == last else "" if place else "hs-start"
        parts.append(f'<text x="{x}" y="33" class="{css}">{plain(edge)}</text>')
    return SafeString("".join(parts))


@register.simple_tag
def moved_bars(bars: Iterable[Mapping[str, Any]]) -> SafeString:
    """Rows of the waterfall's table."""
    return SafeString(
        "".join(
            f'<tr><th scope="row">{escape(bar["step"].name)}</th><td><svg class="hs-step"'
            ' viewBox="0 0 120 10" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="hs-fill-{bar["fill"]}" x="{bar["x"]}" width="{bar["width"]}"'
            f' height="10"/></svg></td><td class="hs-num">{signed(bar["step"].moved)}</td></tr>'
            for bar in bars
        )
    )


@register.simple_tag
def moved_reasons(reasons: Iterable[Mapping[str, Any]]) -> SafeString:
    """What moved the score, in words, each with a link to the section that shows who."""
    return SafeString("".join(map(_moved_reason, reasons)))


def _moved_reason(reason: Mapping[str, Any]) -> str:
    behind = reason["behind"]
    if behind and reason["where"]:
        behind = f'<a href="#{reason["where"]}">{behind}</a>'
    return (
        f'<li><span class="hs-tab {"hs-down" if reason["moved"] < 0 else "hs-up"}">'
        f'{signed(reason["moved"])}</span> <div><p class="hs-list-claim">{known(reason["claim"])}'
        f'</p><p class="hs-list-note">{known(reason["name"])} <span class="hs-code">'
        f"{reason['code']}</span> · {escape(reason['before'])} → {escape(reason['after'])}"
        f"{' · ' if behind else ''}{behind}</p></div></li>"
    )


@register.simple_tag
def because(reasons: Sequence[Mapping[str, Any]]) -> SafeString:
    """The signals behind a flag."""
    if not reasons:
        return SafeString("")
    rows = "".join(
        f'<li><span class="hs-num hs-down">{signed(reason["moved"])}</span>'
        f'<span title="{known(reason["name"])}">{escape(reason["text"])}</span></li>'
        for reason in reasons
    )
    return SafeString(f'<ul class="hs-because">{rows}</ul>')


@register.simple_tag
def path_steps(steps: Iterable[Mapping[str, Any]]) -> SafeString:
    """Steps of the path to green: what to do, what it does to its signal, and to the score."""
    return SafeString(
        "".join(
            f'<li><span class="hs-meta hs-tab">{step["place"]}</span> <div>'
            f'<p class="hs-list-claim">{escape(step["text"])}</p>'
            f'<p class="hs-list-note">{known(step["name"])}, {points(step["before"])} →'
            f' {points(step["after"])} points</p></div> <p class="hs-num"><span class="hs-up">'
            f'{signed(step["gain"])}</span><br><span class="hs-meta">{points(step["score"], 1)}'
            "</span></p></li>"
            for step in steps
        )
    )


@register.simple_tag
def score_terms(terms: Iterable[Mapping[str, Any]], address: str) -> SafeString:
    """The terms of the printed formula, each a link to its signals."""
    return SafeString(
        '<span class="hs-op">+</span>'.join(
            f'<a class="hs-term" href="{address}?signals={term["key"]}#signals"><span>'
            f'<span class="hs-quiet">{floatformat(term["share"], 3)} ×</span>'
            f" <b>{points(term['points'], 1)}</b></span>"
            f'<span class="hs-meta">{term["name"]}</span>'
            f'<span class="hs-meta hs-tab">gives {points(term["gives"], 1)}</span></a>'
            for term in terms
        )
    )


@register.simple_tag
def trend_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """The table under the trend: a row a week."""
    return SafeString(
        "".join(
            f'<tr><td>{long_day(row["day"])}</td><td class="hs-quiet">{escape(row["marks"])}</td>'
            f'<td class="hs-num">{points(row["score"], 1)}</td></tr>'
            for row in rows
        )
    )


TICKS = {
    "done": f'<span class="hs-green">{icon("check")}{HIDDEN}Done: </span></span>',
    "late": f'<span class="hs-amber">{icon("clock")}{HIDDEN}Late: </span></span>',
    "open": f'<span class="hs-quiet">{icon("clock")}{HIDDEN}Open: </span></span>',
}


@register.simple_tag
def value_tasks(tasks: Iterable[Any]) -> SafeString:
    """The checklist of the first 90 days."""
    return SafeString("".join(map(_value_task, tasks)))


def _value_task(task: Any) -> str:
    owner = f'<span class="hs-meta hs-below">{escape(task.owner)}</span>' if task.owner else ""
    first = ""
    if task.value_day is not None:
        first = f'<span class="hs-meta hs-below">First value, day {task.value_day}</span>'
    return (
        f'<li>{TICKS[task.state]} <span dir="auto">{escape(task.name)}{owner}{first}</span>'
        f' <span class="hs-meta hs-tab">{_when(task)}</span></li>'
    )


def _when(task: Any) -> str:
    if task.done_on:
        late = f'<span class="hs-below">{task.late} d late</span>' if task.late else ""
        return f"{day(task.done_on)}{late}"
    if task.due_on:
        late = f'<span class="hs-below hs-amber">{task.late} d late</span>' if task.late else ""
        return f"due {day(task.due_on)}{late}"
    return "open"


@register.simple_tag
def funnel_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Seats from sold to active: how many are left, and hatched how many are lost before."""
    return SafeString("".join(map(_funnel_row, rows)))


def _funnel_row(row: Mapping[str, Any]) -> str:
    worst, width, count, bar, note = row["is_biggest"], f"{row['width']:.2f}", "", "", ""
    if row["lost"]:
        count = f"−{grouped(row['lost'])}"
        bar = (
            f'<rect fill="url(#hatch-{"red" if worst else "grey"})" x="{width}%"'
            f' width="{row["lost_width"]:.2f}%" height="100%"/>'
        )
        note = f"{'Biggest loss: ' if worst else ''}{row['note']}"
    elif row["more"]:
        note = f"{grouped(row['more'])} more than the step before"
    return (
        f"<li><span>{row['label']}</span>"
        f' <svg aria-hidden="true"><rect class="hs-kept" width="{width}%" height="100%" rx="2"/>'
        f'{bar}</svg> <b class="hs-num">{grouped(row["count"])}</b>'
        f' <span class="hs-num {"hs-down" if worst else "hs-quiet"}">{count}</span>'
        f' <span class="hs-funnel-note{" hs-red" if worst else ""}">{note}</span></li>'
    )


@register.simple_tag
def evidence_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """The facts behind a signal: what each is about, whether it counts, and its values."""
    return SafeString("".join(f"<tr>{_facts(**row)}</tr>" for row in rows))


def _facts(cells: Sequence[tuple[str, bool]], counts: str) -> str:
    (first, is_number), *others = cells
    text, css = escape(first), "hs-strong" if counts == "against" else "hs-quiet"
    about = 'class="hs-num"' if is_number else f'class="hs-cut hs-strong" dir="auto" title="{text}"'
    rest = (
        f'<td class="hs-num">{escape(value)}</td>'
        if is_number
        else f'<td class="hs-wrap" dir="auto">{escape(value)}</td>'
        for value, is_number in others
    )
    return f'<td {about}>{text}</td><td class="{css}">{counts}</td>{"".join(rest)}'
