"""One's own profile, the settings of the organisation, and the owner of an account."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.forms import ProfileForm
from accounts.models import Organisation, User
from tests.accounts.sending import sent_by
from tests.facts import make_account
from tests.views.nights import client_of, make_team, make_user

pytestmark = pytest.mark.django_db
OLD, NEW = "correct horse battery", "a long and lucky sentence"
SAID = {
    "name": "Northwind", "timezone": "Europe/Berlin", "run_at": "04:30", "cadence": "weekly",
    "value_days": "30", "answer_hours": "8", "chat_minutes": "10", "call_seconds": "45",
    "depth_reference": "0.7",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def test_she_changes_her_name_and_switches_shortcuts_off() -> None:
    ana = make_team()["ana"]
    client = client_of(ana)
    assert 'data-shortcuts="on"' in client.get("/profile/").content.decode()
    client.post("/profile/", {"name": "Ana Duarte"})
    ana.refresh_from_db()
    assert (ana.name, ana.shortcuts) == ("Ana Duarte", False)
    assert 'data-shortcuts="off"' in client.get("/profile/").content.decode()
    client.post("/profile/", {"name": "Ana", "shortcuts": "on", "role": "admin"})
    ana.refresh_from_db()
    assert (ana.shortcuts, ana.role) == (True, "csm")


def test_a_name_that_cannot_be_stored_is_explained() -> None:
    answer = client_of(make_team()["ana"]).post("/profile/", {"name": "x" * 201})
    assert answer.status_code == 422
    assert "at most 200 characters" in answer.content.decode()


def test_a_new_password_needs_the_old_one_and_ends_every_session() -> None:
    ana = make_team()["ana"]
    ana.set_password(OLD)
    ana.save()
    here, elsewhere = client_of(ana), client_of(ana)
    wrong = {"oldpassword": "guess", "password1": NEW, "password2": NEW}
    assert "current password" in here.post("/profile/password/", wrong).content.decode()
    answer = here.post("/profile/password/", wrong | {"oldpassword": OLD})
    assert answer.headers["Location"] == "/log-in/"
    assert elsewhere.get("/profile/").status_code == 302
    assert User.objects.get(pk=ana.pk).check_password(NEW)


def test_settings_are_stored_as_they_are_said() -> None:
    ada = client_of(make_team()["ada"])
    assert ada.post("/settings/", SAID).status_code == 302
    found = Organisation.current()
    assert {name: str(getattr(found, name)) for name in SAID} == SAID | {
        "run_at": "04:30:00", "value_days": "30.0", "answer_hours": "8.0",
        "chat_minutes": "10.0", "call_seconds": "45.0",
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["europe/berlin", " Europe/Berlin ", "EUROPE/BERLIN"])
def test_a_zone_may_be_typed_in_any_case(typed: str) -> None:
    client_of(make_team()["ada"]).post("/settings/", SAID | {"timezone": typed})
    assert Organisation.current().timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"timezone": "Europe/Berlinn"}, "&#x27;Europe/Berlinn&#x27; is not a known time zone"),
        ({"timezone": "../../etc/passwd"}, "is not a known time zone"),
        ({"run_at": "25:00"}, "Enter a valid time."),
        ({"cadence": "hourly"}, "is not one of the available choices"),
        ({"name": " "}, "This field is required."),
        ({"value_days": "0"}, "must be above 0 and at most 100,000"),
        ({"value_days": "nan"}, "Enter a number."),
        ({"call_seconds": "1e9"}, "must be above 0 and at most 100,000"),
    ],
)
def test_wrong_settings_are_explained_and_nothing_is_stored(
    wrong: dict[str, str], problem: str
) -> None:
    before = Organisation.current()
    answer = client_of(make_team()["ada"]).post("/settings/", SAID | wrong)
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert vars(Organisation.current()) | {"_state": 0} == vars(before) | {"_state": 0}


def test_two_admins_who_change_different_settings_keep_both() -> None:
    ada = client_of(make_team()["ada"])
    ada.post("/settings/", SAID)
    shown = sent_by(ada, "/settings/")
    Organisation.objects.update(name="Southwind", value_days=20)  # meanwhile, by somebody else
    assert ada.post("/settings/", shown | {"run_at": "05:00"}).status_code == 302
    found = Organisation.current()
    assert (found.name, found.value_days, str(found.run_at)) == ("Southwind", 20, "05:00:00")
    assert {name: str(getattr(found, name)) for name in ("timezone", "cadence")} == {
        "timezone": "Europe/Berlin", "cadence": "weekly",
    }  # fmt: skip


def test_a_profile_takes_back_nothing_that_an_admin_did_at_the_same_moment() -> None:
    ana = make_team()["ana"]
    form = ProfileForm({"name": "Ana Duarte"}, instance=User.objects.get(pk=ana.pk))
    assert form.is_valid()
    User.objects.filter(pk=ana.pk).update(role="manager", is_active=False)
    form.save()
    ana.refresh_from_db()
    assert (ana.name, ana.role, ana.is_active) == ("Ana Duarte", "manager", False)


def test_a_manager_gives_accounts_within_her_team_and_takes_it_back() -> None:
    team = make_team()
    tom, eva = make_user("Tom", manager=team["ben"]), make_user("Eva")
    account = make_account(name="Halden Freight", owner=team["ana"])
    ben, path = client_of(team["ben"]), f"/accounts/{account.pk}/owner/"
    page = ben.get(path).content.decode()
    offered = re.findall(r"<option[^>]*>([^<]+)</option>", page)
    assert offered == ["Ana", "Ben", "Tom"]
    assert ben.post(path, {"owner": eva.pk}).status_code == 422
    assert ben.post(path, {"owner": ""}).status_code == 422
    assert ben.post(path, {"owner": tom.pk}).headers["Location"] == account.get_absolute_url()
    account.refresh_from_db()
    assert account.owner == tom
    ben.post(undo_of(ben))
    account.refresh_from_db()
    assert account.owner == team["ana"]


def test_the_way_back_takes_nothing_from_whom_somebody_else_gave_the_account() -> None:
    team = make_team()
    account = make_account(name="Halden Freight", owner=team["ana"])
    ben, path = client_of(team["ben"]), f"/accounts/{account.pk}/owner/"
    ben.post(path, {"owner": team["ben"].pk})
    undo = undo_of(ben)
    client_of(team["ada"]).post(path, {"owner": team["ana"].pk})
    client_of(team["ada"]).post(path, {"owner": team["ben"].pk})
    ben.post(path, {"owner": team["ana"].pk})
    said = ben.post(undo, follow=True).content.decode()
    assert "Halden Freight has been given to somebody else since, so nothing was undone" in said
    account.refresh_from_db()
    assert account.owner == team["ana"]


def undo_of(client: Client) -> str:
    """The address to which the toast of the next page posts."""
    found = re.findall(
        r'action="(/accounts/\d+/owner/\?owner=[^"]+)"', client.get("/").content.decode()
    )
    return unescape(found[-1])


def test_an_admin_gives_any_account_to_anybody_or_to_nobody() -> None:
    team = make_team()
    account = make_account()
    ada, path = client_of(team["ada"]), f"/accounts/{account.pk}/owner/"
    ada.post(path, {"owner": team["cy"].pk})
    account.refresh_from_db()
    assert account.owner == team["cy"]
    ada.post(path, {"owner": ""})
    account.refresh_from_db()
    assert account.owner is None


def test_a_csm_assigns_nobody_and_others_accounts_do_not_exist() -> None:
    team = make_team()
    hers, others = make_account(owner=team["ana"]), make_account(owner=team["ada"])
    for name, account in (("ana", hers), ("cy", hers), ("ben", others)):
        client = client_of(team[name])
        path = f"/accounts/{account.pk}/owner/"
        found = [client.get(path).status_code, client.post(path, {"owner": ""}).status_code]
        assert found == [404, 404]
