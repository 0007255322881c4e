"""The flags of an account: open ones with their reasons, those that may open, and what has been."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from metrics.scoring.flag_rules import BY_CODE as RULES
from metrics.scoring.flag_rules import FLAG_RULES
from metrics.scoring.flags import CLOSES_AFTER, OPEN, OPENED, Flag, Reason
from metrics.signals.catalogue import BY_CODE
from metrics.templatetags.formats import flag_name
from metrics.views.account.night import Night

SHOWN = 20  # changes
# a part of a statement of `together`: openings and closings of the published nights up to this one,
# the newest first
FLAG_CHANGES = """
SELECT day AS changed_on, rule, change, severity, reasons #>> '{0,text}' AS first
FROM metrics_flagchange
WHERE account_id = %(account)s AND day <= %(day)s
  AND run_id IN (SELECT id FROM metrics_run WHERE is_published)
ORDER BY day DESC, id DESC
"""
ORDER = {rule.code: place for place, rule in enumerate(FLAG_RULES)}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A flag in words. nights: in a row without it where it is open, with it where it waits."""

    name: str
    sentence: str
    playbook: str
    severity: int
    since: dt.date
    nights: int
    reasons: list[dict[str, Any]]


def flags(night: Night, changes: list[Any], *, remarks: dict[str, str]) -> dict[str, Any]:
    """The card. changes: rows of FLAG_CHANGES; remarks: by signal code. `reasons` stand once where
    all open flags share them.
    """
    stored = [Flag.from_dict(flag) for flag in night.now.flags]
    stored.sort(key=lambda flag: (-flag.severity, ORDER.get(flag.rule, len(ORDER))))
    standing = [flag for flag in stored if flag.state == OPEN]
    shared = len({flag.reasons for flag in standing}) == 1
    return {
        "open": [_told(flag, remarks, with_reasons=not shared) for flag in standing],
        "reasons": _reasons(standing[0].reasons) if shared else [],
        "waiting": [_told(flag, {}) for flag in stored if flag.state != OPEN],
        "closes_after": CLOSES_AFTER,
        "history": [_change(row) for row in changes[:SHOWN]],
        "changes": len(changes),
    }


def _change(row: Any) -> dict[str, Any]:
    return {
        "day": row.changed_on,
        "name": flag_name(row.rule),
        "is_open": row.change == OPENED,
        "severity": row.severity,
    }


def _told(flag: Flag, remarks: dict[str, str], *, with_reasons: bool = False) -> Told:
    rule = RULES[flag.rule]
    return Told(
        name=rule.name,
        # of a plateau the night knows who and where, which says more
        sentence=(flag.rule == "plateau" and remarks.get("S08")) or rule.sentence,
        playbook=rule.playbook,
        severity=flag.severity,
        since=flag.since,
        nights=flag.count,
        reasons=_reasons(flag.reasons) if with_reasons else [],
    )


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [
        {"moved": reason.moved, "text": reason.text, "name": BY_CODE[reason.code].name}
        for reason in reasons
    ]
