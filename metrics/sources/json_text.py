"""JSON as other systems send it, read strictly: what Python would let pass quietly is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

MAX_DEPTH = 8
MAX_PROPERTIES = 64
MAX_TEXT = 10_000


class BadJson(ValueError):
    """Bytes that are no JSON, or such as nobody can mean; the message says which."""


def load(data: bytes) -> Any:
    """The value of a JSON text. Raises BadJson.

    Refused beside what is no JSON: NaN and infinities (PostgreSQL would store them), numbers that
    only become infinite, integers of thousands of digits, a name twice in one object (of which
    others read the first), nesting without end. Lone surrogates pass: their row is refused.
    """
    try:
        return _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadJson(f"byte offset {error.start:,} is not UTF-8") from error
    except RecursionError as error:
        raise BadJson("nested too deeply") from error
    except ValueError as error:
        raise BadJson(str(error)[:200]) from error


def is_too_deep(value: Any, *, limit: int = MAX_DEPTH) -> bool:
    """Whether objects and lists are nested deeper than `limit`; looks at one level at a time."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the name {twice[:60]!r} is there twice in one object")
    return found


def _number(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError(f"{text[:60]} is not a finite number")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a finite number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_constant=_no_constant
)
