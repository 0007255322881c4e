"""Small helps of the pages that list things by account and by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(known: Mapping[int, Any], account_id: int) -> Any:
    """What is known of an account; None for nothing."""
    return known.get(account_id)


@register.filter
def weekday(value: dt.date) -> str:
    """ "Mon 23 Nov"."""
    return f"{value:%a} {value.day} {value:%b}"


@register.filter
def is_late(value: dt.date | None, today: dt.date) -> bool:
    """Whether a day to be kept is over."""
    return value is not None and value < today
