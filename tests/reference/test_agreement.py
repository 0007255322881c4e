"""The fast signals and the slow ones say the same of every account."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

import pytest

from metrics.signals.catalogue import SIGNALS
from tests.reference import breadth, engagement, onboarding, plateau, sentiment, support, training
from tests.reference.accounts import all_frames
from tests.reference.world import Account, Value, account_of

FILES = (onboarding, engagement, plateau, breadth, training, support, sentiment)
CODES = [signal.code for signal in SIGNALS]
# every null that a signal's own facts can make; those of the sources are made in evaluate
NULLS = {
    "S01": {"TOO_LITTLE"},
    "S02": {"TOO_LITTLE"},
    "S03": {"TOO_LITTLE"},
    "S04": {"TOO_LITTLE"},
    "S05": {"TOO_LITTLE"},
    "S06": {"TOO_LITTLE", "NOT_APPLICABLE"},
    "S07": {"TOO_LITTLE"},
    "S08": {"TOO_LITTLE"},
    "S09": {"TOO_LITTLE"},
    "S10": {"TOO_LITTLE"},
    "S11": {"TOO_LITTLE"},
    "S12": {"NOT_APPLICABLE"},
    "S13": {"TOO_LITTLE", "NOT_APPLICABLE"},
    "S14": {"TOO_LITTLE"},
    "S15": {"TOO_LITTLE"},
    "S16": {"TOO_LITTLE"},
    "S17": {"TOO_LITTLE"},
    "S18": {"TOO_LITTLE"},
    "S19": {"TOO_LITTLE"},
    "S20": {"TOO_LITTLE"},
    "S21": {"TOO_LITTLE"},
    "S22": {"TOO_LITTLE"},
    "S23": {"TOO_LITTLE", "NOT_APPLICABLE"},
    "S24": {"TOO_LITTLE"},
}


@cache
def worlds() -> tuple[tuple[Account, ...], ...]:
    return tuple(
        tuple(account_of(frames, place) for place in range(len(frames.accounts)))
        for frames in all_frames()
    )


@cache
def slow(code: str) -> list[tuple[str, Value]]:
    """Name of the account, and what the reference says of it."""
    function = next(vars(file)[code.lower()] for file in FILES if code.lower() in vars(file))
    return [
        (f"{frames.day} account {place}", function(account, frames.portfolio))
        for frames, accounts in zip(all_frames(), worlds(), strict=True)
        for place, account in enumerate(accounts)
    ]


def fast(code: str) -> list[Value]:
    signal = next(signal for signal in SIGNALS if signal.code == code)
    return [
        (None if math.isnan(raw) else raw, str(state))
        for table in (signal.raw(frames) for frames in all_frames())
        for raw, state in zip(table["raw"].tolist(), table["state"].tolist(), strict=True)
    ]


def agree(one: Value, other: Value) -> bool:
    (raw, state), (expected, said) = one, other
    if raw is None or expected is None:
        return (raw, state) == (expected, said)
    return state == said and math.isclose(raw, expected, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("code", CODES)
def test_the_fast_signal_and_the_slow_one_agree_on_every_account(code: str) -> None:
    differ = [
        f"{code} of {name}: fast {found}, slow {expected}"
        for (name, expected), found in zip(slow(code), fast(code), strict=True)
        if not agree(found, expected)
    ]
    assert not differ, f"{len(differ)} accounts differ:\n" + "\n".join(differ)


@pytest.mark.parametrize("code", CODES)
def test_the_accounts_show_every_state_that_the_signal_has(code: str) -> None:
    states = Counter(state for _, (_, state) in slow(code))
    assert set(states) == {"OK"} | NULLS[code]
    assert states["OK"] >= 20
    assert len({value for _, (value, _) in slow(code)}) >= 5
