"""To whom the first settings are offered."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.access import user_of
from accounts.middleware import organisation_of
from accounts.models import Account

OFFERED = "setup_offered"


def is_due(request: HttpRequest) -> bool:
    """Whether an admin looks at an empty installation that nobody has set up."""
    if not user_of(request).is_admin or organisation_of(request).set_up_at:
        return False
    return not Account.objects.exists()


def leads_there(request: HttpRequest) -> bool:
    """Whether to go there by itself: once a session, so that one can look around before."""
    if request.session.get(OFFERED) or not is_due(request):
        return False
    request.session[OFFERED] = True
    return True
