"""Webhooks: what becomes of a delivery, and that once is once."""

from __future__ import annotations

import gzip
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from metrics.api.hooks import rules_now
from metrics.ingest import deliveries
from metrics.ingest.deliveries import Sent
from metrics.ingest.push import Counts, take_in
from metrics.ingest.tables import fetch
from metrics.ingest.undo import undo_batch
from metrics.models import Batch, Hook, HookDelivery, HookSecret, Reject, Ticket
from metrics.models.hooks import TooManySecrets
from metrics.sources.catalogue import BY_NAME
from metrics.sources.hooked import read_hook_mapping
from metrics.sources.presets import BY_KEY
from metrics.sources.segment import Shaped
from tests.api.delivering import (
    BODY,
    SECRET,
    TICKETS,
    deliver,
    make_hook,
    send,
    ticket,
)
from tests.ingest.sending import Sender, table

pytestmark = pytest.mark.django_db


def ada() -> User:
    return User.objects.get(email="ada@keys.example")


def test_an_address_that_is_unknown_or_revoked_does_not_exist(acme: Sender) -> None:
    hook, ada = make_hook(), User.objects.get(email="ada@keys.example")
    assert hook.revoke(by=ada)
    assert not hook.revoke(by=ada)
    answers = [send(hook, ticket()), send(Hook(address=uuid.uuid4()), ticket())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert not hook.live()


def test_a_sender_may_ask_whether_there_is_anybody_before_it_accepts_an_address() -> None:
    live, ended, bare = make_hook(), make_hook(), make_hook(scheme="address")
    ended.revoke(by=ada())
    paths = [live.address, ended.address, uuid.uuid4(), f"{live.address}/x", f"{bare.address}/x"]
    codes = [Client().head(f"/hooks/{path}").status_code for path in paths]
    assert codes == [200, 404, 404, 404, 200]
    assert Client().get(f"/hooks/{live.address}").status_code == 405


def test_secrets_are_stored_encrypted_alone(settings: Settings) -> None:
    hook = make_hook()
    with connection.cursor() as cursor:
        cursor.execute("SELECT jsonb_agg(to_jsonb(s))::text FROM metrics_hooksecret s")
        assert SECRET not in cursor.fetchone()[0]
    (secret,) = hook.live()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert secret.text() == SECRET
    settings.SECRET_KEY_FALLBACKS = []
    assert secret.text() == ""
    assert send(hook, ticket()).status_code == 401


def test_neither_secret_nor_body_is_in_the_logs(
    acme: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    hook = make_hook()
    send(hook, ticket(topic="a word of its own"))
    deliver(hook, BODY, x_signature=SECRET)
    assert "not signed" in caplog.text
    assert SECRET not in caplog.text
    assert "a word of its own" not in caplog.text


def test_the_same_delivery_again_is_answered_the_same(acme: Sender) -> None:
    hook = make_hook()
    first = send(hook, ticket(), x_delivery="d1")
    again = send(hook, ticket(), x_delivery="d1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert b'"accepted": 1' in again.content
    assert send(hook, ticket(2), x_delivery="d1").status_code == 409
    assert send(hook, ticket(), x_delivery="x" * 201).status_code == 400
    other = send(make_hook(name="Other"), ticket(), x_delivery="d1")
    assert b'"duplicate": 1' in other.content
    assert Ticket.objects.count() == 1
    assert table(Batch, "received", "accepted", "duplicate", source="tickets") == [
        (1, 0, 1),
        (1, 1, 0),
    ]


def test_without_an_id_the_rows_know_their_own(acme: Sender) -> None:
    hook = make_hook(delivery_header="")
    said = [json.loads(send(hook, ticket()).content)["duplicate"] for _ in range(2)]
    assert said == [0, 1]
    assert not HookDelivery.objects.exists()


def test_what_was_undone_is_taken_in_when_it_is_delivered_again(acme: Sender) -> None:
    hook = make_hook()
    send(hook, ticket(), x_delivery="d1")
    batch = Batch.objects.get(hook=hook)
    undo_batch(batch.pk)
    assert not Ticket.objects.exists()
    assert b'"accepted": 1' in send(hook, ticket(), x_delivery="d1").content
    assert Ticket.objects.count() == 1


def test_what_does_not_fit_is_a_reject_and_no_reason_to_send_it_again(acme: Sender) -> None:
    hook = make_hook()
    bodies: list[tuple[Any, str, str]] = [
        ({}, "missing_value", "external_id"),
        ([], "missing_value", "external_id"),
        (7, "missing_value", "external_id"),
        (None, "missing_value", "external_id"),
        (ticket(id="x" * 201), "too_long", "external_id"),
        (ticket(id={"a": 1}), "bad_json", "id"),
        (ticket(id="\0"), "nul_character", "id"),
        (ticket(id="\ud800"), "bad_unicode", "id"),
        (ticket(at="infinity"), "bad_moment", "opened_at"),
        (ticket(at="9999-12-31T23:59:59-12:00"), "out_of_range", "opened_at"),
        (ticket(at="2027-01-01T00:00:00Z"), "future_timestamp", "opened_at"),
        (ticket(company="A9"), "unknown_account", "account_external_id"),
        (ticket(who={"email": "no address"}), "bad_email", "person_email"),
    ]
    for body, code, column in bodies:
        answer = send(hook, body)
        assert (code, answer.status_code) == (code, 200)
        counts = json.loads(answer.content)
        assert (counts["received"], counts["quarantined"]) == (1, 1)
        reject = Reject.objects.order_by("-pk")[0]
        assert (reject.line, reject.code, reject.column) == (1, code, column)
    send_body = b"[" * 40 + b"]" * 40
    assert send(hook, send_body).status_code == 200
    assert Reject.objects.order_by("-pk")[0].code == "too_deep"
    ((received, quarantined),) = table(Batch, "received", "quarantined", hook=hook)
    assert received == quarantined == len(bodies) + 1


def test_a_row_that_waits_is_taken_in_when_its_account_appears(acme: Sender) -> None:
    assert b'"quarantined": 1' in send(make_hook(), ticket(company="A9")).content
    acme("accounts", "A9,Nine")
    assert table(Ticket, "external_id", "account__external_id") == [("T1", "A9")]


def test_what_is_no_json_or_too_much_is_refused_as_a_whole(acme: Sender) -> None:
    hook = make_hook(mapping="rows = @\n" + make_rows())
    bodies = [
        (b"{", 400),
        (b'{"a": NaN}', 400),
        (b'{"a": 1, "a": 1}', 400),
        (b"\xff", 400),
        (b"9" * 5_000, 400),
        (b"[" * 100_000, 400),
        (json.dumps([ticket(n) for n in range(1_001)]).encode(), 413),
        (b" " * (1 << 20) + b"1", 413),
    ]
    assert [send(hook, body).status_code for body, _ in bodies] == [code for _, code in bodies]
    packed = gzip.compress(BODY)
    assert deliver(hook, packed, content_encoding="br").status_code == 415
    answer: Any = Client().generic("POST", f"/hooks/{hook.address}")
    assert answer.status_code == 411
    assert not Ticket.objects.exists()


def make_rows() -> str:
    return "external_id = row.id\nopened_at = row.at\naccount_external_id = row.company\n"


def test_one_bad_row_of_several_is_refused_alone(acme: Sender) -> None:
    hook = make_hook(mapping="rows = tickets\nonly = row.id\n" + make_rows())
    body = {"tickets": [ticket(1), ticket(2, at="x"), {}, ticket(4)]}
    assert json.loads(send(hook, body).content) == {
        "success": True, "received": 3, "accepted": 2, "duplicate": 0, "quarantined": 1,
    }  # fmt: skip
    assert table(Reject, "line", "code") == [(2, "bad_moment")]


def test_too_fast_is_429_and_plain_http_403(acme: Sender, settings: Settings) -> None:
    hook = make_hook()
    settings.SECURE_SSL_REDIRECT = True
    assert send(hook, ticket()).status_code == 403
    settings.SECURE_SSL_REDIRECT = False
    settings.HTTP_REQUESTS_PER_MINUTE = 1
    answers = [send(hook, ticket()) for _ in range(3)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert int(answers[-1]["Retry-After"]) >= 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_with_one_id_are_stored_once(acme: Sender) -> None:
    hook = make_hook()

    sent = Sent(hook=hook.pk, id="d1", digest="x" * 64)
    mapping = read_hook_mapping(hook.mapping, source=BY_NAME["tickets"])
    found = mapping.shape(ticket(), rules=rules_now())

    def one(_: int) -> Counts:
        # past the door, which lets one after another in: as web processes beside one another
        try:
            said = take_in(Shaped(rows={"tickets": found.rows}), key=hook, once=sent)
            return replace(said, is_again=False)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(one, range(10)))
    assert answers == {Counts(received=1, accepted=1, duplicate=0, quarantined=0)}
    assert table(Ticket, "external_id") == [("T1",)]
    assert table(Batch, "received", hook=hook) == [(1,)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "at"]), inner),
        ).map(lambda value: json.dumps(value).encode()),
    ),
    knows=st.booleans(),
)
def test_no_bytes_make_it_fall_over(acme: Sender, data: bytes, knows: bool) -> None:
    hook = Hook.objects.first() or make_hook()
    answer = send(hook, data) if knows else deliver(hook, data)
    assert answer.status_code in ({200, 400, 411} if knows else {401, 411})
    for batch in Batch.objects.filter(hook=hook):
        assert batch.received == batch.accepted + batch.duplicate + batch.quarantined


def test_what_comes_again_before_it_is_undone_is_not_a_duplicate_of_what_goes(acme: Sender) -> None:
    hook = make_hook()
    first = send(hook, ticket(), x_delivery="d1").content
    batch = Batch.objects.get(hook=hook)
    # an admin has asked; a night is open, or the worker is busy
    Batch.objects.filter(pk=batch.pk).update(undo_asked_at=timezone.now())
    assert send(hook, ticket(), x_delivery="d1").content == first
    undo_batch(batch.pk)
    assert not Ticket.objects.exists()
    assert b'"accepted": 1' in send(hook, ticket(), x_delivery="d1").content
    assert Ticket.objects.count() == 1


def test_what_did_not_fit_is_taken_in_again_once_the_mapping_is_mended(acme: Sender) -> None:
    hook = make_hook(mapping=TICKETS.replace("external_id = id", "external_id = number", 1))
    refused = send(hook, ticket(), x_delivery="d1").content
    assert b'"quarantined": 1' in refused
    assert send(hook, ticket(), x_delivery="d1").content == refused
    hook.change_mapping(TICKETS, by=ada())
    for _ in range(2):
        assert b'"accepted": 1' in send(hook, ticket(), x_delivery="d1").content
        hook.change_mapping(TICKETS, by=ada())  # all of it is in: nothing is read once more
    assert Ticket.objects.count() == 1


def test_a_delivery_that_is_taken_away_while_it_comes_again_is_taken_in(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = make_hook()
    send(hook, ticket(), x_delivery="d1")

    def purged(query: str, values: Any) -> Any:
        if query is deliveries.KNOWN:
            HookDelivery.objects.all().delete()
        return fetch(query, values)

    with monkeypatch.context() as while_it_comes:
        while_it_comes.setattr(deliveries, "fetch", purged)
        assert send(hook, ticket(), x_delivery="d1").status_code == 503
    assert send(hook, ticket(), x_delivery="d1").status_code == 200


def test_whoever_knows_the_address_alone_does_not_keep_its_sender_out(
    acme: Sender, settings: Settings
) -> None:
    hook = make_hook()
    settings.HTTP_REQUESTS_PER_MINUTE = 3
    unsigned = [deliver(hook, b"{}").status_code for _ in range(5)]
    assert unsigned == [401, 401, 401, 429, 429]
    assert send(hook, ticket()).status_code == 200
    assert Hook.objects.get().refused == 3


def test_a_webhook_that_was_revoked_meanwhile_gets_no_other_secret(acme: Sender) -> None:
    hook = make_hook()
    Hook.objects.get().revoke(by=ada())
    with pytest.raises(TooManySecrets):
        hook.give_secret("x" * 40, by=ada())
    assert not HookSecret.objects.filter(ended_at=None).exists()


def test_a_ticket_whose_priority_was_raised_is_solved_all_the_same(acme: Sender) -> None:
    hook = make_hook(mapping=BY_KEY["zendesk"].mapping)
    came = json.loads(BY_KEY["zendesk"].sample) | {"organization": "A1", "requester": ""}
    send(hook, came | {"status": "Open", "priority": "Normal"})
    send(hook, came | {"status": "Solved", "priority": "High"})
    solved = Ticket.objects.get(is_latest=True)
    assert (solved.severity, solved.solved_at is None) == ("Normal", False)
    assert not Reject.objects.exists()
