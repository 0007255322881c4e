"""The inputs that the editor of a scorecard holds by the hundred: put together here, not in a
template, which costs ten times as much.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

INPUT = (
    '<input class="hs-input hs-input-small hs-num" type="number" step="any"{limits} name="{place}"'
    ' value="{value}" aria-label="{name}, anchor {number}: {said}"{problem}>'
)
PROBLEM = ' aria-invalid="true" aria-describedby="curve-problems-{code}"'
REMOVE = (
    '<button class="hs-btn hs-btn-ghost hs-anchor-remove" id="remove-{code}-{at}" name="action"'
    ' value="anchor.remove.{code}.{at}" hx-post="{address}"'
    ' hx-vals=\'{{"action": "anchor.remove.{code}.{at}"}}\' hx-target="#curve"'
    ' hx-swap="outerHTML" aria-label="Remove anchor {number} of {name}">Remove</button>'
)
# axis, what a reader hears, limits
AXES = (("raw", "raw value", ""), ("points", "points", ' min="0" max="100"'))


@register.simple_tag
def anchors(curve: Mapping[str, Any], address: str = "") -> SafeString:
    """Pairs of inputs, one for each anchor of a curve; `address`: where one is taken away, empty
    where nothing can be changed.
    """
    known = {"code": escape(curve["code"]), "name": escape(curve["name"])}
    removes = REMOVE if address and curve["can_remove"] else ""
    told = []
    for at, anchor in enumerate(curve["anchors"]):
        here = known | {"at": at, "number": at + 1, "address": escape(address)}
        raw, points = (
            INPUT.format(
                **here,
                said=said,
                limits=limits,
                place=escape(anchor[axis]["place"]),
                value=escape(anchor[axis]["value"]),
                problem=PROBLEM.format(**known) if anchor[axis]["problem"] else "",
            )
            for axis, said, limits in AXES
        )
        ends = f'<span class="hs-meta">gives</span>{points}{removes.format(**here)}'
        told.append(f'<div class="hs-anchor">{raw}{ends}</div>')
    return mark_safe("".join(told))  # noqa: S308  # escaped above, piece by piece


@register.simple_tag(takes_context=True)
def slider(
    context: Mapping[str, Any], row: Mapping[str, Any], top: int, step: str, said: str
) -> SafeString:
    """A weight as a bar, with a tick where the live one is, and the slider over it."""
    tick = SafeString("")
    if context.get("editing"):
        tick = format_html(
            '<line data-tick="{}"{} x1="{x}%" x2="{x}%" y1="4" y2="16"/>',
            row["live"],
            "" if row["changed"] else mark_safe(' visibility="hidden"'),
            x=row["tick"],
        )
    return format_html(
        '<span class="hs-slide"><svg aria-hidden="true"><rect class="hs-track" y="8.5"'
        ' width="100%" height="3" rx="1.5"/><rect class="hs-filled" y="8.5" width="{}%"'
        ' height="3" rx="1.5"/>{}</svg><input type="range" min="0" max="{}" step="{}" value="{}"'
        ' data-slides="{}" aria-label="{}" hidden></span>',
        row["fill"],
        tick,
        top,
        step,
        row["value"],
        row["id"],
        said,
    )


@register.simple_tag
def shares(rows: Iterable[Mapping[str, Any]], code: str, stage: str) -> SafeString:
    """A signal's part of the whole score in each stage, of which one is shown."""
    return mark_safe(  # noqa: S308  # stages, codes and numbers of ours
        "".join(
            f'<span class="hs-num hs-quiet" data-stage="{row["stage"]}" data-share="{code}"'
            f"{' data-counts' if row['counts'] else ''}"
            f"{'' if row['stage'] == stage else ' hidden'}>"
            f"{_per_cent(row['of'])}</span>"
            for row in rows
        )
    )


def _per_cent(share: float | None) -> str:
    """Halves go up, as the page's script rounds them."""
    return "–" if share is None else f"{math.floor(10 * share + 0.5) / 10:.1f} %"
