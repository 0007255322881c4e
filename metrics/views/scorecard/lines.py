"""The lines of scorecards: the default's, and those for a segment or a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404

from metrics.models import Run, Scorecard
from metrics.models.scorecards import DEFAULT_LINE, in_order
from metrics.scoring.config import ScorecardConfig
from metrics.signals.defaults import read_config

LONGEST = 18  # digits


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line as the pages offer it; `live` is None where only a draft exists."""

    slug: str
    live: Scorecard | None
    draft: Scorecard | None

    @property
    def is_default(self) -> bool:
        """Whether it is for everybody that no other line is for."""
        return self.slug == DEFAULT_LINE

    @property
    def name(self) -> str:
        """For people: Enterprise, Public sector."""
        return line_name(self.slug)

    @property
    def is_retired(self) -> bool:
        """Whether its live version is for nobody."""
        return self.live is not None and self.live.is_retired


def line_name(slug: str) -> str:
    """Enterprise, Public sector."""
    words = slug.replace("-", " ")
    return words[:1].upper() + words[1:]


def all_lines() -> list[Line]:
    """Every line, the default first."""
    cards = Scorecard.objects.select_related("based_on", "published_by")
    live = {card.line: card for card in cards.newest()}
    drafts = {card.line: card for card in cards.filter(state=Scorecard.State.DRAFT)}
    slugs = sorted(live.keys() | drafts.keys(), key=in_order)
    return [Line(slug=slug, live=live.get(slug), draft=drafts.get(slug)) for slug in slugs]


def whole(text: str) -> int | None:
    """A number out of a form; None for what is none, or is too long to be anything's number."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None


def line_or_404(lines: Iterable[Line], slug: str) -> Line:
    """The line of an address."""
    for line in lines:
        if line.slug == slug:
            return line
    raise Http404


def default_of(lines: Iterable[Line]) -> Scorecard:
    """The live version of the default line."""
    live = line_or_404(lines, DEFAULT_LINE).live
    if live is None:
        raise Http404
    return live


def under(line: Line, lines: Iterable[Line]) -> Scorecard:
    """What its accounts are scored by until something is published: its own, or the default."""
    return line.live if line.live and not line.is_retired else default_of(lines)


def configs(lines: Iterable[Line], *, without: str) -> dict[str, ScorecardConfig]:
    """Live configurations of the other lines that are in force, by line."""
    return {
        line.slug: read_config(line.live.body)
        for line in lines
        if line.live and not line.is_retired and line.slug != without
    }


def card_of_night(night: Run, slug: str) -> Scorecard | None:
    """The version of a line that a run was calculated with."""
    if slug == DEFAULT_LINE:
        return night.scorecard
    return Scorecard.objects.of(slug).filter(pk__in=night.other_scorecards).first()
