"""The portfolio: what is at risk, why, and every account that she may see."""

from metrics.views.portfolio.export import portfolio_csv
from metrics.views.portfolio.page import portfolio

__all__ = ["portfolio", "portfolio_csv"]
