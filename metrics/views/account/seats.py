"""The seats from sold to active, and where most of them are lost."""

from __future__ import annotations

from typing import Any

# key, label, what is lost before it: one of them, several
STEPS = (
    ("sold", "Sold", "", ""),
    (
        "intended",
        "Should use it",
        "seat that nobody is named for",
        "seats that nobody is named for",
    ),
    ("provisioned", "Provisioned", "of the roster without access", "of the roster without access"),
    ("trained", "Trained", "person without a course", "people without their course"),
    (
        "active",
        "Active in 28 days",
        "person inactive for four weeks",
        "people inactive for four weeks",
    ),
)


def funnel(seats: dict[str, Any]) -> list[dict[str, Any]]:
    """Steps from sold to active with what each loses; the biggest loss is marked."""
    known = [
        (label, (one, many), seats[key])
        for key, label, one, many in STEPS
        if seats.get(key) is not None
    ]
    top = max((count for _, _, count in known), default=0) or 1
    rows: list[dict[str, Any]] = []
    for place, (label, loss, count) in enumerate(known):
        before = known[place - 1][2] if place else count
        lost = max(before - count, 0)
        rows.append(
            {
                "label": label,
                "count": count,
                "lost": lost,
                "note": f"{lost} {loss[0] if lost == 1 else loss[1]}",
                "width": 100 * count / top,
                "lost_width": 100 * lost / top,
                "more": max(count - before, 0),
            }
        )
    if rows and seats.get("trained_active") is not None and rows[-1]["lost"]:
        both, trained, active = seats["trained_active"], seats["trained"], seats["active"]
        rows[-1]["note"] = f"{trained - both} trained inactive, {active - both} active untrained"
    losses = [row["lost"] for row in rows]
    # of two equal losses the later one: people who are there are easier to win than seats to fill
    biggest = len(losses) - 1 - losses[::-1].index(max(losses)) if any(losses) else None
    return [row | {"is_biggest": place == biggest} for place, row in enumerate(rows)]
