"""What stands beside the values of a night: remarks by signal code."""

from __future__ import annotations

from metrics.models import Feature, Snapshot
from metrics.signals.base import State
from metrics.signals.catalogue import BY_CODE
from metrics.signals.remarks import remark
from metrics.signals.story import value_of


def remarks_of(now: Snapshot) -> dict[str, str]:
    """Signals that were measured tonight and have more to say than their value."""
    names = _feature_names(now)
    found = {
        code: remark(code, now.details[code], value_of(now, code), names=names)
        for code in BY_CODE
        if code in now.details and now.states[BY_CODE[code].slot] == State.OK.value
    }
    return {code: text for code, text in found.items() if text}


def _feature_names(now: Snapshot) -> dict[str, str]:
    detail = now.details.get("S08", {})
    keys = {*detail.get("ceiling", ()), *detail.get("next", ())}
    if not keys:
        return {}
    return dict(Feature.objects.filter(key__in=keys).values_list("key", "name"))
