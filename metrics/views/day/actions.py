"""Done and snooze: marks on what an account calls for now, and undoing them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import account_or_404, user_of, visible_accounts
from accounts.models import Account
from accounts.toasts import toast
from metrics.forms import SnoozeForm
from metrics.models import AccountCurrent, Mark, Run
from metrics.templatetags.formats import day
from metrics.views.account.doing import back_to, undo_by
from metrics.views.day.items import Item, listing, still_open
from metrics.views.day.page import today_of
from metrics.views.day.reading import read_known, read_marks

MOST_MARKS = 40


@require_POST
def day_done(request: HttpRequest, pk: int) -> HttpResponse:
    """All that the account calls for now is done, until something of it opens anew."""
    account, by = account_or_404(request, pk), user_of(request)
    item = _item(request, account)
    if item:
        marks = Mark.objects.put(account, item.open_since, by=by)
        toast(request, f"Done: {item.title}", undo=_undo(request, marks))
    return _back(request, item)


@require_POST
def day_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """All that the account calls for now is away until a day, or until something opens anew."""
    account, by = account_or_404(request, pk), user_of(request)
    form = SnoozeForm(request.POST, today=today_of(request))
    if not form.is_valid():
        for problem in [text for texts in form.errors.values() for text in texts]:
            messages.error(request, str(problem))
        return redirect(back_to(request) or "day")
    item, until = _item(request, account), form.cleaned_data["back_on"]
    if item:
        marks = Mark.objects.put(account, item.open_since, by=by, until=until)
        toast(request, f"Until {day(until)}: {item.title}", undo=_undo(request, marks))
    return _back(request, item)


@require_POST
def day_undo(request: HttpRequest, numbers: str) -> HttpResponse:
    """Takes marks back that were put in one go; what they hid is there again."""
    asked = [int(number) for number in numbers.split("-") if number.isdecimal()][:MOST_MARKS]
    marks = Mark.objects.filter(pk__in=asked, account__in=visible_accounts(request))
    if marks.count() != len(set(asked)) or not asked:
        raise Http404
    if marks.take_back():
        messages.success(request, "It is back in the list")
    return redirect(back_to(request) or "day")


def _item(request: HttpRequest, account: Account) -> Item | None:
    """What the account calls for now; None where somebody else was faster."""
    run = Run.objects.latest_published()
    if run is None:
        return None
    rows = AccountCurrent.objects.filter(run_id=run.pk, account_id=account.pk)
    marks, listed = read_marks([account.pk]), listing(read_known(run, rows), run)
    return next(iter(still_open(listed, marks=marks, today=today_of(request))), None)


def _undo(request: HttpRequest, marks: list[Mark]) -> str:
    return undo_by(request, "day_undo", "-".join(str(mark.pk) for mark in marks))


def _back(request: HttpRequest, item: Item | None) -> HttpResponse:
    if item is None:
        messages.success(request, "Nothing waits there any more")
    return redirect(back_to(request) or "day")
