"""JSON as other systems send it, read strictly: what Python would let pass quietly is refused."""

from __future__ import annotations

import json
import math
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


def depth_of(value: Any, *, limit: int = MAX_DEPTH) -> int:
    """How deep objects and lists are nested, counted up to `limit` + 1; a number has depth 0."""
    if not isinstance(value, (dict, list)):
        return 0
    if limit == 0:
        return 1
    inside = value.values() if isinstance(value, dict) else value
    deepest = 0
    for item in inside:
        if isinstance(item, (dict, list)):
            deepest = max(deepest, depth_of(item, limit=limit - 1))
    return deepest + 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
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
