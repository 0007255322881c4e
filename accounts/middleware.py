"""Every page speaks of the organisation and shows moments in its time zone."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.models import Organisation

Handler = Callable[[HttpRequest], HttpResponseBase]


def organisation_of(request: HttpRequest) -> Organisation:
    """The organisation, read once per request."""
    found = getattr(request, "organisation", None)
    return found if isinstance(found, Organisation) else Organisation.current()


def local_time(get_response: Handler) -> Handler:
    """For whoever is logged in: `request.organisation`, and its zone for the templates."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return get_response(request)
        organisation = Organisation.current()
        request.organisation = organisation  # type: ignore[attr-defined]
        with timezone.override(organisation.zone):
            return get_response(request)

    return handle
