"""What users do about accounts, on every page that shows it: tasks and notes of one account, and
how many items wait in her day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone

from accounts.access import user_of
from accounts.middleware import organisation_of
from accounts.models import Account
from metrics.forms import NoteForm, TaskForm
from metrics.models import Note, Task

register = template.Library()
NOTES = 5  # shown at once; the others are folded
MOST_NOTES = 100
DONE_FOR = dt.timedelta(days=7)
DONE = 5
COUNT_COOKIE = "day-count"


def actions_of(
    request: HttpRequest,
    account: Account,
    *,
    note: NoteForm | None = None,
    task: TaskForm | None = None,
) -> dict[str, Any]:
    """The tasks and notes of an account, and empty forms or those with something to correct."""
    organisation = organisation_of(request)
    today = organisation.day_of(timezone.now())
    tasks = Task.objects.lately(account, since=timezone.now() - DONE_FOR)
    notes = list(
        Note.objects.standing()
        .filter(account=account)
        .prefetch_related("created_by")
        .order_by("-created_at", "-pk")[:MOST_NOTES]
    )
    return {
        "request": request,
        "account": account,
        "today": today,
        "tasks": [task for task in tasks if task.done_at is None],
        "finished": [task for task in tasks if task.done_at][:DONE],
        "notes": notes[:NOTES],
        "older_notes": notes[NOTES:],
        "note_form": note or NoteForm(),
        "task_form": task
        or TaskForm(account=account, today=today, initial={"assigned_to": user_of(request).pk}),
        "adding": "note" if note else "task" if task else request.GET.get("add", ""),
    }


@register.inclusion_tag("metrics/account/actions.html", takes_context=True)
def account_actions(context: dict[str, Any], account: Account) -> dict[str, Any]:
    """The sections of the account page."""
    return actions_of(context["request"], account)


@register.simple_tag(takes_context=True)
def day_count(context: dict[str, Any]) -> int | None:
    """How many items wait in her day, as she last heard; None where the page must ask.

    It is kept in a cookie for some minutes: no page pays a query for a number in its header.
    """
    request = context["request"]
    whose, _, count = request.COOKIES.get(COUNT_COOKIE, "").partition(".")
    is_hers = whose == str(request.user.pk) and count.isdecimal() and len(count) < 5
    return int(count) if is_hers else None
