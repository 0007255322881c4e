"""What may be shown of an account: what the newest night knew of it, and its contract."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.access import account_or_404
from accounts.middleware import organisation_of
from accounts.models import Account, ArrMovement, Contract, Organisation
from metrics.models import Run, Snapshot
from metrics.views.account.night import snapshot_of


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

    @property
    def until(self) -> dt.datetime:
        """The start of the business day: later facts belong to the next night."""
        return self.organisation.starts_at(self.day)

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


def contracts(known: Known) -> QuerySet[Contract]:
    """Versions of the contract, the newest first."""
    mine = Contract.objects.filter(account=known.account, known_at__lte=known.run.data_cutoff)
    return mine.order_by("-known_at")


def movements(known: Known) -> QuerySet[ArrMovement]:
    """Changes of ARR, the newest first."""
    mine = ArrMovement.objects.filter(
        account=known.account, known_at__lte=known.run.data_cutoff, on__lt=known.day
    )
    return mine.order_by("-on", "-pk")


def before(at: dt.datetime | None, until: dt.datetime) -> dt.datetime | None:
    """The moment, where it has come by then."""
    return at if at and at < until else None
