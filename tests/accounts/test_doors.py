"""Coming in, jumping to an account, and pages for what is not there."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.cache import cache
from django.forms import model_to_dict
from django.http import Http404, HttpRequest
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.access import (
    account_or_404,
    sees_everything,
    user_of,
    users_who_see,
    visible_accounts,
    whose,
)
from accounts.models import Account, Organisation, User
from tests.facts import make_account, make_person
from tests.views.nights import client_of, make_team

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def request_of(user: User | AnonymousUser) -> HttpRequest:
    request = HttpRequest()
    request.user = user  # type: ignore[assignment]
    return request


def opens(user: User, account: Account) -> bool:
    """Whether the door opens, to the account as it is with its owner."""
    try:
        found = account_or_404(request_of(user), account.pk)
    except Http404:
        return False
    account.refresh_from_db()
    return model_to_dict(found) == model_to_dict(account) and found.owner == account.owner


def test_the_door_shows_each_her_own() -> None:
    team = make_team()
    hers, bens, others = (make_account(owner=team[n]) for n in ("ana", "ben", "ada"))
    unowned = make_account()
    seen = {name: set(visible_accounts(request_of(user))) for name, user in team.items()}
    assert seen == {
        "ana": {hers},
        "ben": {hers, bens},
        "cy": set(),
        "ada": {hers, bens, others, unowned},
    }
    opened = {
        name: {one for one in (hers, bens, others, unowned) if opens(user, one)}
        for name, user in team.items()
    }
    assert opened == seen
    assert not opens(team["ada"], Account(pk=10**30))
    assert [sees_everything(request_of(team[n])) for n in ("ana", "ada")] == [False, True]


def test_who_may_see_an_account_is_found_from_its_owner() -> None:
    team = make_team()
    hers, unowned = make_account(owner=team["ana"]), make_account()
    assert whose(hers) == {"owner": team["ana"].pk, "lead": team["ben"].pk}
    assert whose(unowned) == {"owner": None, "lead": None}
    assert list(users_who_see(hers)) == [team["ada"], team["ana"], team["ben"]]
    assert list(users_who_see(unowned)) == [team["ada"]]


def test_nobody_and_the_dismissed_see_nothing() -> None:
    team = make_team()
    make_account(owner=team["ana"])
    for user in (AnonymousUser(), User(role="admin", is_active=False)):
        with pytest.raises(Http404):
            user_of(request_of(user))


def jump(name: str, text: str) -> list[str]:
    """What the box offers."""
    client = client_of(User.objects.get(name=name))
    html = client.get("/jump/", {"q": text}, headers=HX).content.decode()
    return [" in ".join(re.findall(r"<bdi[^>]*>([^<]+)<", line)) for line in html.split("<a ")[1:]]


def test_the_jump_box_finds_her_accounts_by_name_and_those_that_begin_so_first() -> None:
    team = make_team()
    for name in ("Marsh Water", "Clearmarsh", "Marigold", "100% Wool"):
        make_account(name=name, owner=team["ana"])
    make_account(name="Marsh Foods", owner=team["ada"])
    assert jump("Ana", "MAR") == ["Marigold", "Marsh Water", "Clearmarsh"]
    assert jump("Ben", "marsh") == ["Marsh Water", "Clearmarsh"]
    assert jump("Ada", "marsh") == ["Marsh Foods", "Marsh Water", "Clearmarsh"]
    assert jump("Cy", "mar") == []
    assert jump("Ana", "0%") == ["100% Wool"]
    assert jump("Ana", "") == jump("Ana", "_") == jump("Ana", "a\x00b") == []


def test_the_jump_box_finds_people_of_her_accounts_by_name_and_e_mail() -> None:
    team = make_team()
    hers, others = make_account(name="Halden", owner=team["ana"]), make_account(owner=team["ada"])
    make_person(hers, name="Joana Reis", email="j.reis@halden.example")
    make_person(hers, name="Anabel Cruz")
    make_person(hers, name="Anabot", persona="service")
    make_person(others, name="Anatol Brand")
    assert jump("Ana", "ana") == ["Anabel Cruz in Halden", "Joana Reis in Halden"]
    assert jump("Ana", "REIS@") == ["Joana Reis in Halden"]
    assert jump("Ana", "jo") == []  # too short: half of all people
    assert jump("Cy", "ana") == []
    assert "Anatol Brand in" in jump("Ada", "anatol")[0]


def test_the_jump_box_finds_the_pages_that_she_may_open() -> None:
    make_team()
    assert jump("Ana", "score") == []
    assert jump("Ada", "score") == ["Scorecard"]
    assert jump("Ana", "runs and") == ["Runs and data"]


def test_the_jump_box_asks_little(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    team = make_team()
    for number in range(9):
        make_person(make_account(name=f"Marsh {number}", owner=team["ana"]), name="Marsha")
    ana = client_of(team["ana"])
    Organisation.current()
    with django_assert_max_num_queries(5):
        ana.get("/jump/", {"q": "marsh"}, headers=HX)


def test_the_jump_page_works_without_scripts_and_only_logged_in() -> None:
    team = make_team()
    account = make_account(name="<i>Marsh</i>", owner=team["ana"])
    html = client_of(team["ana"]).get("/jump/", {"q": "marsh"}).content.decode()
    assert f'href="{account.get_absolute_url()}"' in html
    assert "<i>Marsh" not in html
    assert client_of(None).get("/jump/", {"q": "marsh"}).status_code == 302


def make_demo(*, is_demo: bool = True) -> dict[str, User]:
    Organisation.current()
    Organisation.objects.update(is_demo=is_demo)
    return make_team()


def test_one_click_logs_in_to_the_demo(settings: Settings) -> None:
    settings.DEMO_LOG_IN = True
    team = make_demo()
    make_account(owner=team["ana"])
    client = client_of(None)
    html = client.get("/log-in/").content.decode()
    assert [text in html for text in ("owns 1 account", "manages the team", "sets up the")]
    answer = client.post("/log-in/demo/", {"user": "ana@example.com"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(team["ana"].pk)
    assert "Synthetic data" in client.get("/").content.decode()


def test_coming_in_and_going_out_need_no_message(settings: Settings) -> None:
    settings.DEMO_LOG_IN = True
    make_demo()
    client = client_of(None)
    inside = client.post("/log-in/demo/", {"user": "ana@example.com"}, follow=True)
    outside = client.post("/log-out/", follow=True)
    assert [list(page.context["messages"]) for page in (inside, outside)] == [[], []]
    assert inside.wsgi_request.user.is_authenticated
    assert not outside.wsgi_request.user.is_authenticated


@pytest.mark.parametrize(("allowed", "is_demo"), [(False, True), (True, False)])
def test_elsewhere_nobody_logs_in_by_one_click(
    settings: Settings, allowed: bool, is_demo: bool
) -> None:
    settings.DEMO_LOG_IN = allowed
    make_demo(is_demo=is_demo)
    client = client_of(None)
    assert "synthetic data" not in client.get("/log-in/").content.decode()
    assert client.post("/log-in/demo/", {"user": "ada@example.com"}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("email", ["cy@example.com", "root@example.com", ""])
def test_only_the_offered_users_log_in_by_one_click(settings: Settings, email: str) -> None:
    settings.DEMO_LOG_IN = True
    make_demo()
    assert client_of(None).post("/log-in/demo/", {"user": email}).status_code == 404


def test_a_forgotten_password_is_set_anew_once() -> None:
    ana = make_team()["ana"]
    client = client_of(None)
    answer = client.post("/password/", {"email": "ana@example.com"}, follow=True)
    assert "on its way" in answer.content.decode()
    (message,) = mail.outbox
    (link,) = re.findall(r"https?://[^/]+(/password/\S+)", message.body)
    form = client.get(link, follow=True)
    to = form.redirect_chain[-1][0]
    words = "a long and lucky sentence"
    done = client.post(to, {"password1": words, "password2": words}, follow=True)
    assert "Your password is set" in done.content.decode()
    ana.refresh_from_db()
    assert ana.check_password(words)
    again = client_of(None).get(link, follow=True)
    assert "This link is used or too old" in again.content.decode()


def test_a_stranger_learns_nothing_from_a_forgotten_password() -> None:
    make_team()
    known, unknown = (
        client_of(None).post("/password/", {"email": email}, follow=True).content.decode()
        for email in ("ana@example.com", "nobody@example.com")
    )
    assert known == unknown
    assert [message.to for message in mail.outbox] == [["ana@example.com"]]


def test_what_is_not_there_says_so_in_our_words() -> None:
    team = make_team()
    for client in (client_of(None), client_of(team["ana"])):
        answer = client.get("/no-such-page")
        assert answer.status_code == 404
        assert "There is nothing here" in answer.content.decode()


def test_a_page_that_fails_needs_nothing_to_say_so() -> None:
    from django.test import RequestFactory
    from django.views.defaults import server_error

    answer = server_error(RequestFactory().get("/"))
    assert "This page failed" in answer.content.decode()


def test_an_account_of_somebody_else_does_not_exist() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    assert Account.objects.count() == 1
    answers = [
        client_of(team[name]).get(account.get_absolute_url()).status_code for name in ("ana", "cy")
    ]
    assert answers == [200, 404]
