"""Ids, addresses and domains that no file explains: who they are, said once by an admin."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import admin_only, user_of, visible_accounts
from accounts.middleware import organisation_of
from accounts.models import Account, Organisation, Person
from accounts.toasts import toast
from metrics.models import Alias, Reject
from metrics.sources.formulas import neutralise
from metrics.tasks import take_in_soon
from metrics.views.portfolio.export import Echo
from metrics.views.runs.sources import NAMES

ROWS = 50
FOUND = 20
EXAMPLES = 5
WAITS = {Alias.Kind.PERSON: "waits_for_person", Alias.Kind.ACCOUNT: "waits_for_account"}
HEADER = ("kind", "value", "rows", "sources", "first_seen", "last_seen")
Group = dict[str, Any]


@admin_only
@require_GET
def unmatched(request: HttpRequest) -> HttpResponse:
    """What rows wait for, most rows first, and what was matched before."""
    kind = _kind(request.GET.get("kind", ""))
    page = Paginator(groups(kind), ROWS).get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "kinds": [(one.value, _heading(one), waiting(one)) for one in WAITS],
        "page": page,
        "rows": [row | {"whence": _whence(row)} for row in page],
        "aliases": Alias.objects.standing()
        .select_related("account", "person__account", "created_by")
        .order_by("-pk")[:FOUND],
    }
    return render(request, "metrics/unmatched.html", context)


@admin_only
@require_GET
def unmatched_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every identity that rows wait for."""
    answer = StreamingHttpResponse(_lines(organisation_of(request)), content_type="text/csv")
    answer["Content-Disposition"] = 'attachment; filename="unmatched.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@admin_only
@require_GET
def unmatched_match(request: HttpRequest) -> HttpResponse:
    """Rows that bring one identity, and the people or accounts that it could be."""
    kind, value = _kind(request.GET.get("kind", "")), _value(request.GET.get("value", ""))
    rows = _waiting(kind).filter(**{WAITS[kind]: value}).select_related("batch")
    text = request.GET.get("q", _guess(value)).replace("\x00", "").strip()[:100]
    context = {
        "kind": kind,
        "value": value,
        "text": text,
        "rows": [(NAMES[row.batch.source], row) for row in rows.order_by("pk")[:EXAMPLES]],
        "count": rows.count(),
        "found": _people(request, text) if kind == Alias.Kind.PERSON else _accounts(request, text),
    }
    return render(request, "metrics/unmatched_match.html", context)


@admin_only
@require_POST
def alias_give(request: HttpRequest) -> HttpResponse:
    """From now on this identity is that account or person, for waiting rows too."""
    kind, value = _kind(request.POST.get("kind", "")), _value(request.POST.get("value", ""))
    target, known = request.POST.get("target", ""), _waiting(kind).filter(**{WAITS[kind]: value})
    if not target.isdecimal() or len(target) > 18 or not value or not known.exists():
        messages.error(request, "Choose who it is: nothing was matched")
        return redirect("unmatched")
    chosen: Account | Person
    if kind == Alias.Kind.PERSON:
        mine = Person.objects.filter(account__in=visible_accounts(request))
        chosen = get_object_or_404(mine, pk=int(target))
    else:
        chosen = get_object_or_404(visible_accounts(request), pk=int(target))
    with transaction.atomic():
        alias = Alias.objects.match(value, chosen, by=user_of(request))
        take_in_soon()
    back = reverse("alias_take_back", args=[alias.pk])
    toast(request, f"{alias}: its rows are being taken in", undo=back)
    return redirect("unmatched")


@admin_only
@require_POST
def alias_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """New rows wait again; what was taken in stays with its batch."""
    alias = get_object_or_404(Alias, pk=pk)
    if alias.take_back():
        messages.success(request, f"{alias.value} is unknown again; rows taken in stay")
    else:
        messages.error(request, f"{alias.value} had been taken back before")
    return redirect("unmatched")


def groups(kind: Alias.Kind) -> QuerySet[Reject, Any]:
    """value -> rows, sources, when they came: the commonest first."""
    return (
        _waiting(kind)
        .values(value=F(WAITS[kind]))
        .annotate(
            rows=Count("pk"),
            source=Min("batch__source"),
            sources=Count("batch__source", distinct=True),
            first=Min("batch__started_at"),
            last=Max("batch__started_at"),
        )
        .order_by("-rows", "value")
    )


def _whence(row: Group) -> str:
    return NAMES[row["source"]] if row["sources"] == 1 else f"{row['sources']} sources"


def waiting(kind: Alias.Kind) -> int:
    """How many identities of a kind rows wait for."""
    return int(_waiting(kind).values(WAITS[kind]).distinct().count())


def _waiting(kind: Alias.Kind) -> QuerySet[Reject]:
    return Reject.objects.filter(state=Reject.State.OPEN).exclude(**{WAITS[kind]: ""})


def _kind(asked: str) -> Alias.Kind:
    return Alias.Kind.ACCOUNT if asked == Alias.Kind.ACCOUNT else Alias.Kind.PERSON


def _value(asked: str) -> str:
    """NUL cannot be stored, and so nothing waits for it."""
    return asked.replace("\x00", "")


def _heading(kind: Alias.Kind) -> str:
    return "People" if kind == Alias.Kind.PERSON else "Accounts and domains"


def _guess(value: str) -> str:
    """What to look for first: the name in an address, the first word of a domain."""
    if value.startswith("@"):
        return value[1:].partition(".")[0]
    return value.partition("@")[0].replace(".", " ").replace("_", " ").split(" ")[0]


def _people(request: HttpRequest, text: str) -> list[Group]:
    if not text:
        return []
    told = Q(name__icontains=text) | Q(email__icontains=text) | Q(external_id__icontains=text)
    people = Person.objects.filter(told, account__in=visible_accounts(request))
    return [
        {"pk": one.pk, "name": str(one), "note": f"{one.account} · {one.email or one.external_id}"}
        for one in people.select_related("account").order_by("name", "pk")[:FOUND]
    ]


def _accounts(request: HttpRequest, text: str) -> list[Group]:
    if not text:
        return []
    told = Q(name__icontains=text) | Q(domain__icontains=text) | Q(external_id__icontains=text)
    return [
        {"pk": one.pk, "name": one.name, "note": one.domain or one.external_id}
        for one in visible_accounts(request).filter(told).order_by("name", "pk")[:FOUND]
    ]


def _lines(organisation: Organisation) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(HEADER)
    for kind in WAITS:
        for row in groups(kind).iterator():
            days = [organisation.day_of(row["first"]), organisation.day_of(row["last"])]
            yield writer.writerow(
                [kind, neutralise(row["value"]), row["rows"], row["source"], *days]
            )
