"""Every address, by role and method: what it answers.

Roles in the columns: nobody (not logged in); Ana, a CSM who owns the account; Cy, a CSM without
it; Ben, Ana's manager; Ada, an admin. A method without a row must be refused: 405, or 404 where
the address does not exist for the role, or 302 to the log-in. POST is sent without any field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Account, User
from metrics.models import (
    Alias,
    Batch,
    Deed,
    Mark,
    Note,
    Override,
    Reject,
    SavedView,
    Scorecard,
    Task,
    Upload,
    WriteKey,
)
from tests.api.delivering import make_hook
from tests.facts import DAY, ago, make_line
from tests.views.nights import make_customer, make_team, night

ROLES = ("nobody", "ana", "cy", "ben", "ada")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")

# route, method: nobody, ana, cy, ben, ada
TABLE = """
/healthz                                             GET    200 200 200 200 200
/healthz                                             HEAD   200 200 200 200 200
/readyz                                              GET    503 503 503 503 503
/readyz                                              HEAD   503 503 503 503 503
/jump/                                               GET    302 200 200 200 200
/profile/                                            GET    302 200 200 200 200
/profile/                                            POST   302 302 302 302 302
/profile/password/                                   GET    302 200 200 200 200
/profile/password/                                   HEAD   302 200 200 200 200
/profile/password/                                   POST   302 200 200 200 200
/profile/password/                                   PUT    302 200 200 200 200
/users/                                              GET    302 404 404 404 200
/users/                                              POST   302 404 404 404 422
/users.csv                                           GET    302 404 404 404 200
/users/<int:pk>/                                     GET    302 404 404 404 200
/users/<int:pk>/                                     POST   302 404 404 404 422
/users/<int:pk>/close/                               POST   302 404 404 404 302
/users/<int:pk>/reopen/                              POST   302 404 404 404 302
/users/<int:pk>/link/                                POST   302 404 404 404 302
/settings/                                           GET    302 404 404 404 200
/settings/                                           POST   302 404 404 404 422
/accounts/<int:pk>/owner/                            GET    302 404 404 200 200
/accounts/<int:pk>/owner/                            POST   302 404 404 422 302
/log-in/                                             GET    200 302 302 302 302
/log-in/                                             HEAD   200 302 302 302 302
/log-in/                                             POST   200 302 302 302 302
/log-in/                                             PUT    200 302 302 302 302
/log-in/demo/                                        POST   404 404 404 404 404
/log-in/inactive/                                    GET    200 200 200 200 200
/log-in/inactive/                                    HEAD   200 200 200 200 200
/log-out/                                            GET    302 200 200 200 200
/log-out/                                            HEAD   302 200 200 200 200
/log-out/                                            POST   302 302 302 302 302
/password/                                           GET    200 200 200 200 200
/password/                                           HEAD   200 200 200 200 200
/password/                                           POST   200 200 200 200 200
/password/                                           PUT    200 200 200 200 200
/password/sent/                                      GET    200 200 200 200 200
/password/sent/                                      HEAD   200 200 200 200 200
/password/…/                                         GET    200 200 200 200 200
/password/…/                                         HEAD   200 200 200 200 200
/password/…/                                         POST   200 200 200 200 200
/password/…/                                         PUT    200 200 200 200 200
/password/…/                                         DELETE 200 200 200 200 200
/password/done/                                      GET    200 200 200 200 200
/password/done/                                      HEAD   200 200 200 200 200
/                                                    GET    302 200 200 200 200
/portfolio.csv                                       GET    302 200 200 200 200
/portfolio/act/                                      POST   302 302 302 302 302
/deeds/<int:pk>/undo/                                POST   302 302 404 404 404
/views/save/                                         POST   302 302 302 302 302
/views/restore/                                      POST   302 302 302 302 302
/views/<int:pk>/rename/                              POST   302 302 404 404 404
/views/<int:pk>/share/                               POST   302 302 404 404 404
/views/<int:pk>/delete/                              POST   302 302 404 404 404
/accounts/<int:pk>/                                  GET    302 200 404 200 200
/accounts/<int:pk>/signals/<str:code>/               GET    302 200 404 200 200
/accounts/<int:pk>/people/                           GET    302 200 404 200 200
/accounts/<int:pk>/tickets/                          GET    302 200 404 200 200
/accounts/<int:pk>/surveys/                          GET    302 200 404 200 200
/accounts/<int:pk>/timeline/                         GET    302 200 404 200 200
/accounts/<int:pk>/override/                         POST   302 422 404 422 422
/accounts/<int:pk>/override/<int:number>/withdraw/   POST   302 302 404 302 302
/accounts/<int:pk>/notes/                            POST   302 302 404 302 302
/accounts/<int:pk>/notes/<int:number>/remove/        POST   302 302 404 302 302
/accounts/<int:pk>/notes/<int:number>/restore/       POST   302 302 404 302 302
/accounts/<int:pk>/tasks/                            POST   302 302 404 302 302
/accounts/<int:pk>/tasks/<int:number>/done/          POST   302 302 404 302 302
/accounts/<int:pk>/tasks/<int:number>/reopen/        POST   302 302 404 302 302
/accounts/<int:pk>/tasks/<int:number>/remove/        POST   302 302 404 302 302
/accounts/<int:pk>/tasks/<int:number>/restore/       POST   302 302 404 302 302
/day/                                                GET    302 200 200 200 200
/day.csv                                             GET    302 200 200 200 200
/day/count/                                          GET    302 200 200 200 200
/day/<int:pk>/done/                                  POST   302 302 404 302 302
/day/<int:pk>/snooze/                                POST   302 302 404 302 302
/day/undo/<slug:numbers>/                            POST   302 302 404 302 302
/help/                                               GET    302 200 200 200 200
/setup/                                              GET    302 404 404 404 302
/setup/organisation/                                 GET    302 404 404 404 200
/setup/organisation/                                 POST   302 404 404 404 422
/setup/weights/                                      GET    302 404 404 404 200
/setup/weights/                                      POST   302 404 404 404 422
/setup/data/                                         GET    302 404 404 404 200
/setup/data/                                         POST   302 404 404 404 422
/setup/run/                                          GET    302 404 404 404 200
/setup/start/                                        POST   302 404 404 404 302
/setup/finish/                                       POST   302 404 404 404 302
/setup/remove/                                       POST   302 404 404 404 302
/scorecard/new/                                      GET    302 404 404 404 200
/scorecard/new/                                      POST   302 404 404 404 422
/scorecard/recalculate/                              POST   302 404 404 404 302
/scorecard/line/<slug:line>/                         GET    302 404 404 404 200
/scorecard/line/<slug:line>/draft/                   POST   302 404 404 404 200
/scorecard/line/<slug:line>/start/                   POST   302 404 404 404 302
/scorecard/line/<slug:line>/discard/                 POST   302 404 404 404 302
/scorecard/line/<slug:line>/versions/                GET    302 404 404 404 200
/scorecard/line/<slug:line>/compare/                 GET    302 404 404 404 200
/scorecard/line/<slug:line>/import/                  GET    302 404 404 404 200
/scorecard/line/<slug:line>/import/                  POST   302 404 404 404 422
/scorecard/line/<slug:line>/<int:version>/           GET    302 404 404 404 200
/scorecard/line/<slug:line>/<int:version>/roll-back/ POST   302 404 404 404 422
/scorecard/line/<slug:line>/<int:version>.toml       GET    302 404 404 404 200
/scorecard/                                          GET    302 404 404 404 200
/scorecard/draft/                                    POST   302 404 404 404 200
/scorecard/start/                                    POST   302 404 404 404 302
/scorecard/discard/                                  POST   302 404 404 404 302
/scorecard/versions/                                 GET    302 404 404 404 200
/scorecard/compare/                                  GET    302 404 404 404 200
/scorecard/import/                                   GET    302 404 404 404 200
/scorecard/import/                                   POST   302 404 404 404 422
/scorecard/<int:version>/                            GET    302 404 404 404 200
/scorecard/<int:version>/roll-back/                  POST   302 404 404 404 422
/scorecard/<int:version>.toml                        GET    302 404 404 404 200
/runs/                                               GET    302 200 200 200 200
/runs/now/                                           POST   302 404 404 404 302
/runs/recompute/                                     POST   302 404 404 404 422
/runs/<int:pk>/again/                                POST   302 404 404 404 302
/runs/rejects/                                       GET    302 404 404 404 200
/runs/rejects/<int:batch>.csv                        GET    302 404 404 404 200
/runs/sources/<slug:key>/                            POST   302 404 404 404 302
/runs/unmatched/                                     GET    302 404 404 404 200
/runs/unmatched.csv                                  GET    302 404 404 404 200
/runs/unmatched/match/                               GET    302 404 404 404 200
/runs/unmatched/give/                                POST   302 404 404 404 302
/runs/unmatched/<int:pk>/take-back/                  POST   302 404 404 404 302
/keys/                                               GET    302 404 404 404 200
/keys/                                               POST   302 404 404 404 422
/keys/<int:pk>/revoke/                               POST   302 404 404 404 302
/webhooks/                                           GET    302 404 404 404 200
/webhooks/new/<slug:preset>/                         GET    302 404 404 404 200
/webhooks/new/<slug:preset>/                         POST   302 404 404 404 422
/webhooks/<int:pk>/                                  GET    302 404 404 404 200
/webhooks/<int:pk>/                                  POST   302 404 404 404 422
/webhooks/<int:pk>/secret/                           POST   302 404 404 404 200
/webhooks/<int:pk>/secret/<int:number>/end/          POST   302 404 404 404 302
/webhooks/<int:pk>/revoke/                           POST   302 404 404 404 302
/hooks/<uuid:address>                                HEAD   200 200 200 200 200
/hooks/<uuid:address>                                POST   411 411 411 411 411
/hooks/<uuid:address>/<str:ending>                   POST   411 411 411 411 411
/v1/track                                            POST   411 411 411 411 411
/v1/identify                                         POST   411 411 411 411 411
/v1/group                                            POST   411 411 411 411 411
/v1/page                                             POST   411 411 411 411 411
/v1/screen                                           POST   411 411 411 411 411
/v1/alias                                            POST   411 411 411 411 411
/v1/batch                                            POST   411 411 411 411 411
/imports/                                            GET    302 404 404 404 200
/imports.csv                                         GET    302 404 404 404 200
/imports/new/                                        GET    302 404 404 404 200
/imports/new/<slug:source>/                          GET    302 404 404 404 200
/imports/new/<slug:source>/upload/                   POST   302 404 404 404 422
/imports/templates/<slug:source>.csv                 GET    302 404 404 404 200
/imports/files/<int:pk>/                             GET    302 404 404 404 200
/imports/files/<int:pk>/columns/                     POST   302 404 404 404 422
/imports/files/<int:pk>/again/                       POST   302 404 404 404 302
/imports/files/<int:pk>/apply/                       POST   302 404 404 404 302
/imports/files/<int:pk>/discard/                     POST   302 404 404 404 302
/imports/<int:pk>/                                   GET    302 404 404 404 200
/imports/<int:pk>/undo/                              POST   302 404 404 404 302
"""


def rows() -> dict[str, dict[str, tuple[int, ...]]]:
    """Route -> method -> status by role."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for line in TABLE.strip().splitlines():
        route, method, *statuses = line.split()
        assert method not in found.setdefault(route, {}), line
        found[route][method] = tuple(map(int, statuses))
        assert len(statuses) == len(ROLES), line
    return found


def routes() -> list[str]:
    """Every route that the project answers, as the table writes it."""
    return [
        "/password/…/" if route.startswith("^password/") else f"/{route}"
        for route in _walk(get_resolver().url_patterns)
    ]


def _walk(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern)


@dataclass(frozen=True, kw_only=True)
class World:
    """One thing of every kind that an address can name."""

    team: dict[str, User]
    account: Account
    values: dict[str, dict[str, Any]]  # beginning of a route -> its parameters

    def address(self, route: str) -> str:
        """A route with its parameters put in: those of the longest beginning that is known."""
        if route == "/password/…/":
            return "/password/1-set-password/"
        known = sorted((b for b in self.values if route.startswith(b)), key=len)
        values = {name: value for b in known for name, value in self.values[b].items()}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)


def make_world() -> World:
    """Ana's account with a night, and what users have made around it."""
    team = make_team()
    for user in team.values():
        user.set_password("correct horse battery")
        user.save()
    ana, ada = team["ana"], team["ada"]
    account = make_customer(name="Halden Freight", owner=ana)
    run = night(DAY)
    override = Override.objects.create(
        account=account, points=5, reason="x", created_by=ana, starts_on=ago(1), expires_on=ago(-9)
    )
    note = Note.objects.create(account=account, text="x", created_by=ana)
    task = Task.objects.create(account=account, title="x", created_by=ana)
    mark = Mark.objects.create(account=account, code="x", since=DAY, kind="done", created_by=ana)
    view = SavedView.objects.create(owner=ana, name="x")
    deed = Deed.objects.create(what="tag", rows={"value": "x", "before": {}}, created_by=ana)
    batch = Batch.objects.create(source="tickets", state="finished")
    Reject.objects.create(batch=batch, line=1, code="x", message="x", raw={})
    alias = Alias.objects.match("x-1", account, by=ada)
    upload = Upload.objects.receive("accounts", [b"external_id,name\nA,B\n"], file_name="a.csv")
    key, _ = WriteKey.objects.make("Web app", by=ada)
    hook = make_hook()
    make_line("enterprise")
    Scorecard.objects.start_draft(Scorecard.objects.live("enterprise"), by=ada)
    values = {
        "/accounts/": {"pk": account.pk, "code": "S01"},
        "/accounts/<int:pk>/override/": {"number": override.pk},
        "/accounts/<int:pk>/notes/": {"number": note.pk},
        "/accounts/<int:pk>/tasks/": {"number": task.pk},
        "/users/": {"pk": team["cy"].pk},
        "/deeds/": {"pk": deed.pk},
        "/views/": {"pk": view.pk},
        "/day/": {"pk": account.pk, "numbers": mark.pk},
        "/scorecard/": {"line": "enterprise", "version": 1},
        "/runs/": {"pk": run.pk, "batch": batch.pk},
        "/runs/sources/": {"key": "usage"},
        "/runs/unmatched/": {"pk": alias.pk},
        "/keys/": {"pk": key.pk},
        "/webhooks/": {"pk": hook.pk, "preset": "zendesk", "number": hook.live()[0].pk},
        "/hooks/": {"address": hook.address, "ending": "a-secret"},
        "/imports/": {"pk": batch.pk, "source": "accounts"},
        "/imports/files/": {"pk": upload.pk},
    }
    return World(team=team, account=account, values=values)
