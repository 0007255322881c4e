"""What may wait for somebody: each kind with its act, from the most to the least urgent."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.scoring.flag_rules import BY_CODE as RULES


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of item. code: a flag's, or a word of its own. act: {} stands for the account."""

    code: str
    name: str
    act: str


def _flag(code: str, act: str) -> Kind:
    return Kind(code=code, name=RULES[code].name, act=act)


ONBOARDING, DETRACTOR, DROP, RENEWAL, DATA = "onboarding", "detractor", "drop", "renewal", "data"

# of several of one account the first gives the act, the others are its reasons
KINDS: tuple[Kind, ...] = (
    _flag("R7", "Ask {} what would have kept them"),
    _flag("R6", "Call {}’s unhappy decision maker"),
    _flag("R3", "Get {}’s severe ticket solved"),
    _flag("R2", "Ask {} who follows the champion"),
    _flag("R1", "Call {}: nobody comes any more"),
    _flag("R8", "Ask {} why usage fell"),
    Kind(code=ONBOARDING, name="Onboarding late", act="Get the onboarding of {} going again"),
    Kind(code=DETRACTOR, name="Detractor unanswered", act="Answer {}’s detractor"),
    _flag("R4", "Fill the empty seats at {}"),
    _flag("R5", "Book a newcomers’ session for {}"),
    Kind(code=DROP, name="Sudden drop", act="Ask {} what happened this week"),
    _flag("plateau", "Show {} what comes next"),
    Kind(code=RENEWAL, name="Renewal at risk", act="Talk with {} about the renewal"),
    _flag("R9", "Call {}: they have gone silent"),
    _flag("red", "Agree with {} on one change and a date"),
    _flag("declining", "Ask {} what they no longer do"),
    _flag("falling", "Ask {} how it is going"),
    Kind(code=DATA, name="Not enough data", act="Ask {} for usage access"),
)
BY_CODE = {kind.code: kind for kind in KINDS}
ORDER = {kind.code: place for place, kind in enumerate(KINDS)}
