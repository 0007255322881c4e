"""Is this web process able to serve a page? Asked by load balancers and by the demo."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok" when PostgreSQL answers, else 503.

    The broker is not asked: pages are read from PostgreSQL alone and work without it.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse(
            "database unavailable", status=503, content_type="text/plain", headers=RETRY
        )
    return HttpResponse("ok", content_type="text/plain")


RETRY = {"Retry-After": "5"}
