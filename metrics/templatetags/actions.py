"""What users do about accounts, on every page that shows it: tasks and notes of one account, and
how many items wait in her day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone

from accounts.access import NAMES_OF_WHO_SEES, user_of, whose
from accounts.middleware import organisation_of
from accounts.models import Account
from metrics.forms import NoteForm, TaskForm
from metrics.models.together import read, together

register = template.Library()
NOTES = 5  # shown at once; the others are folded
DONE_FOR = dt.timedelta(days=7)
DONE = 5
COUNT_COOKIE = "day-count"


# parts of a statement of `together`, with the names of their people: what is open, the most urgent
# first, and what was done lately, the newest first; notes, the newest first; who may get a task
TASKS = """
SELECT t.id AS pk, t.account_id, title, due_on, done_at,
       coalesce(nullif(a.name, ''), a.email) AS assigned_to,
       coalesce(nullif(d.name, ''), d.email) AS done_by
FROM metrics_task t
LEFT JOIN accounts_user a ON a.id = t.assigned_to_id
LEFT JOIN accounts_user d ON d.id = t.done_by_id
WHERE t.account_id = %(account)s AND removed_at IS NULL
  AND (done_at IS NULL OR done_at >= %(lately)s)
ORDER BY done_at DESC NULLS LAST, due_on ASC NULLS LAST, t.id
"""
NOTED = """
SELECT n.id AS pk, text, n.created_at, coalesce(nullif(u.name, ''), u.email) AS created_by
FROM metrics_note n LEFT JOIN accounts_user u ON u.id = n.created_by_id
WHERE account_id = %(account)s AND removed_at IS NULL
ORDER BY n.created_at DESC, n.id DESC LIMIT 100
"""
ACTIONS = {"tasks": TASKS, "notes": NOTED, "users": NAMES_OF_WHO_SEES}
ACTIONS_ALONE = together(**ACTIONS)
Found = Mapping[str, list[Any]]


def lately() -> dt.datetime:
    """Since when a task that is done is shown: the parameter of TASKS."""
    return timezone.now() - DONE_FOR


def actions_of(
    request: HttpRequest,
    account: Account,
    found: Found | None = None,
    *,
    note: NoteForm | None = None,
    task: TaskForm | None = None,
) -> dict[str, Any]:
    """The tasks and notes of an account, and empty forms or those with something to correct.

    found: the rows of ACTIONS, where they have been read already.
    """
    if found is None:
        found = read(ACTIONS_ALONE, {"account": account.pk, "lately": lately(), **whose(account)})
    today = organisation_of(request).day_of(timezone.now())
    tasks, notes = found["tasks"], found["notes"]
    return {
        "request": request,
        "account": account,
        "today": today,
        "tasks": [task for task in tasks if task.done_at is None],
        "finished": [task for task in tasks if task.done_at][:DONE],
        "notes": notes[:NOTES],
        "older_notes": notes[NOTES:],
        "note_form": note or NoteForm(),
        "task_form": task or _empty(request, account, today, found["users"]),
        "adding": "note" if note else "task" if task else request.GET.get("add", ""),
    }


def _empty(request: HttpRequest, account: Account, today: dt.date, users: list[Any]) -> TaskForm:
    """A form in which she is chosen."""
    return TaskForm(
        account=account,
        today=today,
        initial={"assigned_to": user_of(request).pk},
        users=[(user.number, user.name) for user in users],
    )


@register.inclusion_tag("metrics/account/actions.html", takes_context=True)
def account_actions(
    context: dict[str, Any], account: Account, found: Found | None = None
) -> dict[str, Any]:
    """The sections of the account page. found: see `actions_of`."""
    return actions_of(context["request"], account, found)


@register.simple_tag(takes_context=True)
def day_count(context: dict[str, Any]) -> int | None:
    """How many items wait in her day, as she last heard; None where the page must ask.

    It is kept in a cookie for some minutes: no page pays a query for a number in its header.
    """
    request = context["request"]
    whose, _, count = request.COOKIES.get(COUNT_COOKIE, "").partition(".")
    is_hers = whose == str(request.user.pk) and count.isdecimal() and len(count) < 5
    return int(count) if is_hers else None
