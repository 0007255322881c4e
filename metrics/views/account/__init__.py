"""The account page: what is it, why, what now."""

from metrics.views.account.evidence import evidence
from metrics.views.account.override import override_give, override_withdraw
from metrics.views.account.page import account

__all__ = ["account", "evidence", "override_give", "override_withdraw"]
