"""Middleware of the project itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]


def no_store(get_response: Handler) -> Handler:
    """Forbid caches to keep what a logged-in user saw: it is about customers.

    A view that sets Cache-Control itself keeps its own.
    """

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        # in this order: who asks whether we live must not need the database to know who asks
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response

    return handle
