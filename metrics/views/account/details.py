"""What stands beside the values of a night: remarks by signal code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metrics.models import Snapshot
from metrics.models.together import read, together
from metrics.signals.base import State
from metrics.signals.catalogue import BY_CODE
from metrics.signals.remarks import remark
from metrics.signals.story import value_of

# a part of a statement of `together`
FEATURES = "SELECT key, name FROM metrics_feature WHERE key = ANY(%(features)s::text[])"


def remarks_of(now: Snapshot, features: Iterable[Any] | None = None) -> dict[str, str]:
    """Signals that were measured tonight and have more to say than their value. features: the rows
    of FEATURES, where they have been read already.
    """
    if features is None:
        features = read(together(features=FEATURES), named_in(now))["features"]
    names = {feature.key: feature.name for feature in features}
    found = {
        code: remark(code, now.details[code], value_of(now, code), names=names)
        for code in BY_CODE
        if code in now.details and now.states[BY_CODE[code].slot] == State.OK.value
    }
    return {code: text for code, text in found.items() if text}


def named_in(now: Snapshot) -> dict[str, list[str]]:
    """Keys of the features that the remarks name, as the parameter of FEATURES."""
    detail = now.details.get("S08", {})
    return {"features": [*detail.get("ceiling", ()), *detail.get("next", ())]}
