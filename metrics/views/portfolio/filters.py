"""What the address of the portfolio asks for: everything stands in the page's address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from metrics.models.scores import Band
from metrics.scoring.flag_rules import FLAG_RULES
from metrics.templatetags.parts import DIMENSIONS

STAGES = {"onboarding": "Onboarding", "adoption": "Adoption", "mature": "Mature"}
RENEWALS = {"30": "in 30 days", "90": "in 90 days", "180": "in 180 days", "past": "is over"}
MOVES = {"down": "down in 30 days", "up": "up in 30 days"}
TRENDS = {"falling": "falling", "declining": "declining in half a year", "rising": "rising"}
ANY_FLAG = "any"
FLAGS = {ANY_FLAG: "Any flag"} | {rule.code: rule.name for rule in FLAG_RULES}
COVERAGES = {str(share): f"below {share} %" for share in (50, 60, 70, 80, 90)}
# every parameter that narrows the table
NAMES = (
    *("q", "owner", "band", "segment", "plan", "stage", "renewal", "changed", "moved", "trend"),
    *("flag", "arr_min", "arr_max", "dimension", "below", "coverage", "tag"),
)
LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the address asks for; what it asks for in vain is empty here."""

    text: str = ""
    owner: str = ""  # "me", "team", "none" or the id of a user
    bands: tuple[str, ...] = ()
    segment: str = ""
    plan: str = ""
    stage: str = ""
    renewal: str = ""
    changed: bool = False
    moved: str = ""
    trend: str = ""
    flag: str = ""  # the code of an open one, or any
    arr_min: int | None = None
    arr_max: int | None = None
    dimension: str = ""
    below: int | None = None  # points of that dimension
    coverage: str = ""  # per cent
    tag: str = ""

    @property
    def any(self) -> bool:
        """Whether anything narrows the table."""
        return self != Filters()

    @property
    def only_band(self) -> str:
        """The band, where exactly one is asked for."""
        return self.bands[0] if len(self.bands) == 1 else ""


def read_filters(asked: QueryDict) -> Filters:
    """Filters of an address. NUL cannot be stored and so matches nothing: it is dropped."""

    def text(name: str) -> str:
        return asked.get(name, "").replace("\x00", "").strip()[:LONGEST]

    def one_of(name: str, known: dict[str, str]) -> str:
        value = asked.get(name, "")
        return value if value in known else ""

    owner = asked.get("owner", "")
    known_owner = owner in ("me", "team", "none") or (owner.isdecimal() and len(owner) < 10)
    dimension, below = one_of("dimension", dict.fromkeys(DIMENSIONS, "")), _whole(asked, "below")
    is_asked = bool(dimension) and below is not None
    return Filters(
        text=text("q"),
        owner=owner if known_owner else "",
        bands=tuple(band for band in Band.values if band in asked.getlist("band")),
        segment=text("segment"),
        plan=text("plan"),
        stage=one_of("stage", STAGES),
        renewal=one_of("renewal", RENEWALS),
        changed=asked.get("changed") == "7",
        moved=one_of("moved", MOVES),
        trend=one_of("trend", TRENDS),
        flag=one_of("flag", FLAGS),
        arr_min=_whole(asked, "arr_min"),
        arr_max=_whole(asked, "arr_max"),
        dimension=dimension if is_asked else "",
        below=below if is_asked else None,
        coverage=one_of("coverage", COVERAGES),
        tag=text("tag"),
    )


def _whole(asked: QueryDict, name: str) -> int | None:
    """A whole number of at most twelve digits."""
    value = asked.get(name, "").strip()
    return int(value) if value.isdecimal() and len(value) <= 12 else None
