"""The product's addresses, and a page with nothing on it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from healthscore.urls import urlpatterns as known


def empty(request: HttpRequest) -> HttpResponse:
    """What the way through all middleware costs."""
    return HttpResponse("")


urlpatterns = [*known, path("empty/", empty, name="empty")]
