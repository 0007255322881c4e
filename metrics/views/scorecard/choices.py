"""The segments and plans that a line can be for."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count

from accounts.models.customers import AccountQuerySet
from metrics.forms import Choice
from metrics.scoring.config import ScorecardConfig
from metrics.views.scorecard.lines import line_name

KINDS = {"segments": "segment", "plans": "plan"}


def choices(
    accounts: AccountQuerySet,
    others: Mapping[str, ScorecardConfig],
    kept: ScorecardConfig | None = None,
) -> dict[str, list[Choice]]:
    """Segments and plans that accounts have, and those that `kept` names though none has them."""
    return {
        kind: _choices(kind, column, accounts, others, getattr(kept, kind, ()))
        for kind, column in KINDS.items()
    }


def _choices(
    kind: str,
    column: str,
    accounts: AccountQuerySet,
    others: Mapping[str, ScorecardConfig],
    kept: tuple[str, ...],
) -> list[Choice]:
    """By name; spellings that differ in upper and lower case only are one."""
    found = {text.casefold(): (text, 0) for text in kept}
    counted = accounts.exclude(**{column: ""}).order_by(column).values_list(column)
    for text, accounts_with_it in counted.annotate(accounts=Count("pk")):
        shown, before = found.get(text.casefold(), (text, 0))
        found[text.casefold()] = shown, before + accounts_with_it
    owners = {
        text.casefold(): line_name(slug)
        for slug, config in others.items()
        for text in getattr(config, kind)
    }
    return [
        Choice(text=text, accounts=count, owner=owners.get(key, ""))
        for key, (text, count) in sorted(found.items())
    ]
