"""The view: access -> the accounts that call for something -> ranked items -> page or fragment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_or_404, user_of, visible_accounts
from accounts.middleware import organisation_of
from metrics.forms import SnoozeForm, TaskForm
from metrics.models import Run, Task
from metrics.models.shown import night_shown
from metrics.scoring.ranking import cannot_wait
from metrics.templatetags.actions import COUNT_COOKIE
from metrics.views.day.items import Item, listing, still_open
from metrics.views.day.rail import marked, rail
from metrics.views.day.reading import (
    MOST,
    Whose,
    read_known,
    read_marks,
    read_planned,
    read_whose,
)
from metrics.views.portfolio.kept import Book

PAGE = "metrics/day.html"
SHOWN = 20
TASKS = 20
COUNT_SECONDS = 600
WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven")


@require_GET
@vary_on_headers("HX-Request")
def day(request: HttpRequest) -> HttpResponse:
    """What to do today, ranked. `?book=team`: for all that she may see; `?all=1`: the whole list;
    `?task=`: the account for which a task is being written.
    """
    run, whose = night_shown(), read_whose(request)
    if run is None:
        return render(request, "metrics/day_waiting.html")
    book = Book(run, whose.accounts)
    items = read_items(request, run, book)
    context = {"run": run, "whose": whose} | rail(run, book) | _context(request, whose, items)
    template = f"{PAGE}#day-answer" if request.headers.get("HX-Request") else PAGE
    return counted(request, whose, len(items), render(request, template, context))


@require_GET
def day_count(request: HttpRequest) -> HttpResponse:
    """How many items wait, for the header; nothing where none does."""
    run, whose = night_shown(), read_whose(request)
    count = len(read_items(request, run, Book(run, whose.accounts))) if run else 0
    return counted(request, whose, count, HttpResponse(str(count or "")))


def today_of(request: HttpRequest) -> dt.date:
    """The organisation's day now; scores may be of the day before."""
    return organisation_of(request).day_of(timezone.now())


def read_items(request: HttpRequest, run: Run, book: Book) -> list[Item]:
    """All items of a book, ranked."""
    listed = book.keep(("day", "items"), lambda: listing(read_known(run, book.rows), run))
    return still_open(listed, marks=read_marks(listed.known), today=today_of(request))


def counted(request: HttpRequest, whose: Whose, count: int, answer: HttpResponse) -> HttpResponse:
    """Lets the headers of the next pages say the number without asking for it."""
    if whose.is_default:
        answer.set_cookie(
            COUNT_COOKIE,
            f"{user_of(request).pk}.{count}",
            max_age=COUNT_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return answer


def _context(request: HttpRequest, whose: Whose, items: list[Item]) -> dict[str, Any]:
    today, now = today_of(request), cannot_wait([item.factors.rank for item in items])
    shown = items if request.GET.get("all") == "1" else items[:SHOWN]
    marks = marked(whose, today=today)
    return {
        "today": today,
        "items": items,
        "now": shown[:now],
        "later": shown[now:],
        "now_count": now,
        "rest": len(items) - len(shown),
        "most": MOST,
        "lead": (_claim(now, len(items)), _cause(len(items), len(marks["done"]))),
        "owners": _owners(request, shown) if whose.can_switch else {},
        "planned": read_planned(item.row.account_id for item in shown),
        "snooze": SnoozeForm(today=today),
        "task_form": _task_form(request, shown, today),
        "own_tasks": _own_tasks(request),
        "marks": marks,
        "address": _address(request),
    }


def _claim(now: int, waiting: int) -> str:
    if not waiting:
        return "Nothing waits for you."
    if not now:
        return "Nothing is urgent."
    return f"{WORDS[now]} thing{'' if now == 1 else 's'} cannot wait."


def _cause(waiting: int, done: int) -> str:
    ranked_by = "Ranked by risk × ARR × renewal × how new it is. " if waiting else ""
    return f"{ranked_by}{waiting} open, {done} done this week."


def _owners(request: HttpRequest, items: list[Item]) -> dict[int, str]:
    """Account id -> who owns it today."""
    ids = [item.row.account_id for item in items]
    accounts = visible_accounts(request).filter(pk__in=ids, owner__isnull=False).order_by()
    rows = accounts.values_list("pk", "owner__name", "owner__email")
    return {pk: name or email for pk, name, email in rows}


def _own_tasks(request: HttpRequest) -> list[Task]:
    """Hers, of accounts that she may still see, the overdue first."""
    mine = Task.objects.open().filter(
        assigned_to=user_of(request), account__in=visible_accounts(request)
    )
    columns = ("title", "due_on", "account_id", "account__name")
    return list(mine.select_related("account").only(*columns)[:TASKS])


def _task_form(request: HttpRequest, items: list[Item], today: dt.date) -> TaskForm | None:
    """The form under the item that the address names, filled with its act."""
    asked = request.GET.get("task", "")
    item = next((item for item in items if str(item.row.account_id) == asked), None)
    if item is None:
        return None
    account = account_or_404(request, item.row.account_id)
    first = {
        "title": item.title[:200],
        "due_on": (today + dt.timedelta(days=7)).isoformat(),
        "assigned_to": user_of(request).pk,
        "code": item.calls[0].code,
    }
    return TaskForm(account=account, today=today, initial=first)


def _address(request: HttpRequest) -> str:
    """Where a form leads back to: the same list without a form in it."""
    kept = request.GET.copy()
    kept.pop("task", None)
    text = kept.urlencode()
    return f"{reverse('day')}?{text}" if text else reverse("day")
