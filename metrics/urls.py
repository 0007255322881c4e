"""Addresses of the pages that show health."""

from django.urls import path

from metrics.views import account, portfolio, runs, scorecard

urlpatterns = [
    path("", portfolio.portfolio, name="portfolio"),
    path("portfolio.csv", portfolio.portfolio_csv, name="portfolio_csv"),
    path("accounts/<int:pk>/", account.account, name="account"),
    path("scorecard/", scorecard.scorecard, name="scorecard"),
    path("scorecard/draft/", scorecard.scorecard_draft, name="scorecard_draft"),
    path("scorecard/start/", scorecard.scorecard_start, name="scorecard_start"),
    path("scorecard/discard/", scorecard.scorecard_discard, name="scorecard_discard"),
    path("scorecard/recalculate/", scorecard.scorecard_recalculate, name="scorecard_recalculate"),
    path("scorecard/versions/", scorecard.scorecard_versions, name="scorecard_versions"),
    path("scorecard/<int:version>/", scorecard.scorecard_version, name="scorecard_version"),
    path("runs/", runs.runs, name="runs"),
    path("runs/now/", runs.run_now, name="run_now"),
    path("runs/recompute/", runs.run_recompute, name="run_recompute"),
    path("runs/<int:pk>/again/", runs.run_again, name="run_again"),
    path("runs/rejects/", runs.rejects, name="rejects"),
    path("runs/rejects/<int:batch>.csv", runs.rejects_csv, name="rejects_csv"),
]
