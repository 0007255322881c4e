"""Who asks: session, user and organisation, each read with a statement that stands ready."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.forms.models import model_to_dict
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Organisation, User
from accounts.models.lookup import row_of
from healthscore.sessions import SessionStore
from metrics.models import Scorecard
from tests.facts import make_account
from tests.views.nights import client_of, make_team

pytestmark = pytest.mark.django_db


def test_a_row_is_the_one_that_a_queryset_finds() -> None:
    ana = make_team()["ana"]
    account, organisation = make_account(owner=ana, tags=["a", "b"]), Organisation.current()
    for row in (ana, account, organisation):
        found = row_of(type(row), row.pk)
        known = type(row)._base_manager.get(pk=row.pk)
        assert found == known
        assert found is not None
        assert model_to_dict(found) == model_to_dict(known)
        assert not found.get_deferred_fields()
        assert not found._state.adding
    assert row_of(Account, account.pk + 1) is None


def test_a_column_that_is_not_read_as_it_is_stored_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Scorecard\.body is not read as it is stored"):
        row_of(Scorecard, 1)


def test_a_page_asks_three_times_who_asks(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ana = client_of(make_team()["ana"])
    Organisation.current()
    with django_assert_num_queries(4):  # session, user, organisation, failing sources
        assert ana.get("/help/").status_code == 200


def opens(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_a_session_ends_with_its_time_its_user_and_its_password() -> None:
    team = make_team()
    ana, ben, cy = (client_of(team[name]) for name in ("ana", "ben", "cy"))
    assert [opens(client) for client in (ana, ben, cy)] == [True] * 3
    User.objects.filter(pk=team["ana"].pk).update(is_active=False)
    team["ben"].set_password("another one of hers")
    team["ben"].save()
    assert [opens(client) for client in (ana, ben, cy)] == [False, False, True]
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    assert not opens(cy)
    assert not opens(Client(headers={"Cookie": "sessionid=unknown-to-all"}))


def test_a_cookie_that_can_be_no_key_is_nobodys() -> None:
    assert not opens(Client(headers={"Cookie": 'sessionid="unknown-to\\000-all"'}))


def test_what_a_session_keeps_comes_back() -> None:
    ana = client_of(make_team()["ana"])
    session = ana.session
    session["kept"] = {"a": 1}
    session.save()
    assert ana.session["kept"] == {"a": 1}


def test_a_session_of_the_usual_store_is_read_too() -> None:
    usual = db.SessionStore()
    usual["kept"] = 1
    usual.save()
    ours = SessionStore(usual.session_key)
    assert ours.load() == {"kept": 1}
    unknown = SessionStore("unknown-to-all")
    assert (unknown.load(), unknown.session_key) == ({}, None)
