"""Out with the synthetic data, in with one's own."""

from __future__ import annotations

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import admin_only, user_of
from accounts.toasts import toast
from metrics.models.demo import NotInvented
from metrics.tasks import remove_demo

NOT_INVENTED = "The accounts are not invented, or are still on their way: nothing was removed."
BUSY = "A night or an import is just being written: nothing was removed, try again in a minute."
GONE = "The synthetic data are gone; import your own, beginning with accounts"
WELL_KNOWN = "Everybody knows your password, it is the demo's: change it in your profile first."
NOT_SURE = "Tick the box first: nothing was removed."


@admin_only
@require_POST
def setup_remove(request: HttpRequest) -> HttpResponse:
    """Asks nothing again: the box beside the button was the question."""
    if request.POST.get("sure") != "yes":
        messages.error(request, NOT_SURE)
        return redirect("organisation")
    try:
        is_open = remove_demo(by=user_of(request))
    except NotInvented:
        messages.error(request, NOT_INVENTED)
        return redirect("organisation")
    except OperationalError:
        messages.error(request, BUSY)
        return redirect("organisation")
    toast(request, GONE)
    if is_open:
        messages.error(request, WELL_KNOWN)
    return redirect("imports")
