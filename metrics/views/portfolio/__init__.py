"""The portfolio: what is at risk, why, and every account that she may see."""

from metrics.views.portfolio.bulk import deed_undo, portfolio_act
from metrics.views.portfolio.export import portfolio_csv
from metrics.views.portfolio.page import portfolio
from metrics.views.portfolio.saved import (
    view_delete,
    view_rename,
    view_restore,
    view_save,
    view_share,
)

__all__ = [
    "deed_undo",
    "portfolio",
    "portfolio_act",
    "portfolio_csv",
    "view_delete",
    "view_rename",
    "view_restore",
    "view_save",
    "view_share",
]
