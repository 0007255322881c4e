"""What the words on pages mean: one sentence each, in one table, opened beside the word.

The popover is HTML's own: without a style sheet or script the sentence is still there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
NUMBER = "help-number"  # stands for the id of the element


@dataclass(frozen=True, kw_only=True)
class Term:
    """A word of the pages, and what it means."""

    label: str
    says: str


TERMS: dict[str, Term] = {
    "score": Term(
        label="Score",
        says="How healthy an account is, from 0 to 100: the weighted mean of the points of its"
        " signals. It is made every night, and each score can be taken apart down to facts.",
    ),
    "band": Term(
        label="Band",
        says="Red, amber or green by the thresholds of the scorecard. Grey means not enough data;"
        " it never means good or bad.",
    ),
    "change": Term(
        label="Change",
        says="Score now minus score so many days ago, as both are printed. Within 3"
        " points it is ordinary noise and stays grey.",
    ),
    "nights": Term(
        label="90 days",
        says="The score of the last 90 nights on a scale from 30 to 100; a gap where no night was"
        " published. The line across is the limit below which an account is red.",
    ),
    "momentum": Term(
        label="Momentum",
        says="The score minus the score of half a year before, under the same scorecard."
        " Coloured only from 12 points down.",
    ),
    "trend": Term(
        label="Trend",
        says="Where the score is going: the median slope of its nights over 28 days, shown"
        " only where it is steep and unlikely to be chance.",
    ),
    "cause": Term(
        label="Main cause",
        says="What most stands in its way tonight: a rule that caps the score, or the signal"
        " that costs it most.",
    ),
    "dimensions": Term(
        label="Dimensions",
        says="Points of the six groups of signals: onboarding, engagement, breadth, training,"
        " support, sentiment. Red below the red threshold, dashed where nothing is known.",
    ),
    "arr": Term(
        label="ARR",
        says="Annual recurring revenue of the contract in force. Sums are over one currency only.",
    ),
    "at_risk": Term(
        label="ARR at risk",
        says="ARR of the accounts that are red now. It is not a forecast of what will be lost.",
    ),
    "renewal": Term(
        label="Renewal",
        says="The day on which the contract in force ends or is renewed, and the days left.",
    ),
    "seats": Term(
        label="Seats in use",
        says="People who were active in the last 28 days, of the seats that were sold.",
    ),
    "coverage": Term(
        label="Coverage",
        says="The share of the score's weight that had data. Below 35 % there is no score;"
        " losing a source lowers coverage and can never raise a score.",
    ),
    "confidence": Term(
        label="Confidence",
        says="High, medium or low by coverage; none where there is no score.",
    ),
    "flags": Term(
        label="Flags",
        says="Standing churn warnings, each with its reasons, its severity from 1 to 5 and the day"
        " since which it stands.",
    ),
    "stage": Term(
        label="Stage",
        says="Onboarding to day 90 of the contract, adoption to day 365, then mature. Weights"
        " differ by stage and are blended around these days.",
    ),
    "name": Term(
        label="Account",
        says="A customer. Its page says why the score is what it is, down to people, tickets and"
        " answers.",
    ),
    "segment": Term(label="Segment", says="The kind of customer, as the accounts file says it."),
    "plan": Term(label="Plan", says="What they bought, as the accounts file says it."),
    "tags": Term(
        label="Tags",
        says="Words of your own on an account, seen by all who see it. They change no score.",
    ),
    "changed_band": Term(
        label="Changed band",
        says="Accounts in another band than seven days before, up or down.",
    ),
    "not_enough": Term(
        label="Not enough data",
        says="Accounts whose coverage is too low for a score. They count neither as healthy nor as"
        " ill.",
    ),
    "mean": Term(
        label="Mean score",
        says="Mean over the accounts with a score; those that have given notice are left out.",
    ),
    "owner": Term(
        label="Owner",
        says="The user who looks after the account. Managers see the accounts of their team.",
    ),
    "path": Term(
        label="Path to green",
        says="The one or two signals that would lift the account to green with the least effort.",
    ),
    "override": Term(
        label="Override",
        says="Somebody's judgement with reason and end, shown beside the score and never in it.",
    ),
    "points": Term(
        label="Points",
        says="A raw value on the scale from 0 to 100, by the curve of its signal.",
    ),
    "frozen": Term(
        label="Frozen",
        says="The source is late or down: the last value counts, or the portfolio's median where"
        " that is lower.",
    ),
}
# words that one button explains together
LISTS = {
    "portfolio": (
        "score", "band", "change", "momentum", "trend", "nights", "cause", "dimensions", "arr",
        "at_risk", "changed_band", "renewal", "not_enough", "mean", "seats", "owner", "coverage",
        "flags",
    ),
}  # fmt: skip


@register.simple_tag(takes_context=True)
def help(context: dict[str, Any], key: str, label: str = "") -> SafeString:
    """The word as a button that opens its sentence; `label`: another form of the word."""
    term = TERMS[key]
    named = bool(label) and label != term.label
    return _numbered(context, _drawn((key,), label or term.label, named))


@register.simple_tag(takes_context=True)
def help_list(context: dict[str, Any], name: str, label: str) -> SafeString:
    """A button that explains several words at once: the headings of a table, a strip of figures."""
    return _numbered(context, _drawn(LISTS[name], label, True))


@lru_cache(maxsize=256)  # the same few words on every page
def _drawn(keys: tuple[str, ...], label: str, named: bool) -> SafeString:
    terms = [(key, TERMS[key]) for key in keys]
    known = {"id": NUMBER, "label": label, "terms": terms, "named": named}
    return render_to_string("partials/help.html", known)


def _numbered(context: dict[str, Any], drawn: SafeString) -> SafeString:
    return mark_safe(drawn.replace(NUMBER, _number(context)))  # noqa: S308  # letters and a number


def _number(context: dict[str, Any]) -> str:
    """Unique on the page; a fragment counts in a range that follows from its element."""
    request = context["request"]
    if not hasattr(request, "help_numbers"):
        request.help_numbers = count(1)
    target = request.headers.get("HX-Target", "")
    prefix = "".join(letter for letter in target if letter.isalnum() or letter == "-")[:40]
    return f"help-{prefix}{'-' if prefix else ''}{next(request.help_numbers)}"
