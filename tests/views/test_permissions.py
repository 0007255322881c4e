"""Who sees and does what: every address by every role and method, against one declared table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.models import Person
from tests.views.doors import METHODS, ROLES, World, make_world, routes, rows
from tests.views.nights import client_of

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).parents[2] / "docs" / "permissions.md"
REFUSED = {302, 404, 405}
OTHERS = (
    "/accounts/",
    "/day/<int:pk>/",
    "/day/undo/",
)  # addresses that name an account or its marks
Cookies = SimpleCookie


@pytest.fixture
def world() -> World:
    return make_world()


def cookies_of(world: World, role: str) -> Cookies:
    """A session of hers, or none."""
    return client_of(world.team.get(role)).cookies


def asked(cookies: Cookies, method: str, address: str, *, htmx: bool = False) -> tuple[int, str]:
    """Status and text of the answer; what it changed, her session too, is rolled back."""
    cache.clear()  # log-in limits
    client = Client(headers={"HX-Request": "true"} if htmx else {})
    client.cookies = SimpleCookie({name: morsel.value for name, morsel in cookies.items()})
    with transaction.atomic():
        answer = client.generic(method, address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, body.decode(errors="replace")


def test_every_address_has_its_row() -> None:
    assert sorted(rows()) == sorted(routes())


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_as_the_table_says(role: str, world: World) -> None:
    cookies, column = cookies_of(world, role), ROLES.index(role)
    wrong = {}
    for route, methods in rows().items():
        address = world.address(route)
        for method in METHODS:
            found, _ = asked(cookies, method, address)
            declared = methods.get(method)
            is_right = found == declared[column] if declared else found in REFUSED
            if not is_right:
                wrong[route, method] = (found, declared and declared[column])
    assert wrong == {}


def test_what_belongs_to_anothers_account_does_not_exist_whole_or_in_parts(world: World) -> None:
    cookies = cookies_of(world, "cy")
    found = {
        (route, method, htmx): asked(cookies, method, world.address(route), htmx=htmx)[0]
        for route, methods in rows().items()
        if route.startswith(OTHERS)
        for method in methods
        for htmx in (False, True)
    }
    assert len(found) > 30
    assert set(found.values()) == {404}


def test_nothing_that_she_may_read_tells_of_anothers_account(world: World) -> None:
    """Pages, fragments, exports, search, chart data: whatever answers at all."""
    cookies = cookies_of(world, "cy")
    secrets = ["Halden Freight", *Person.objects.values_list("name", flat=True)]
    read = 0
    for route, address in addresses_to_read(world):
        for htmx in (False, True):
            status, body = asked(cookies, "GET", address, htmx=htmx)
            read += status == 200
            assert [secret for secret in secrets if secret in body] == [], (route, htmx)
    assert read > 20
    ana = cookies_of(world, "ana")
    assert "Halden Freight" in asked(ana, "GET", "/jump/?q=halden")[1]  # there is something to tell


def addresses_to_read(world: World) -> Iterator[tuple[str, str]]:
    """Everything with GET, and searches for what she must not find."""
    for route, methods in rows().items():
        if "GET" in methods:
            yield route, world.address(route)
    for query in ("/jump/?q=halden", "/jump/?q=person", "/?q=halden", "/portfolio.csv?q=halden",
                  "/?owner=team", "/?show=quadrant", "/day/?days=7"):  # fmt: skip
        yield query, query


def documented() -> list[tuple[list[str], list[str]]]:
    """Rows of the table in the docs: cells of nobody, CSM, manager and admin; addresses."""
    found = []
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 6 and "`" in cells[5]:
            found.append((cells[1:5], re.findall(r"`([^`]+)`", cells[5])))
    return found


def test_the_docs_name_every_address_once() -> None:
    named = [route for _, addresses in documented() for route in addresses]
    assert sorted(named) == sorted(rows())


def test_the_docs_say_what_the_table_says() -> None:
    wrong = {
        (route, role, cell)
        for cells, addresses in documented()
        for route in addresses
        for role, cell in zip(ROLES, [cells[0], cells[1], cells[1], *cells[2:]], strict=True)
        if not agrees(cell, role, route)
    }
    assert wrong == set()


def agrees(cell: str, role: str, route: str) -> bool:
    """Whether a cell of the docs is what the declared statuses mean."""
    column = ROLES.index(role)
    statuses = {statuses[column] for statuses in rows()[route].values()}
    closed = {302} if role == "nobody" else {404}
    if cell == "–":
        return statuses == closed
    if cell == "her own":  # it is Ana's
        return (statuses == closed) is (role != "ana")
    if cell == "her accounts" and role == "cy" and route.startswith(OTHERS):
        return statuses == closed
    return statuses != closed or route == "/log-in/demo/"
