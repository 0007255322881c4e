"""The sentence under the title: what is at risk, and why. Claim first, then cause."""

from __future__ import annotations

from django.db.models import QuerySet

from metrics.models import AccountCurrent
from metrics.templatetags.formats import money, plural
from metrics.views.portfolio.figures import Figures
from metrics.views.portfolio.narrowing import WORSE


def worst_of(rows: QuerySet[AccountCurrent]) -> AccountCurrent | None:
    """Of those that fell into a worse band this week, the one that fell most."""
    return rows.filter(WORSE).order_by("change_7", "name").first()


def lead(found: Figures, worst: AccountCurrent | None) -> tuple[str, str]:
    """(claim, cause) as plain text."""
    return _claim(found), _cause(found, worst)


def _claim(found: Figures) -> str:
    if not found.scored:
        return "No account has a score yet."
    if not found.red:
        return "No account is red."
    if found.at_risk and not found.others:
        soon = money(found.red_soon_arr, found.currency) if found.red_soon_arr else "none"
        risk = money(found.at_risk, found.currency)
        return f"{risk} is at risk, {soon} of it up for renewal within 90 days."
    red = plural(found.red, "account is,accounts are")
    return f"{red} red, {found.red_soon or 'none'} of them up for renewal within 90 days."


def _cause(found: Figures, worst: AccountCurrent | None) -> str:
    if not found.scored:
        return f"{plural(found.accounts, 'account')} with too few facts, or too new."
    if worst is None:
        return "No account fell into a worse band this week."
    why = worst.cause_7 or worst.cause
    # in the middle of a sentence; "NPS" and "CSAT" keep their capitals
    why = why if why[1:2].isupper() else why[:1].lower() + why[1:]
    reason = f": {why}" if why else ""
    if found.worse == 1:
        return f"{worst.name} got worse this week{reason}."
    return f"{found.worse} accounts got worse this week, {worst.name} most{reason}."
