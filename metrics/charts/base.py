"""What all figures share: the one template, numbers with a sign, text without markup."""

from __future__ import annotations

import html
from typing import Any

Figure = dict[str, Any]

FONT = {"family": "Inter Variable, Inter, system-ui, sans-serif", "size": 12}


def plot_text(text: str) -> str:
    """Text from data for a label or hover: Plotly reads markup in both, so none may remain."""
    return html.escape(text, quote=False)


def signed(value: float) -> str:
    """+1.2 or −1.2, with a true minus sign."""
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    return f"{sign}{abs(value):.1f}"


def layout_of(*, height: int) -> dict[str, Any]:
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
