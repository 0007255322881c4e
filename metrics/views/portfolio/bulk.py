"""What is done to the selected rows, or to all that match; and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import user_of, visible_accounts
from accounts.middleware import organisation_of
from accounts.models import User
from accounts.models.customers import AccountQuerySet
from accounts.toasts import toast
from metrics.forms.bulk import AssignForm, TagForm, TaskForAllForm, first_problem
from metrics.models import AccountCurrent, Deed, Run
from metrics.templatetags.formats import plural
from metrics.views.portfolio.export import csv_of, matching
from metrics.views.portfolio.table import in_order, read_sort
from metrics.views.portfolio.tabs import query_of

# ids beyond these are none
LONGEST = 18


class Act(NamedTuple):
    """What is asked for: its form, what it does once that is valid, and how it is told."""

    form: forms.Form
    do: Callable[[AccountQuerySet], Deed | None]
    says: Callable[[str], str]  # "3 accounts" -> a sentence


@require_POST
def portfolio_act(request: HttpRequest) -> HttpResponseBase:
    """Assign, tag, give a task, or export: to the accounts that she ticked, or all that match."""
    run = Run.objects.latest_published()
    if run is None:
        raise Http404
    asked = QueryDict(request.POST.get("query", ""))
    rows = _chosen(request, run, asked)
    if request.POST.get("act") == "export":
        return csv_of(request, run, rows, asked=asked)
    accounts = visible_accounts(request).filter(pk__in=rows.order_by().values("account_id"))
    _act(request, accounts)
    return _back(query_of(asked))


def _chosen(request: HttpRequest, run: Run, asked: QueryDict) -> QuerySet[AccountCurrent]:
    """Rows of the night that she may see: those that she ticked, or all that the address shows."""
    if request.POST.get("all"):
        return matching(request, run, asked)
    ticked = [each for each in request.POST.getlist("account") if each.isdecimal()]
    ids = [int(each) for each in ticked if len(each) <= LONGEST]
    rows = AccountCurrent.objects.filter(run_id=run.pk, account_id__in=ids)
    return in_order(rows.filter(account_id__in=visible_accounts(request)), read_sort(asked))


def _act(request: HttpRequest, accounts: AccountQuerySet) -> None:
    """Does it and says so; says what is missing where something is."""
    act = _wanted(request)
    if act is None:
        messages.error(request, "Choose what to do with the selected accounts.")
    elif not act.form.is_valid():
        messages.error(request, first_problem(act.form))
    elif not accounts.exists():
        messages.error(request, "Select at least one account first.")
    elif deed := act.do(accounts):
        text = act.says(plural(deed.count, "account"))
        toast(request, text, undo=reverse("deed_undo", args=[deed.pk]))
    else:
        messages.success(request, "Nothing to change: it was so already.")


def _wanted(request: HttpRequest) -> Act | None:
    by, name = user_of(request), request.POST.get("act")
    if name == "owner" and by.assigns_owners:
        return _assigning(request, by)
    if name in ("tag", "untag"):
        return _tagging(request, by, adds=name == "tag")
    return _giving_task(request, by) if name == "task" else None


def _assigning(request: HttpRequest, by: User) -> Act:
    form = AssignForm(request.POST, by=by)
    return Act(
        form,
        lambda them: Deed.objects.assign(them, form.cleaned_data["owner"], by=by),
        lambda many: f"{form.cleaned_data['owner']} looks after {many} now",
    )


def _tagging(request: HttpRequest, by: User, *, adds: bool) -> Act:
    form = TagForm(request.POST)
    verb = Deed.objects.tag if adds else Deed.objects.untag
    words = "put on" if adds else "taken off"
    return Act(
        form,
        lambda them: verb(them, form.cleaned_data["tag"], by=by),
        lambda many: f"Tag “{form.cleaned_data['tag']}” {words} {many}",
    )


def _giving_task(request: HttpRequest, by: User) -> Act:
    form = TaskForAllForm(request.POST, today=organisation_of(request).day_of(timezone.now()))

    def do(them: AccountQuerySet) -> Deed | None:
        said = form.cleaned_data
        return Deed.objects.give_task(them, said["title"], due_on=said["due_on"], by=by)

    return Act(form, do, lambda many: f"One task each for {many}")


@require_POST
def deed_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes her own deed back, row by row, where she may still do such a thing."""
    by = user_of(request)
    deed = get_object_or_404(Deed, pk=pk, created_by=by)
    if deed.what == Deed.What.OWNER and not by.assigns_owners:
        raise Http404
    undone = deed.undo(visible_accounts(request))
    if undone is None:
        messages.error(request, "That had been undone before.")
    elif undone.left:
        kept = plural(undone.left, "account has,accounts have")
        restored = plural(undone.restored, "account")
        messages.success(request, f"Undone for {restored}; {kept} been changed since and stay so")
    else:
        messages.success(request, f"Undone for {plural(undone.restored, 'account')}")
    return _back(query_of(QueryDict(_came_from(request))))


def _came_from(request: HttpRequest) -> str:
    """The query of the page before; empty where a browser says nothing that can be read."""
    try:
        return urlsplit(request.headers.get("Referer", "")).query
    except ValueError:
        return ""


def _back(query: str) -> HttpResponse:
    """To the portfolio as it was looked at."""
    address = reverse("portfolio")
    return redirect(f"{address}?{query}" if query else address)
