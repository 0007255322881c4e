"""The cells of the portfolio's table, one function per column. Each escapes what it is given."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Account, User
from metrics.models import AccountCurrent
from metrics.templatetags import parts
from metrics.templatetags.formats import (
    first_name,
    flag_name,
    money,
    percent,
    plural,
    points,
    renews,
)

LEAVING = mark_safe(' <span class="hs-tag">Leaving</span>')
NO_FLAGS = mark_safe('<td class="hs-num hs-flagcell"><span class="hs-quiet">0</span></td>')
STAGE_WORDS = {"onboarding": "Onboarding", "adoption": "Adoption", "mature": "Mature"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the night, with the account as of today."""

    row: AccountCurrent
    account: Account | None
    today: dt.date
    red_below: float

    @property
    def owner(self) -> User | None:
        """Who owns it today."""
        return self.account.owner if self.account else None


def pick(line: Line) -> SafeString:
    """The box that selects the row."""
    return format_html(
        '<td class="hs-pickcell"><input class="hs-check" type="checkbox" name="account"'
        ' value="{}" form="bulk" aria-label="Select {}"></td>',
        line.row.account_id,
        line.row.name,
    )


def name(line: Line) -> SafeString:
    """A link to the account."""
    link = parts.account_link(line.row.account_id, line.row.name)
    leaving = LEAVING if line.row.status == "leaving" else ""
    return format_html('<td class="hs-name hs-cut">{}{}</td>', link, leaving)


def score(line: Line) -> SafeString:
    """No decimals."""
    return _number("hs-score", points(line.row.score))


def band(line: Line) -> SafeString:
    """Icon and word."""
    return format_html('<td class="hs-bandcell">{}</td>', parts.band(line.row.band))


def change_7(line: Line) -> SafeString:
    """Over seven days."""
    return _number("hs-change", parts.change(line.row.change_7))


def change_30(line: Line) -> SafeString:
    """Over thirty days."""
    return _number("", parts.change(line.row.change_30))


def momentum(line: Line) -> SafeString:
    """Fast against slow mean."""
    return _number("hs-wide", parts.momentum(line.row.momentum))


def trend(line: Line) -> SafeString:
    """An arrow."""
    arrow = parts.trend(line.row.trend, line.row.trend_28)
    return format_html('<td class="hs-wide hs-trendcell">{}</td>', arrow)


def spark(line: Line) -> SafeString:
    """Ninety days."""
    drawn = parts.sparkline(line.row.spark, line.row.band, line.red_below)
    return format_html('<td class="hs-sparkcell">{}</td>', drawn)


def cause(line: Line) -> SafeString:
    """In words; quiet where nothing needs a look."""
    quiet = " hs-quiet" if line.row.band in ("green", "grey") else ""
    text = line.row.cause
    return format_html('<td class="hs-cause hs-cut{}" title="{}">{}</td>', quiet, text, text)


def dimensions(line: Line) -> SafeString:
    """Six bars."""
    bars = parts.dimension_bars(line.row.dimensions, line.red_below)
    return format_html('<td class="hs-widest">{}</td>', bars)


def arr(line: Line) -> SafeString:
    """In its own currency."""
    return _number("hs-part", money(line.row.arr, line.row.currency))


def renewal(line: Line) -> SafeString:
    """Day and days left."""
    return _number("hs-wider", parts.renewal(line.row.renews_on, line.today))


def seats(line: Line) -> SafeString:
    """Active of sold."""
    return _number("hs-wider", parts.pair(line.row.seats_active, line.row.seats_sold))


def owner(line: Line) -> SafeString:
    """Of today."""
    return format_html('<td class="hs-wider">{}</td>', parts.owner(line.owner))


def coverage(line: Line) -> SafeString:
    """Dark where confidence is low."""
    doubtful = line.row.confidence in ("low", "none")
    css = "hs-widest hs-strong" if doubtful else "hs-widest hs-quiet"
    return _number(css, percent(line.row.coverage))


def flags(line: Line) -> SafeString:
    """How many, and how severe the worst is."""
    if not line.row.flags:
        return NO_FLAGS
    return format_html(
        '<td class="hs-num hs-flagcell" title="{}"><span class="hs-strong">{}</span>{}</td>',
        ", ".join(flag_name(code) for code in line.row.flags),
        len(line.row.flags),
        parts.severity(line.row.severity),
    )


def segment(line: Line) -> SafeString:
    """As imported."""
    return _text(line.row.segment)


def plan(line: Line) -> SafeString:
    """As imported."""
    return _text(line.row.plan)


def stage(line: Line) -> SafeString:
    """Onboarding, adoption or mature."""
    return _text(STAGE_WORDS.get(line.row.stage, line.row.stage))


def tags(line: Line) -> SafeString:
    """Words of our users."""
    words = line.account.tags if line.account else []
    drawn = format_html_join(
        " ", '<span class="hs-tag" dir="auto">{}</span>', ((word,) for word in words)
    )
    return format_html("<td>{}</td>", drawn or parts.NOTHING)


def small(line: Line) -> SafeString:
    """The third line of a row on a narrow screen; said elsewhere in the row already."""
    row, user = line.row, line.owner
    said = [
        row.get_band_display(),
        money(row.arr, row.currency) if row.arr else "",
        plural(len(row.flags), "flag") if row.flags else "",
        renews(row.renews_on, line.today) if row.renews_on else "",
        first_name(user) if user else "",
    ]
    text = " · ".join(filter(None, said))
    return format_html('<td class="hs-small" aria-hidden="true">{}</td>', text)


def _number(css: str, shown: str) -> SafeString:
    return format_html('<td class="hs-num {}">{}</td>', css, shown)


def _text(shown: str) -> SafeString:
    if not shown:
        return format_html("<td>{}</td>", parts.NOTHING)
    return format_html('<td class="hs-short" dir="auto" title="{0}">{0}</td>', shown)
