"""Addresses of the pages that show health."""

from django.urls import include, path

from metrics.models.scorecards import DEFAULT_LINE
from metrics.views import account, day, imports, portfolio, runs, scorecard, setup
from metrics.views.help import help_page

of_line = [
    path("", scorecard.scorecard, name="scorecard"),
    path("draft/", scorecard.scorecard_draft, name="scorecard_draft"),
    path("start/", scorecard.scorecard_start, name="scorecard_start"),
    path("discard/", scorecard.scorecard_discard, name="scorecard_discard"),
    path("versions/", scorecard.scorecard_versions, name="scorecard_versions"),
    path("<int:version>/", scorecard.scorecard_version, name="scorecard_version"),
]
urlpatterns = [
    path("", portfolio.portfolio, name="portfolio"),
    path("portfolio.csv", portfolio.portfolio_csv, name="portfolio_csv"),
    path("portfolio/act/", portfolio.portfolio_act, name="portfolio_act"),
    path("deeds/<int:pk>/undo/", portfolio.deed_undo, name="deed_undo"),
    path("views/save/", portfolio.view_save, name="view_save"),
    path("views/restore/", portfolio.view_restore, name="view_restore"),
    path("views/<int:pk>/rename/", portfolio.view_rename, name="view_rename"),
    path("views/<int:pk>/share/", portfolio.view_share, name="view_share"),
    path("views/<int:pk>/delete/", portfolio.view_delete, name="view_delete"),
    path("accounts/<int:pk>/", account.account, name="account"),
    path("accounts/<int:pk>/signals/<str:code>/", account.evidence, name="evidence"),
    path("accounts/<int:pk>/override/", account.override_give, name="override_give"),
    path(
        "accounts/<int:pk>/override/<int:number>/withdraw/",
        account.override_withdraw,
        name="override_withdraw",
    ),
    path("accounts/<int:pk>/notes/", account.note_add, name="note_add"),
    path("accounts/<int:pk>/notes/<int:number>/remove/", account.note_remove, name="note_remove"),
    path(
        "accounts/<int:pk>/notes/<int:number>/restore/", account.note_restore, name="note_restore"
    ),
    path("accounts/<int:pk>/tasks/", account.task_add, name="task_add"),
    path("accounts/<int:pk>/tasks/<int:number>/done/", account.task_done, name="task_done"),
    path("accounts/<int:pk>/tasks/<int:number>/reopen/", account.task_reopen, name="task_reopen"),
    path("accounts/<int:pk>/tasks/<int:number>/remove/", account.task_remove, name="task_remove"),
    path(
        "accounts/<int:pk>/tasks/<int:number>/restore/", account.task_restore, name="task_restore"
    ),
    path("day/", day.day, name="day"),
    path("day.csv", day.day_csv, name="day_csv"),
    path("day/count/", day.day_count, name="day_count"),
    path("day/<int:pk>/done/", day.day_done, name="day_done"),
    path("day/<int:pk>/snooze/", day.day_snooze, name="day_snooze"),
    path("day/undo/<slug:numbers>/", day.day_undo, name="day_undo"),
    path("help/", help_page, name="help"),
    path("setup/", setup.setup, name="setup"),
    path("setup/organisation/", setup.setup_organisation, name="setup_organisation"),
    path("setup/weights/", setup.setup_weights, name="setup_weights"),
    path("setup/data/", setup.setup_data, name="setup_data"),
    path("setup/run/", setup.setup_run, name="setup_run"),
    path("setup/start/", setup.setup_start, name="setup_start"),
    path("setup/finish/", setup.setup_finish, name="setup_finish"),
    path("scorecard/new/", scorecard.scorecard_new, name="scorecard_new"),
    path("scorecard/recalculate/", scorecard.scorecard_recalculate, name="scorecard_recalculate"),
    path("scorecard/line/<slug:line>/", include(of_line)),
    # the default line has the short addresses; reverse() tries the last first
    path("scorecard/", include(of_line), {"line": DEFAULT_LINE}),
    path("runs/", runs.runs, name="runs"),
    path("runs/now/", runs.run_now, name="run_now"),
    path("runs/recompute/", runs.run_recompute, name="run_recompute"),
    path("runs/<int:pk>/again/", runs.run_again, name="run_again"),
    path("runs/rejects/", runs.rejects, name="rejects"),
    path("runs/rejects/<int:batch>.csv", runs.rejects_csv, name="rejects_csv"),
    path("runs/sources/<slug:key>/", runs.source_expect, name="source_expect"),
    path("runs/unmatched/", runs.unmatched, name="unmatched"),
    path("runs/unmatched.csv", runs.unmatched_csv, name="unmatched_csv"),
    path("runs/unmatched/match/", runs.unmatched_match, name="unmatched_match"),
    path("runs/unmatched/give/", runs.alias_give, name="alias_give"),
    path("runs/unmatched/<int:pk>/take-back/", runs.alias_take_back, name="alias_take_back"),
    path("imports/", imports.imports, name="imports"),
    path("imports.csv", imports.imports_csv, name="imports_csv"),
    path("imports/new/", imports.imports_new, name="imports_new"),
    path("imports/new/<slug:source>/", imports.imports_source, name="imports_source"),
    path("imports/new/<slug:source>/upload/", imports.imports_upload, name="imports_upload"),
    path("imports/templates/<slug:source>.csv", imports.imports_template, name="imports_template"),
    path("imports/files/<int:pk>/", imports.imports_file, name="imports_file"),
    path("imports/files/<int:pk>/columns/", imports.imports_columns, name="imports_columns"),
    path("imports/files/<int:pk>/again/", imports.imports_again, name="imports_again"),
    path("imports/files/<int:pk>/apply/", imports.imports_apply, name="imports_apply"),
    path("imports/files/<int:pk>/discard/", imports.imports_discard, name="imports_discard"),
    path("imports/<int:pk>/", imports.imports_batch, name="imports_batch"),
    path("imports/<int:pk>/undo/", imports.imports_undo, name="imports_undo"),
]
