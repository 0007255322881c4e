"""The jump box: accounts, people and pages by a piece of their name."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import user_of, visible_accounts, visible_people
from accounts.forms import JumpForm
from accounts.pages import pages_for

ACCOUNTS, PEOPLE = 8, 5
# two letters are in half of all names, and an index of pieces needs three
SHORTEST_PERSON = 3


@dataclass(frozen=True, kw_only=True)
class Found:
    """One line of the list."""

    address: str
    text: str
    note: str = ""


@require_GET
@vary_on_headers("HX-Request")
def jump(request: HttpRequest) -> HttpResponse:
    """What holds the text, as a list under the box or as a page of its own."""
    form = JumpForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    groups = found_by(request, text) if text else {}
    template = "accounts/jump.html#jump-list" if request.htmx else "accounts/jump.html"  # type: ignore[attr-defined]
    context = {
        "text": text,
        "groups": groups,
        "count": sum(map(len, groups.values())),
        "invalid": not form.is_valid(),
    }
    return render(request, template, context)


def found_by(request: HttpRequest, text: str) -> dict[str, list[Found]]:
    """Heading -> what was found; nothing that she may not open."""
    groups = {
        "Accounts": _accounts(request, text),
        "People": _people(request, text),
        "Pages": [
            Found(address=page.address, text=page.label)
            for page in pages_for(is_admin=user_of(request).is_admin)
            if text.casefold() in page.label.casefold()
        ],
    }
    return {name: found for name, found in groups.items() if found}


def _accounts(request: HttpRequest, text: str) -> list[Found]:
    found = visible_accounts(request).named_like(text)[:ACCOUNTS]
    return [Found(address=account.get_absolute_url(), text=account.name) for account in found]


def _people(request: HttpRequest, text: str) -> list[Found]:
    if len(text) < SHORTEST_PERSON:
        return []
    people = visible_people(request).filter(~Q(name="") | ~Q(email="")).named_like(text)
    return [
        Found(
            address=f"{person.account.get_absolute_url()}#people",
            text=str(person),
            note=person.account.name,
        )
        for person in people[:PEOPLE]
    ]
