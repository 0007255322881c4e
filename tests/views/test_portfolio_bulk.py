"""Many accounts at once: who may, which accounts, what is changed, and the whole way back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account, User
from metrics.models import Deed, Run, Task
from tests.facts import DAY
from tests.ingest.sending import Sender
from tests.views.nights import client_of, make_user
from tests.views.rows import RED, make_current, make_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids(run: Run, team: dict[str, User]) -> dict[str, int]:
    """Ana owns Ardent and Birch (red), Ben Elm (red), Zoe of another team Fjord, nobody Glen."""
    zoe = make_user("Zoe")
    rows = [
        make_row(run, team["ana"], "Ardent"),
        make_row(run, team["ana"], "Birch", **RED),
        make_row(run, team["ben"], "Elm", **RED),
        make_row(run, zoe, "Fjord", **RED),
        make_row(run, None, "Glen"),
    ]
    return {row.name: row.account_id for row in rows}


def act(client: Client, act: str, accounts: list[int], **fields: Any) -> list[str]:
    """Sends the bulk bar's form; what the next page says in its toasts."""
    data = {"act": act, "account": accounts, **fields}
    return toasts(client.post("/portfolio/act/", data, follow=True))


def toasts(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def owners() -> dict[str, str]:
    """Account -> who looks after it."""
    pairs = Account.objects.order_by("name").values_list("name", "owner__name")
    return {name: owner or "" for name, owner in pairs}


def tags() -> dict[str, list[str]]:
    return dict(Account.objects.exclude(tags=[]).order_by("name").values_list("name", "tags"))


def test_a_manager_gives_accounts_of_her_team_to_somebody_of_it(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ben = client_of(team["ben"])
    said = act(ben, "owner", list(ids.values()), owner=team["ben"].pk)
    assert said == ["Ben looks after 2 accounts now"]
    expected = {"Ardent": "Ben", "Birch": "Ben", "Elm": "Ben", "Fjord": "Zoe", "Glen": ""}
    assert owners() == expected


def test_an_admin_gives_any_account_to_anybody(team: dict[str, User], ids: dict[str, int]) -> None:
    said = act(client_of(team["ada"]), "owner", list(ids.values()), owner=team["cy"].pk)
    assert said == ["Cy looks after 5 accounts now"]
    assert set(owners().values()) == {"Cy"}


@pytest.mark.parametrize(
    ("who", "to", "said"),
    [
        ("ana", "ben", "Choose what to do with the selected accounts."),
        ("ben", "cy", "Choose somebody of your team."),
        ("ben", "", "Choose who shall look after them."),
        ("ada", "", "Choose who shall look after them."),
    ],
)
def test_nobody_gives_accounts_beyond_her_rights(
    team: dict[str, User], ids: dict[str, int], who: str, to: str, said: str
) -> None:
    before = owners()
    owner = team[to].pk if to else ""
    assert act(client_of(team[who]), "owner", [ids["Ardent"]], owner=owner) == [said]
    assert owners() == before
    assert not Deed.objects.exists()


def test_the_bar_offers_owners_to_managers_and_admins_only(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    offered = {
        name: [who for _, who in client_of(team[name]).get("/").context["assignable"]]
        for name in ("ana", "ben", "ada")
    }
    everybody = ["Ada", "Ana", "Ben", "Cy", "Zoe"]
    assert offered == {"ana": [], "ben": ["Ana", "Ben"], "ada": everybody}


def test_what_she_may_not_see_is_never_touched(team: dict[str, User], ids: dict[str, int]) -> None:
    wanted = [*ids.values(), 999_999]
    assert act(client_of(team["ana"]), "tag", wanted, tag="Pilot") == [
        "Tag “Pilot” put on 2 accounts"
    ]
    assert tags() == {"Ardent": ["Pilot"], "Birch": ["Pilot"]}
    assert act(client_of(team["cy"]), "tag", wanted, tag="Mine", all="1") == [
        "Select at least one account first."
    ]
    assert tags() == {"Ardent": ["Pilot"], "Birch": ["Pilot"]}


def test_all_that_match_are_those_of_the_filters_and_of_her_book(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    said = act(client_of(team["ben"]), "tag", [], tag="Save", all="1", query="band=red&page=7")
    assert said == ["Tag “Save” put on 2 accounts"]
    assert tags() == {"Birch": ["Save"], "Elm": ["Save"]}


def test_a_tag_is_put_on_once_and_taken_off(team: dict[str, User], ids: dict[str, int]) -> None:
    ana = client_of(team["ana"])
    Account.objects.filter(pk=ids["Birch"]).update(tags=["a", "b", "c"])
    assert act(ana, "tag", [ids["Ardent"], ids["Birch"]], tag="  b ") == [
        "Tag “b” put on 1 account"
    ]
    assert tags() == {"Ardent": ["b"], "Birch": ["a", "b", "c"]}
    assert act(ana, "untag", [ids["Ardent"], ids["Birch"]], tag="b") == [
        "Tag “b” taken off 2 accounts"
    ]
    assert tags() == {"Birch": ["a", "c"]}
    assert act(ana, "untag", [ids["Birch"]], tag="b") == ["Nothing to change: it was so already."]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"act": "tag", "tag": " "}, "Write a tag first."),
        ({"act": "tag", "tag": "a, b"}, "A tag has no comma."),
        ({"act": "tag", "tag": "x" * 41}, "A tag has at most 40 characters."),
        ({"act": "task", "title": ""}, "Say what there is to do."),
        ({"act": "task", "title": "x", "due_on": "2001-01-01"},
         "Choose a day from today on, within ten years."),
        ({"act": "task", "title": "x", "due_on": "soon"}, "Enter a day."),
        ({"act": ""}, "Choose what to do with the selected accounts."),
        ({"act": "delete"}, "Choose what to do with the selected accounts."),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(
    team: dict[str, User], ids: dict[str, int], fields: dict[str, str], said: str
) -> None:
    assert act(client_of(team["ana"]), **({"accounts": [ids["Ardent"]]} | fields)) == [said]  # type: ignore[arg-type]
    assert act(client_of(team["ana"]), "tag", [], tag="x") == ["Select at least one account first."]
    assert not Deed.objects.exists()


def test_a_task_for_each_goes_to_its_owner(team: dict[str, User], ids: dict[str, int]) -> None:
    said = act(
        client_of(team["ada"]), "task", [ids["Ardent"], ids["Elm"], ids["Glen"]],
        title="Call the champion", due_on="2030-03-01",
    )  # fmt: skip
    assert said == ["One task each for 3 accounts"]
    stored = Task.objects.order_by("account__name").values_list(
        "account__name", "title", "due_on", "assigned_to__name", "created_by__name"
    )
    due = DAY.replace(year=2030, month=3, day=1)
    assert list(stored) == [
        ("Ardent", "Call the champion", due, "Ana", "Ada"),
        ("Elm", "Call the champion", due, "Ben", "Ada"),
        ("Glen", "Call the champion", due, "Ada", "Ada"),
    ]


def test_undo_gives_every_account_back_to_whom_it_was(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ada, before = client_of(team["ada"]), owners()
    act(ada, "owner", list(ids.values()), owner=team["cy"].pk)
    deed = Deed.objects.get()
    assert toasts(ada.post(f"/deeds/{deed.pk}/undo/", follow=True)) == ["Undone for 5 accounts"]
    assert owners() == before
    again = toasts(ada.post(f"/deeds/{deed.pk}/undo/", follow=True))
    assert again == ["That had been undone before."]
    assert owners() == before


def test_undo_leaves_alone_what_others_changed_since(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ada = client_of(team["ada"])
    act(ada, "owner", [ids["Ardent"], ids["Birch"], ids["Elm"]], owner=team["cy"].pk)
    first = Deed.objects.get()
    # Birch goes on, and comes back to Cy: by somebody else's wish, not by this one
    Account.objects.filter(pk=ids["Elm"]).update(owner=team["ada"])
    act(ada, "owner", [ids["Birch"]], owner=team["ben"].pk)
    act(ada, "owner", [ids["Birch"]], owner=team["cy"].pk)
    assert first.undo(Account.objects.all()) is not None
    expected = {"Ardent": "Ana", "Birch": "Cy", "Elm": "Ada", "Fjord": "Zoe", "Glen": ""}
    assert owners() == expected
    assert Deed.objects.order_by("pk")[2].undo(Account.objects.all()) is not None
    assert owners()["Birch"] == "Ben"


def test_undo_says_how_many_stay(team: dict[str, User], ids: dict[str, int]) -> None:
    ada = client_of(team["ada"])
    act(ada, "owner", [ids["Ardent"], ids["Elm"]], owner=team["cy"].pk)
    Account.objects.filter(pk=ids["Elm"]).update(owner=team["ada"])
    said = toasts(ada.post(f"/deeds/{Deed.objects.get().pk}/undo/", follow=True))
    assert said == ["Undone for 1 account; 1 account has been changed since and stay so"]


def test_undo_of_a_tag_takes_it_only_where_it_was_put(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ana = client_of(team["ana"])
    Account.objects.filter(pk=ids["Birch"]).update(tags=["b", "a"])
    act(ana, "tag", [ids["Ardent"], ids["Birch"]], tag="a")
    Account.objects.filter(pk=ids["Ardent"]).update(tags=["a", "later"])
    assert toasts(ana.post(f"/deeds/{Deed.objects.get().pk}/undo/", follow=True)) == [
        "Undone for 1 account"
    ]
    assert tags() == {"Ardent": ["later"], "Birch": ["b", "a"]}


def test_undo_of_a_tag_taken_off_puts_it_where_it_stood(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ana = client_of(team["ana"])
    Account.objects.filter(pk=ids["Ardent"]).update(tags=["x", "a", "y"])
    Account.objects.filter(pk=ids["Birch"]).update(tags=["a", "z"])
    act(ana, "untag", [ids["Ardent"], ids["Birch"]], tag="a")
    Account.objects.filter(pk=ids["Birch"]).update(tags=["z", "later"])
    Deed.objects.get().undo(Account.objects.all())
    assert tags() == {"Ardent": ["x", "a", "y"], "Birch": ["z", "later", "a"]}


def test_undo_of_tasks_leaves_those_that_are_done(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ana = client_of(team["ana"])
    act(ana, "task", [ids["Ardent"], ids["Birch"]], title="Call")
    Task.objects.filter(account=ids["Birch"]).update(done_at="2026-03-18T12:00Z")
    said = toasts(ana.post(f"/deeds/{Deed.objects.get().pk}/undo/", follow=True))
    assert said == ["Undone for 1 account; 1 account has been changed since and stay so"]
    standing = Task.objects.standing().values_list("account__name", flat=True)
    assert list(standing) == ["Birch"]


def test_nobody_undoes_what_another_did(team: dict[str, User], ids: dict[str, int]) -> None:
    act(client_of(team["ana"]), "tag", [ids["Ardent"]], tag="a")
    pk = Deed.objects.get().pk
    for name in ("ben", "cy", "ada"):
        assert client_of(team[name]).post(f"/deeds/{pk}/undo/").status_code == 404
    assert tags() == {"Ardent": ["a"]}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("tag", ["a"], ["a", "x"]),
        ("untag", ["a", "x"], ["a"]),
    ],
)
def test_undo_changes_no_account_that_was_taken_from_her(
    team: dict[str, User], ids: dict[str, int], name: str, before: list[str], after: list[str]
) -> None:
    ana = client_of(team["ana"])
    both = Account.objects.filter(pk__in=[ids["Ardent"], ids["Birch"]])
    both.update(tags=before)
    act(ana, name, [ids["Ardent"], ids["Birch"]], tag="x")
    Account.objects.filter(pk=ids["Birch"]).update(owner=team["cy"])
    said = toasts(ana.post(f"/deeds/{Deed.objects.get().pk}/undo/", follow=True))
    assert said == ["Undone for 1 account; 1 account has been changed since and stay so"]
    assert tags() == {"Ardent": before, "Birch": after}


def test_undo_takes_no_task_of_an_account_that_was_taken_from_her(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ana = client_of(team["ana"])
    act(ana, "task", [ids["Ardent"], ids["Birch"]], title="Call")
    Account.objects.filter(pk=ids["Birch"]).update(owner=team["cy"])
    ana.post(f"/deeds/{Deed.objects.get().pk}/undo/")
    assert Task.objects.standing().get().account_id == ids["Birch"]


def test_who_gives_accounts_to_nobody_any_more_takes_none_back(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ben = client_of(team["ben"])
    act(ben, "owner", [ids["Ardent"]], owner=team["ben"].pk)
    User.objects.filter(pk=team["ben"].pk).update(role="csm")
    assert ben.post(f"/deeds/{Deed.objects.get().pk}/undo/").status_code == 404
    assert owners()["Ardent"] == "Ben"


def test_an_undo_survives_a_referer_that_is_no_address(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ana = client_of(team["ana"])
    act(ana, "tag", [ids["Ardent"]], tag="a")
    undone = ana.post(f"/deeds/{Deed.objects.get().pk}/undo/", headers={"referer": "http://[x"})
    assert undone.headers["Location"] == "/"


def test_a_task_goes_to_nobody_who_cannot_log_in(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    User.objects.filter(pk=team["ana"].pk).update(is_active=False)
    act(client_of(team["ben"]), "task", [ids["Ardent"]], title="Call")
    assert Task.objects.get().assigned_to == team["ben"]


def test_a_deed_comes_back_to_the_view_that_it_was_done_in(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    ana = client_of(team["ana"])
    data = {"act": "tag", "tag": "a", "account": ids["Birch"]}
    query = "band=red&sort=-score&evil=https://example.com"
    answer = ana.post("/portfolio/act/", data | {"query": query})
    assert answer.headers["Location"] == "/?band=red&sort=-score"
    page = "http://testserver/?band=red"
    undone = ana.post(f"/deeds/{Deed.objects.get().pk}/undo/", headers={"referer": page})
    assert undone.headers["Location"] == "/?band=red"


def test_the_toast_has_a_button_that_undoes(team: dict[str, User], ids: dict[str, int]) -> None:
    ana = client_of(team["ana"])
    data = {"act": "tag", "tag": "a", "account": ids["Ardent"]}
    html = ana.post("/portfolio/act/", data, follow=True).content.decode()
    assert f'action="/deeds/{Deed.objects.get().pk}/undo/"' in html


def exported(answer: HttpResponse) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_the_selected_rows_are_exported_in_the_order_and_columns_of_the_page(
    team: dict[str, User], ids: dict[str, int]
) -> None:
    data = {"act": "export", "account": [ids["Ardent"], ids["Birch"], ids["Fjord"]]}
    answer = client_of(team["ben"]).post(
        "/portfolio/act/", data | {"query": "sort=-name&col=band&col=arr"}
    )
    rows = exported(answer)
    assert [row["name"] for row in rows] == ["Birch", "Ardent"]
    assert list(rows[0]) == ["external_id", "name", "arr", "currency", "day", "band"]
    everything = client_of(team["ben"]).post(
        "/portfolio/act/", {"act": "export", "all": "1", "query": "band=red&sort=name"}
    )
    assert [row["name"] for row in exported(everything)] == ["Birch", "Elm"]


def test_an_import_undoes_an_assignment_only_where_it_names_somebody_new(
    run: Run, team: dict[str, User], tmp_path: Path
) -> None:
    def imported(name: str, *, seats: int) -> str:
        row = f"A1,Acme,,,,,{seats},,,,,,{name}@example.com,,,,"
        Sender(tmp_path)("accounts", row)
        return owners()["Acme"]

    assert imported("ana", seats=20) == "Ana"
    acme = Account.objects.get()
    make_current(run, acme, "Acme")
    act(client_of(team["ada"]), "owner", [acme.pk], owner=team["ben"].pk)
    assert imported("ana", seats=21) == "Ben"
    assert imported("cy", seats=22) == "Cy"
