"""Keys: who may send, and the page on which admins make them."""

from __future__ import annotations

import base64
import datetime as dt
import re

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import User
from metrics.models import Reject, UsageEvent, WriteKey
from metrics.models.keys import TOKEN, checksum
from tests.api.calling import Caller, make_key, track
from tests.ingest.sending import NOW, table
from tests.views.nights import client_of, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Client:
    return client_of(make_team()["ada"])


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def test_a_key_is_the_user_name_with_or_without_colon_or_stands_in_the_body(call: Caller) -> None:
    token, call.token = call.token, ""
    headers = [{"HTTP_AUTHORIZATION": basic(f"{token}:")}, {"HTTP_AUTHORIZATION": basic(token)}]
    headers.append({"HTTP_AUTHORIZATION": basic(f"{token}:password").replace("Basic", "basic")})
    for header in headers:
        assert call.post("track", track(), **header).status_code == 200
    assert call.post("track", track(writeKey=token)).status_code == 200
    assert call.post("batch", {"batch": [track()], "writeKey": token}).status_code == 200
    assert UsageEvent.objects.count() == 5


def test_without_a_key_in_force_nothing_is_taken(call: Caller) -> None:
    token, call.token = call.token, ""
    revoked, gone = make_key()
    revoked.revoke()
    ended, old = make_key(expires_on=dt.date(2026, 11, 21))
    assert ended.is_expired
    swapped = token[:-1] + ("a" if token[-1] != "a" else "b")
    forged = f"hs_live_{token[8:16]}_{'x' * 32}"
    wrong = ["", "x", ":", gone, old, swapped, forged + checksum(forged), token.upper()]
    for text in wrong:
        answer = call.post("track", track(), HTTP_AUTHORIZATION=basic(text))
        assert (text, answer.status_code) == (text, 401)
        assert answer["WWW-Authenticate"].startswith("Basic")
    for header in (f"Bearer {token}", "Basic", "Basic !!!", "Basic w7w=", "\udc80"):
        assert call.post("track", track(), HTTP_AUTHORIZATION=header).status_code == 401
    for said in (None, 7, {}, gone):
        assert call.post("track", track(writeKey=said)).status_code == 401
    assert not UsageEvent.objects.exists()


def test_a_key_in_the_address_is_refused_and_revoked(call: Caller) -> None:
    answer = call.client.post(
        f"/v1/track?writeKey={call.token}", b"{}", content_type="application/json"
    )
    assert answer.status_code == 401
    assert call.post("track", track()).status_code == 401
    ((revoked, why),) = table(WriteKey, "revoked_at", "revoked_why")
    assert (revoked, why) == (NOW, "It was sent in an address, where logs and proxies keep it.")
    other = Caller(make_key("Other")[1])
    assert other.post("track?writeKey=x", {}).status_code == 401
    assert other.post("track", track()).status_code == 200
    assert other.client.get("/v1/track").status_code == 405


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("old", "new"), [("_", "_"), ("_", "%5F"), ("h", "%68")])
def test_it_is_revoked_however_it_stands_in_the_address(
    call: Caller, method: str, old: str, new: str
) -> None:
    address = f"/v1/track?any={call.token.replace(old, new)}"
    said = [getattr(call.client, method)(address) for _ in range(2)]
    assert [answer.status_code for answer in said] == [401, 401]
    assert ["revoked" in answer.json()["error"] for answer in said] == [True, False]
    assert WriteKey.objects.get().revoked_at == NOW


def test_a_key_is_stored_as_a_hash_alone() -> None:
    key, token = make_key()
    parts = TOKEN.fullmatch(token)
    assert parts is not None
    assert (len(token), parts[1], checksum(token[:-6])) == (55, key.prefix, parts[3])
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k)::text FROM metrics_writekey k")
        stored = cursor.fetchone()[0]
    assert parts[2] not in stored
    assert make_key()[1] != token


def test_a_refused_call_is_kept_without_the_key_that_it_brought(call: Caller) -> None:
    token, call.token = call.token, ""
    bad = {"writeKey": token, "properties": {"a": "x" * 1_900, "again": token}} | track(event=[])
    assert call.post("track", bad).json()["quarantined"] == 1
    ((raw,),) = table(Reject, "raw")
    assert '{"writeKey": "hs_live_…"' in raw["reject_text"]
    assert token[:12] not in raw["reject_text"]


def test_what_is_stored_is_a_success_though_the_use_cannot_be_noted(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(key: WriteKey) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(WriteKey, "used", fail)
    assert call.post("track", track()).status_code == 200
    assert UsageEvent.objects.count() == 1


def test_its_last_use_is_noted_once_a_minute(call: Caller, clock: time_machine.Coordinates) -> None:
    seen = []
    for seconds in (0, 30, 31):
        clock.shift(dt.timedelta(seconds=seconds))
        call.batch(track())
        seen.append(WriteKey.objects.get().last_used_at)
    assert seen == [NOW, NOW, NOW + dt.timedelta(seconds=61)]


def test_over_plain_http_nothing_is_taken_where_https_is_demanded(
    call: Caller, settings: pytest.FixtureRequest
) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    assert call.post("track", track()).status_code == 403
    assert call.post("track", track(), **{"wsgi.url_scheme": "https"}).status_code == 200


def test_the_page_begins_empty_with_an_example(ada: Client) -> None:
    body = ada.get("/keys/").content.decode()
    assert "No system sends data yet" in body
    assert "curl http://testserver/v1/track -u hs_live_…: " in body


def test_a_new_key_is_shown_once_and_works(ada: Client) -> None:
    answer = ada.post("/keys/", {"name": "Web app", "expires_on": "2026-12-01"})
    (token,) = {found[0] for found in TOKEN.finditer(answer.content.decode())}
    assert "no-store" in answer["Cache-Control"]
    key = WriteKey.objects.find(token)
    assert key is not None
    assert (key.name, key.expires_on, key.created_by) == (
        "Web app",
        dt.date(2026, 12, 1),
        User.objects.get(role="admin"),
    )
    again = ada.get("/keys/").content.decode()
    assert not TOKEN.search(again)
    assert f"hs_live_{key.prefix}" in again
    assert "In force until 1 Dec 2026" in again


@pytest.mark.parametrize(
    "said", [{}, {"name": " "}, {"name": "x\0"}, {"name": "x", "expires_on": "2026-11-21"}]
)
def test_a_key_needs_a_name_and_a_day_to_come(ada: Client, said: dict[str, str]) -> None:
    assert ada.post("/keys/", said).status_code == 422
    assert not WriteKey.objects.exists()


def test_a_revoked_key_says_who_revoked_it(ada: Client) -> None:
    key, token = make_key()
    ada.post(f"/keys/{key.pk}/revoke/")
    assert WriteKey.objects.find(token) is None
    body = re.sub(r"<[^>]+>", "", ada.get("/keys/").content.decode())
    assert "Revoked 22 Nov 2026, Ada" in body
