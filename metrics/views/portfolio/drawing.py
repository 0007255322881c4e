"""Places of the band bar and the histogram, for SVG: a strict policy forbids style attributes."""

from __future__ import annotations

from typing import Any

from metrics.models.scores import Band
from metrics.views.portfolio.figures import BIN, Figures

WIDTH = 420
GAP = 2
HEIGHT = 116


def band_bar(found: Figures, *, by: str) -> list[dict[str, Any]]:
    """One part per band in order, with its width by accounts or by ARR."""
    sizes = {
        band: float(found.arr_by_band.get(band, 0) if by == "arr" else found.by_band[band])
        for band in Band.values
    }
    total = sum(sizes.values())
    shown = [band for band in Band.values if sizes[band]]
    room = WIDTH - GAP * max(len(shown) - 1, 0)
    parts, x = [], 0.0
    for band in shown:
        width = room * sizes[band] / total
        parts.append({"band": band, "x": round(x, 1), "width": round(width, 1)})
        x += width + GAP
    return parts


def legend(found: Figures) -> list[dict[str, Any]]:
    """Accounts and ARR of every band, also of the empty ones."""
    return [
        {"band": band, "accounts": found.by_band[band], "arr": found.arr_by_band.get(band)}
        for band in Band.values
    ]


def bars(bins: list[tuple[int, int]], *, limits: tuple[float, float]) -> dict[str, Any]:
    """Columns of the histogram and its dashed thresholds."""
    low = bins[0][0]
    slot = WIDTH / len(bins)
    top = max((count for _, count in bins), default=0) or 1

    def x(score: float) -> float:
        return round((score - low) / BIN * slot, 1)

    return {
        "columns": [
            {
                "x": round(x(start) + 1, 1),
                "width": round(slot - 2, 1),
                "y": round(HEIGHT - HEIGHT * count / top, 1),
                "height": round(HEIGHT * count / top, 1),
                "says": f"{count} with {start} to {start + BIN}",
            }
            for start, count in bins
        ],
        "limits": [{"x": x(limit), "score": limit} for limit in limits],
        "first": {"x": x(low), "score": low},
    }
