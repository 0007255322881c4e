"""Two answers for machines: does this process live, and is everything behind it at work?"""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import server_error

from healthscore.readiness import look

RETRY = {"Retry-After": "5"}
AWAY = (OperationalError, InterfaceError)


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok": this process answers. Whoever restarts processes asks this.

    Neither the database nor the broker is asked: a restart would bring back neither.
    """
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where nights come and pages can be read, else 503 with the reasons. For alarms."""
    found = look()
    status = 200 if not found.reasons else 503
    return JsonResponse(found.as_json(), status=status, headers=RETRY if found.reasons else None)


def unavailable(request: HttpRequest) -> HttpResponseBase:
    """The answer to an error. A database that is away comes back: 503, and come again."""
    if isinstance(sys.exc_info()[1], AWAY):
        return HttpResponse(
            "The database does not answer. Please try again in a few seconds.",
            status=503,
            content_type="text/plain",
            headers=RETRY,
        )
    return server_error(request)
