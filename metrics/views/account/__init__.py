"""The account page: what is it, why, what now."""

from metrics.views.account.evidence import evidence
from metrics.views.account.page import account

__all__ = ["account", "evidence"]
