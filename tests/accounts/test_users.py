"""Users: invited, given roles, closed and reopened by admins, never without a last admin."""

from __future__ import annotations

import re
import threading

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.forms import TAKEN, InviteForm
from accounts.models import Account, Role, User
from accounts.models.users import LastAdmin, NoLongerAdmin
from tests.accounts.sending import sent_by
from tests.facts import make_account
from tests.views.nights import client_of, make_team, make_user

pytestmark = pytest.mark.django_db
WORDS = "a long and lucky sentence"


def html_of(client: Client, path: str = "/users/") -> str:
    return client.get(path).content.decode()


def roles() -> dict[str, str]:
    return dict(User.objects.filter(is_active=True).values_list("name", "role"))


def set_password(link: str) -> None:
    client = client_of(None)
    (path,) = re.findall(r"https?://[^/]+(/password/\S+)", link)
    to = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(to, {"password1": WORDS, "password2": WORDS})


def test_users_are_for_admins_only() -> None:
    team = make_team()
    for path in ("/users/", f"/users/{team['ana'].pk}/", "/settings/"):
        found = [client_of(team[name]).get(path).status_code for name in ("ana", "ben", "ada")]
        assert found == [404, 404, 200]


def test_the_list_shows_role_manager_accounts_and_state() -> None:
    team = make_team()
    make_account(owner=team["ana"])
    make_user("Zoe", is_active=False)
    User.objects.filter(name="Cy").update(password="!")
    html = html_of(client_of(team["ada"]))
    rows = [
        [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)[1:]
    ]
    assert [[row[0].split("@")[0], *row[1:4], row[5]] for row in rows] == [
        ["Adaada", "Admin", "–", "0", "Invited"],
        ["Anaana", "CSM", "Ben", "1", "Invited"],
        ["Benben", "Manager", "–", "0", "Invited"],
        ["Cycy", "CSM", "–", "0", "Invited"],
        ["Zoezoe", "CSM", "–", "0", "Closed"],
    ]


def test_an_invited_user_gets_the_accounts_that_wait_for_her_and_sets_her_password() -> None:
    team = make_team()
    waiting = make_account(owner_email="tom@example.com")
    taken = make_account(owner_email="tom@example.com", owner=team["ana"])
    ada = client_of(team["ada"])
    asked = {"email": "Tom@Example.com", "name": "Tom", "role": "csm", "manager": team["ben"].pk}
    assert ada.post("/users/", asked).status_code == 302
    tom = User.objects.get(email="tom@example.com")
    assert (tom.name, tom.role, tom.manager) == ("Tom", Role.CSM, team["ben"])
    assert not tom.has_usable_password()
    assert set(tom.book.all()) == {waiting}
    assert taken.owner == team["ana"]


def test_without_a_mail_server_the_link_is_shown_once(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    ada = client_of(make_team()["ada"])
    ada.post("/users/", {"email": "tom@example.com", "name": "Tom", "role": "csm"})
    (link,) = re.findall(r'value="(http[^"]+)"', html_of(ada))
    assert "/password/" not in html_of(ada)
    set_password(link)
    assert User.objects.get(name="Tom").check_password(WORDS)


def test_while_the_mail_server_is_down_the_link_is_shown(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    ada = client_of(make_team()["ada"])
    asked = {"email": "tom@example.com", "name": "Tom", "role": "csm"}
    page = ada.post("/users/", asked, follow=True).content.decode()
    assert "Tom is invited<" in page
    assert 'value="http' in page


def test_with_a_mail_server_the_link_is_mailed_and_shown_to_nobody() -> None:
    ada = client_of(make_team()["ada"])
    ada.post("/users/", {"email": "tom@example.com", "name": "Tom", "role": "csm"})
    assert 'value="http' not in html_of(ada)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["tom@example.com"], "You are invited to Healthscore")
    assert "Ada invites you" in message.body
    set_password(message.body)
    assert User.objects.get(name="Tom").check_password(WORDS)


def test_a_new_link_is_sent_to_who_lost_hers() -> None:
    team = make_team()
    ada = client_of(team["ada"])
    ada.post(f"/users/{team['cy'].pk}/link/")
    assert [message.to for message in mail.outbox] == [["cy@example.com"]]
    team["cy"].close(by=team["ada"])
    assert ada.post(f"/users/{team['cy'].pk}/link/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"email": "ANA@example.com", "role": "csm"}, "There is a user with this e-mail already."),
        ({"email": "tom", "role": "csm"}, "Enter a valid email address."),
        ({"email": "tom@example.com", "role": "boss"}, "Select a valid choice."),
        ({"email": "tom@example.com", "role": "csm", "manager": "cy"}, "Select a valid choice."),
    ],
)
def test_a_wrong_invitation_is_explained(asked: dict[str, str], problem: str) -> None:
    team = make_team()
    if asked.get("manager"):
        asked = asked | {"manager": str(team[asked["manager"]].pk)}
    answer = client_of(team["ada"]).post("/users/", asked)
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert User.objects.count() == 4


def test_an_admin_changes_role_and_manager() -> None:
    team = make_team()
    ada, cy = client_of(team["ada"]), team["cy"]
    asked = {"name": "Cy Marlow", "role": "manager", "manager": team["ben"].pk}
    assert ada.post(f"/users/{cy.pk}/", asked).status_code == 302
    cy.refresh_from_db()
    assert (cy.name, cy.role, cy.manager) == ("Cy Marlow", Role.MANAGER, team["ben"])
    again = ada.post(f"/users/{cy.pk}/", asked | {"manager": cy.pk})
    assert (again.status_code, "Select a valid choice" in again.content.decode()) == (422, True)


def test_of_two_admins_with_the_same_page_none_takes_back_what_the_other_said() -> None:
    team = make_team()
    ada, path = client_of(team["ada"]), f"/users/{team['cy'].pk}/"
    shown = sent_by(ada, path)
    User.objects.filter(pk=team["cy"].pk).update(role="manager", manager=team["ben"])
    answer = ada.post(path, shown | {"name": "Cy Marlow"}, follow=True)
    cy = User.objects.get(pk=team["cy"].pk)
    assert (cy.name, cy.role, cy.manager) == ("Cy Marlow", Role.MANAGER, team["ben"])
    assert "Cy Marlow is saved as Manager" in answer.content.decode()
    # and what was there can still be taken away
    ada.post(path, sent_by(ada, path) | {"manager": ""})
    assert User.objects.get(pk=cy.pk).manager is None


def test_the_last_admin_stays_one() -> None:
    team = make_team()
    ada = client_of(team["ada"])
    answer = ada.post(f"/users/{team['ada'].pk}/", {"name": "Ada", "role": "csm"})
    assert answer.status_code == 422
    assert "the last active admin" in answer.content.decode()
    ada.post(f"/users/{team['ada'].pk}/close/")
    assert "the last active admin" in html_of(ada)
    make_user("Eve", Role.ADMIN, is_active=False)  # who cannot log in does not count
    with pytest.raises(LastAdmin):
        team["ada"].close(by=team["ada"])
    assert roles()["Ada"] == Role.ADMIN


def test_an_admin_of_two_may_step_down_and_sees_no_users_any_more() -> None:
    team = make_team()
    make_user("Eve", Role.ADMIN)
    ada = client_of(team["ada"])
    answer = ada.post(f"/users/{team['ada'].pk}/", {"name": "Ada", "role": "csm"})
    assert answer.headers["Location"] == "/"
    assert ada.get("/users/").status_code == 404
    ada_now = User.objects.get(name="Ada")
    with pytest.raises(NoLongerAdmin):
        team["cy"].close(by=ada_now)


def test_what_a_former_admin_still_had_open_changes_nothing() -> None:
    team = make_team()
    with pytest.raises(NoLongerAdmin):
        team["cy"].change(by=team["ben"], name="Cy", role=Role.ADMIN, manager=None)
    assert roles()["Cy"] == Role.CSM


def test_a_closed_user_is_out_at_once_and_comes_back_by_undo() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    ada, ana = client_of(team["ada"]), client_of(team["ana"])
    assert ana.get(account.get_absolute_url()).status_code == 200
    ada.post(f"/users/{team['ana'].pk}/close/")
    assert ana.get(account.get_absolute_url()).status_code == 302
    (undo,) = re.findall(r'class="hs-toast".*?action="([^"]+)"', html_of(ada), re.S)
    assert undo == f"/users/{team['ana'].pk}/reopen/"
    ada.post(undo)
    assert roles()["Ana"] == Role.CSM
    assert Account.objects.get().owner == team["ana"]


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_demote_each_other_at_once_one_wins() -> None:
    for number in range(5):
        User.objects.update(role=Role.CSM)
        pair = [make_user(f"{name}{number}", Role.ADMIN) for name in ("Ada", "Eve")]
        refused = demote_each_other(*pair)
        assert list(User.objects.filter(role=Role.ADMIN).values_list("name", flat=True)) == refused


def demote_each_other(one: User, other: User) -> list[str]:
    """At once, in two threads; who was refused although she is the one who stays."""
    start, refused = threading.Barrier(2), []

    def demote(whom: User, by: User) -> None:
        try:
            start.wait()
            whom.change(by=by, name=whom.name, role=Role.CSM, manager=None)
        except NoLongerAdmin:
            refused.append(whom.name)
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_invite_the_same_person_at_once_one_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    team, start = make_team(), threading.Barrier(2)
    admins, found, save = (team["ada"], make_user("Abe", Role.ADMIN)), [], InviteForm.save

    def together(form: InviteForm, commit: bool = True) -> User:
        start.wait(timeout=10)  # both have seen by now that the e-mail is free
        return save(form, commit)

    def ask(client: Client) -> None:
        answer = client.post("/users/", {"email": "Zoe@example.com", "name": "Z", "role": "csm"})
        found.append((answer.status_code, TAKEN in answer.content.decode()))
        connection.close()

    monkeypatch.setattr(InviteForm, "save", together)
    threads = [threading.Thread(target=ask, args=(client_of(by),)) for by in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(302, False), (422, True)]
    assert User.objects.filter(email="zoe@example.com").count() == 1


def test_the_list_goes_out_as_a_file_without_formulas() -> None:
    team = make_team()
    make_account(owner=team["ana"])
    User.objects.filter(name="Cy").update(name="=cmd()")
    ada = client_of(team["ada"])
    lines = ada.get("/users.csv").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "email,name,role,manager_email,accounts,last_login,is_active"
    assert "ana@example.com,Ana,csm,ben@example.com,1,,True" in lines
    assert "cy@example.com,'=cmd(),csm,,0,,True" in lines


def test_the_number_of_queries_does_not_grow_with_the_users(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    team = make_team()
    for number in range(30):
        make_account(owner=make_user(f"U{number}", manager=team["ben"]))
    ada = client_of(team["ada"])
    with django_assert_max_num_queries(9):
        assert ada.get("/users/").status_code == 200
