"""Saved views: an address under a name. Hers, shared ones, and what a view can never do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from metrics.models import Run, SavedView
from tests.views.nights import client_of, make_team
from tests.views.rows import RED, make_row, make_run
from tests.views.test_portfolio import names
from tests.views.test_portfolio_bulk import toasts

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> dict[str, User]:
    team, run = make_team(), make_run()
    make_portfolio(run, team)
    return team


def make_portfolio(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent")
    make_row(run, team["ana"], "Birch", **RED)
    make_row(run, team["ben"], "Elm", **RED)
    make_row(run, None, "Glen", **RED)


def save(client: Client, name: str, query: str, **fields: Any) -> list[str]:
    data = {"name": name, "query": query, **fields}
    return toasts(client.post("/views/save/", data, follow=True))


def stored() -> list[tuple[Any, ...]]:
    found = SavedView.objects.order_by("owner__name", "name")
    return list(found.values_list("owner__name", "name", "query", "is_shared"))


def shown(client: Client, address: str = "/") -> dict[str, bool]:
    """Saved tabs: label -> whether it is on."""
    tabs = client.get(address).context["tabs"]
    return {tab.label: tab.is_on for tab in tabs if tab.saved}


def test_it_keeps_filters_order_and_columns_and_nothing_else(team: dict[str, User]) -> None:
    ana = client_of(team["ana"])
    asked = "page=3&col=arr&band=red&col=score&sort=-score&q=&next=//evil.example&col=arr"
    assert save(ana, "Worst first", asked) == ["View “Worst first” saved, only you see it"]
    assert stored() == [("Ana", "Worst first", "band=red&sort=-score&col=arr&col=score", False)]
    assert shown(ana, "/?sort=-score&band=red&col=arr&col=score") == {"Worst first": True}
    assert shown(ana) == {"Worst first": False}


def test_a_view_by_the_same_name_shows_what_was_saved_last(team: dict[str, User]) -> None:
    ana = client_of(team["ana"])
    save(ana, "Mine", "band=red")
    save(ana, "Mine", "band=green", is_shared="1")
    assert stored() == [("Ana", "Mine", "band=green", True)]


def test_others_see_a_shared_view_and_no_private_one(team: dict[str, User]) -> None:
    ada = client_of(team["ada"])
    save(ada, "Shared", "band=red", is_shared="1")
    save(ada, "Private", "band=amber")
    seen = {name: sorted(shown(client_of(team[name]))) for name in ("ana", "ben", "ada")}
    assert seen == {"ana": ["Shared"], "ben": ["Shared"], "ada": ["Private", "Shared"]}


def test_a_shared_view_never_widens_what_she_sees(team: dict[str, User]) -> None:
    everybody = f"band=red&owner={team['ben'].pk}"
    save(client_of(team["ada"]), "All red", "band=red", is_shared="1")
    save(client_of(team["ada"]), "Red of Ben", everybody, is_shared="1")
    save(client_of(team["ada"]), "My red", "band=red&owner=me", is_shared="1")
    ana, ben = client_of(team["ana"]), client_of(team["ben"])
    assert names(ana, band="red") == ["Birch"]
    assert names(ana, band="red", owner=team["ben"].pk) == []
    assert names(ben, band="red", owner="me") == ["Elm"]
    assert names(ana, band="red", owner="me") == ["Birch"]


def test_only_she_renames_shares_and_deletes_it(team: dict[str, User]) -> None:
    save(client_of(team["ana"]), "Mine", "band=red", is_shared="1")
    pk = SavedView.objects.get().pk
    for name in ("ben", "cy", "ada"):
        client = client_of(team[name])
        for verb in ("rename", "share", "delete"):
            answer = client.post(f"/views/{pk}/{verb}/", {"name": "Theirs", "is_shared": "0"})
            assert answer.status_code == 404
    assert stored() == [("Ana", "Mine", "band=red", True)]


def test_it_is_renamed_and_shared(team: dict[str, User]) -> None:
    ana = client_of(team["ana"])
    save(ana, "One", "band=red")
    save(ana, "Two", "band=green")
    pk = SavedView.objects.get(name="One").pk
    renamed = ana.post(f"/views/{pk}/rename/", {"name": "Three"}, follow=True)
    assert toasts(renamed) == ["The view is called “Three” now"]
    taken = ana.post(f"/views/{pk}/rename/", {"name": "Two"}, follow=True)
    assert toasts(taken) == ["Another view of yours has this name."]
    shared = ana.post(f"/views/{pk}/share/", {"is_shared": "1"}, follow=True)
    assert toasts(shared) == ["Everybody sees the view “Three” now"]
    assert stored() == [("Ana", "Three", "band=red", True), ("Ana", "Two", "band=green", False)]
    ana.post(f"/views/{pk}/share/", {"is_shared": "0"})
    assert stored()[0] == ("Ana", "Three", "band=red", False)


def test_a_deleted_one_comes_back_as_it_was(team: dict[str, User]) -> None:
    ana = client_of(team["ana"])
    save(ana, "Mine", "band=red&col=score", is_shared="1")
    before = stored()
    pk = SavedView.objects.get().pk
    html = ana.post(f"/views/{pk}/delete/", follow=True).content.decode()
    assert 'action="/views/restore/"' in html
    assert stored() == []
    assert toasts(ana.post("/views/restore/", follow=True)) == ["View “Mine” is back"]
    assert stored() == before
    assert toasts(ana.post("/views/restore/", follow=True)) == [
        "There is no deleted view to put back."
    ]


def test_a_newer_view_by_the_name_is_not_overwritten_by_an_undo(team: dict[str, User]) -> None:
    ana = client_of(team["ana"])
    save(ana, "Mine", "band=red")
    ana.post(f"/views/{SavedView.objects.get().pk}/delete/")
    save(ana, "Mine", "band=green")
    said = toasts(ana.post("/views/restore/", follow=True))
    assert said == ["View “Mine” has been saved anew since and stays"]
    assert stored() == [("Ana", "Mine", "band=green", False)]


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("  ", "", "Give the view a name."),
        ("x" * 61, "", "A name has at most 60 characters."),
        ("Long", "q=" + "x" * 2001, "These are too many filters to save."),
    ],
)
def test_what_cannot_be_saved_is_said(
    team: dict[str, User], name: str, query: str, said: str
) -> None:
    assert save(client_of(team["ana"]), name, query) == [said]
    assert stored() == []


def test_a_hostile_name_stays_text(team: dict[str, User]) -> None:
    ana = client_of(team["ana"])
    save(ana, "<script>alert(1)</script>", 'q="><b>x', is_shared="1")
    html = client_of(team["ben"]).get("/").content.decode()
    assert "<script>alert" not in html
    assert "<b>x" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_her_own_view_can_be_changed_where_it_is_shown(team: dict[str, User]) -> None:
    ana = client_of(team["ana"])
    save(ana, "Mine", "band=red", is_shared="1")
    pk = SavedView.objects.get().pk
    assert f'action="/views/{pk}/rename/"' in ana.get("/?band=red").content.decode()
    assert "/rename/" not in ana.get("/?band=green").content.decode()
    assert "/rename/" not in client_of(team["ben"]).get("/?band=red").content.decode()
