"""Each claim says what the points did: told of every signal, upwards and downwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metrics.signals.base import State
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.kinds import AGEING
from metrics.signals.story import WEIGHTS_SHIFTED, change_between, main_cause, reasons
from tests.signals.nights import Night, night, team

# what the raw value did, in words, where it became worse and better; and whether a raw value that
# grows is the better one (None: better towards the middle)
CLAIMS: dict[str, tuple[str, str, bool | None]] = {
    "S01": ("fell behind", "caught up", True),
    "S02": ("fell behind", "caught up", True),
    "S03": ("fell behind", "caught up", True),
    "S04": ("waited longer", "came sooner", False),
    "S05": ("in fewer weeks", "in more weeks", True),
    "S06": ("on fewer days", "on more days", True),
    "S07": ("people fell", "people rose", True),
    "S08": ("larger share fell away", "smaller share fell away", False),
    "S09": ("use fewer", "use more", True),
    "S10": ("fell against", "rose against", True),
    "S11": ("does less", "does more", True),
    "S12": ("smaller part", "larger part", True),
    "S13": ("less evenly", "more evenly", True),
    "S14": ("depend more on one person", "depend less on one person", False),
    "S15": ("smaller share of the new", "larger share of the new", True),
    "S16": ("higher rate", "lower rate", False),
    "S17": ("away from what does well", "towards what does well", None),
    "S18": ("rose against", "fell against", True),
    "S19": ("came later", "came sooner", False),
    "S20": ("smaller share", "larger share", True),
    "S21": ("go worse", "go better", False),
    "S22": ("got worse", "got better", True),
    "S23": ("smaller share", "larger share", True),
    "S24": ("weigh more", "weigh less", False),
}


def alone(code: str, *, raw: float, points: float, weight: float = 1.0) -> Night:
    """A night on which nothing else has a weight."""
    slot, any_night = BY_CODE[code].slot, night(team(10))
    numbers: dict[str, list[float | None]] = {
        name: [None] * 24 for name in ("raw", "n", "part", "whole", "points", "weights")
    }
    given = {
        "raw": raw,
        "n": 20.0,
        # hours, against 20 of them
        "part": 20 * raw if code == "S19" else 10.0,
        "whole": 20.0,
        "points": points,
        "weights": weight,
    }
    for name, value in given.items():
        numbers[name][slot] = value
    other = (slot + 1) % 24
    numbers["points"][other], numbers["weights"][other] = 50.0, 1 - weight
    score = weight * points + (1 - weight) * 50
    states = [State.OK.value] * 24
    return replace(any_night, raw_score=score, score=score, states=states, **numbers)


def claim(code: str, before: Night, after: Night) -> str:
    parts = change_between(before, after)
    assert parts is not None
    return next(r.claim for r in reasons(before, after, parts) if r.code == code)


def test_every_signal_is_in_the_table() -> None:
    assert set(CLAIMS) == {signal.code for signal in SIGNALS}


@pytest.mark.parametrize("code", CLAIMS)
def test_the_claim_agrees_with_the_points_and_with_the_raw_value(code: str) -> None:
    worse, better, grows_better = CLAIMS[code]
    anchors = list(BY_CODE[code].curve.anchors)
    low, high = anchors[0], anchors[-1]
    if grows_better is not None:
        assert (high[1] > low[1]) is grows_better
        middle = sorted(points for _, points in anchors)
        assert [p for _, p in anchors] == (middle if grows_better else middle[::-1])
    poor, good = sorted(anchors, key=lambda anchor: anchor[1])[:: len(anchors) - 1]
    bad_night = alone(code, raw=poor[0], points=poor[1])
    good_night = alone(code, raw=good[0], points=good[1])
    assert worse in claim(code, good_night, bad_night)
    assert better in claim(code, bad_night, good_night)


def test_a_reason_shows_the_values_that_bear_its_claim_out() -> None:
    before, after = alone("S19", raw=0.5, points=90), alone("S19", raw=0.8, points=60)
    slot = BY_CODE["S19"].slot
    numbers = {"part": [*after.part], "whole": [*after.whole]}
    numbers["part"][slot], numbers["whole"][slot] = 9.6, 12.0
    after = replace(after, **numbers)
    parts = change_between(before, after)
    assert parts is not None
    (reason,) = reasons(before, after, parts)
    assert reason.claim == "First answers were due sooner"
    shown = [text.replace("\u00a0", " ") for text in (reason.told.before, reason.told.after)]
    assert shown == ["10.0 h (target 20.0 h)", "9.6 h (target 12.0 h)"]


@pytest.mark.parametrize("code", sorted(set(CLAIMS) - AGEING))
def test_a_weight_that_changed_is_not_told_as_what_people_did(code: str) -> None:
    name = BY_CODE[code].name
    low, high = (
        alone(code, raw=0.5, points=30, weight=0.2),
        alone(code, raw=0.5, points=31, weight=0.9),
    )
    assert claim(code, low, high) == f"{name}: its weight in the score changed"
    assert claim(code, high, low) == f"{name}: its weight in the score changed"
    same = alone(code, raw=0.5, points=30, weight=0.9)
    assert claim(code, low, same) == f"{name}: its weight in the score changed"
    parts = change_between(low, same)
    assert parts is not None
    assert main_cause(low, same, parts) == WEIGHTS_SHIFTED
