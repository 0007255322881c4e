"""The cells of the portfolio's table, one function per column: HTML as plain text.

Each escapes whatever came from outside; `columns.body` puts them together. Not a template: a page
has a thousand cells, and this is ten times as fast.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from html import escape

from accounts.models import User
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

LEAVING = ' <span class="hs-tag">Leaving</span>'
NO_FLAGS = '<td class="hs-num hs-flagcell"><span class="hs-quiet">0</span></td>'
STAGE_WORDS = {"onboarding": "Onboarding", "adoption": "Adoption", "mature": "Mature"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the night, with the tags and the owner of today."""

    row: AccountCurrent
    tags: tuple[str, ...]
    owner: User | None
    today: dt.date
    red_below: float


def pick(line: Line) -> str:
    """The box that selects the row."""
    return (
        '<td class="hs-pickcell"><input class="hs-tick" type="checkbox" name="account"'
        f' value="{line.row.account_id}" form="bulk" aria-label="Select {escape(line.row.name)}">'
        "</td>"
    )


def name(line: Line) -> str:
    """A link to the account."""
    link = parts.account_link(line.row.account_id, line.row.name)
    return (
        f'<td class="hs-name hs-cut">{link}{LEAVING if line.row.status == "leaving" else ""}</td>'
    )


def score(line: Line) -> str:
    """No decimals."""
    return f'<td class="hs-num hs-score">{points(line.row.score)}</td>'


def band(line: Line) -> str:
    """Icon and word."""
    return f'<td class="hs-bandcell">{parts.band(line.row.band)}</td>'


def change_7(line: Line) -> str:
    """Over seven days."""
    return f'<td class="hs-num hs-change">{parts.change(line.row.change_7)}</td>'


def change_30(line: Line) -> str:
    """Over thirty days."""
    return f'<td class="hs-num">{parts.change(line.row.change_30)}</td>'


def momentum(line: Line) -> str:
    """Fast against slow mean."""
    return f'<td class="hs-num hs-wide">{parts.momentum(line.row.momentum)}</td>'


def trend(line: Line) -> str:
    """An arrow."""
    arrow = parts.trend(line.row.trend, line.row.trend_28)
    return f'<td class="hs-wide hs-trendcell">{arrow}</td>'


def spark(line: Line) -> str:
    """Ninety days."""
    drawn = parts.sparkline(line.row.spark, line.row.band, line.red_below)
    return f'<td class="hs-sparkcell">{drawn}</td>'


def cause(line: Line) -> str:
    """In words; quiet where nothing needs a look."""
    quiet = " hs-quiet" if line.row.band in ("green", "grey") else ""
    text = escape(line.row.cause)
    return f'<td class="hs-cause hs-cut{quiet}" title="{text}">{text}</td>'


def dimensions(line: Line) -> str:
    """Six bars."""
    return f'<td class="hs-widest">{parts.dimension_bars(line.row.dimensions, line.red_below)}</td>'


def arr(line: Line) -> str:
    """In its own currency."""
    return f'<td class="hs-num hs-part">{escape(money(line.row.arr, line.row.currency))}</td>'


def renewal(line: Line) -> str:
    """Day and days left."""
    return f'<td class="hs-num hs-wider">{parts.renewal(line.row.renews_on, line.today)}</td>'


def seats(line: Line) -> str:
    """Active of sold."""
    pair = parts.pair(line.row.seats_active, line.row.seats_sold)
    return f'<td class="hs-num hs-wider">{pair}</td>'


def owner(line: Line) -> str:
    """Of today."""
    return f'<td class="hs-wider">{parts.owner(line.owner)}</td>'


def coverage(line: Line) -> str:
    """Dark where confidence is low."""
    css = "hs-strong" if line.row.confidence in ("low", "none") else "hs-quiet"
    return f'<td class="hs-num hs-widest {css}">{percent(line.row.coverage)}</td>'


def flags(line: Line) -> str:
    """How many, and how severe the worst is."""
    if not line.row.flags:
        return NO_FLAGS
    names = escape(", ".join(flag_name(code) for code in line.row.flags))
    return (
        f'<td class="hs-num hs-flagcell" title="{names}">{parts.severity(line.row.severity)}'
        f'<span class="hs-strong">{len(line.row.flags)}</span></td>'
    )


def segment(line: Line) -> str:
    """As imported."""
    return _text(line.row.segment)


def plan(line: Line) -> str:
    """As imported."""
    return _text(line.row.plan)


def stage(line: Line) -> str:
    """Onboarding, adoption or mature."""
    return _text(STAGE_WORDS.get(line.row.stage, line.row.stage))


def tags(line: Line) -> str:
    """Words of our users."""
    drawn = (f'<span class="hs-tag" dir="auto">{escape(word)}</span>' for word in line.tags)
    return f"<td>{' '.join(drawn) or parts.NOTHING}</td>"


def small(line: Line) -> str:
    """The third line of a row on a narrow screen; said elsewhere in the row already."""
    row, user = line.row, line.owner
    said = [
        row.get_band_display(),
        money(row.arr, row.currency) if row.arr else "",
        plural(len(row.flags), "flag") if row.flags else "",
        renews(row.renews_on, line.today) if row.renews_on else "",
        first_name(user) if user else "",
    ]
    text = escape(" · ".join(filter(None, said)))
    return f'<td class="hs-small" aria-hidden="true">{text}</td>'


def _text(shown: str) -> str:
    if not shown:
        return f"<td>{parts.NOTHING}</td>"
    return f'<td class="hs-short" dir="auto" title="{escape(shown)}">{escape(shown)}</td>'
