"""What may be shown of an account: what the newest night knew of it, and its contract."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest

from accounts.access import account_or_404
from accounts.middleware import organisation_of
from accounts.models import Account, Organisation, Person
from metrics.models import Run, Snapshot
from metrics.views.account.night import snapshot_of

# parts of a statement of `together`: versions of the contract and changes of ARR, the newest first
CONTRACTS = """
SELECT starts_on, renews_on, notice_on, notice_days, seats_sold, arr, currency
FROM accounts_contract
WHERE account_id = %(account)s AND known_at <= %(cutoff)s
ORDER BY known_at DESC
"""
MOVEMENTS = """
SELECT type, amount, "on" AS moved_on FROM accounts_arrmovement
WHERE account_id = %(account)s AND known_at <= %(cutoff)s AND "on" < %(day)s
ORDER BY "on" DESC, id DESC
"""


@dataclass(frozen=True, kw_only=True)
class Known:
    """Facts of this account before `day` that were known by the cut-off."""

    account: Account
    run: Run
    organisation: Organisation

    @property
    def day(self) -> dt.date:
        """The business day of the night."""
        return self.run.business_day

    @cached_property
    def until(self) -> dt.datetime:
        """The start of the business day: later facts belong to the next night."""
        return self.organisation.starts_at(self.day)

    @property
    def parameters(self) -> dict[str, Any]:
        """Named parameters of the statements that read what was known of the account."""
        return {
            "account": self.account.pk,
            "cutoff": self.run.data_cutoff,
            "day": self.day,
            "until": self.until,
            "not_people": list(Person.NOT_PEOPLE),
        }

    def ago(self, at: dt.datetime) -> int:
        """Whole days from a moment to the business day."""
        return (self.day - self.organisation.day_of(at)).days


def known_or_404(request: HttpRequest, pk: int) -> tuple[Known, Snapshot]:
    """An account that she may see on the newest night; 404 where no night has seen it yet."""
    account, run = account_or_404(request, pk), Run.objects.latest_published()
    now = snapshot_of(account.pk, run) if run else None
    if run is None or now is None:
        raise Http404
    return Known(account=account, run=run, organisation=organisation_of(request)), now


def before(at: dt.datetime | None, until: dt.datetime) -> dt.datetime | None:
    """The moment, where it has come by then."""
    return at if at and at < until else None
