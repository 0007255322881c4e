"""Webhooks: who may deliver."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from accounts.models import User
from metrics.api.signatures import is_signed
from metrics.models import Batch, Hook, Ticket
from metrics.models.hooks import Scheme, TooManySecrets
from tests.api.delivering import (
    BODY,
    SECRET,
    STAMP,
    WHSEC,
    deliver,
    make_hook,
    send,
    signed,
    ticket,
)
from tests.ingest.sending import NOW, Sender, table

pytestmark = pytest.mark.django_db
OLD = str(int(NOW.timestamp()) - 301)
EARLY = str(int(NOW.timestamp()) + 301)
ISO = "2026-11-22T11:57:00Z"


def hook_of(scheme: str, **over: Any) -> Hook:
    secret = over.pop("secret", WHSEC if scheme == "standard" else SECRET)
    return make_hook(scheme=scheme, secret=secret, timestamp_header="X-Stamp", **over)


@pytest.mark.parametrize("scheme", Scheme.values)
def test_what_is_signed_as_the_scheme_says_is_taken_in(acme: Sender, scheme: str) -> None:
    hook = hook_of(scheme)
    answer = deliver(hook, BODY, **signed(STAMP)[scheme])
    assert (answer.status_code, json.loads(answer.content)) == (
        200,
        {"success": True, "received": 1, "accepted": 1, "duplicate": 0, "quarantined": 0},
    )
    assert table(Ticket, "external_id", "account__external_id") == [("T1", "A1")]
    hook.refresh_from_db()
    assert (hook.last_used_at, hook.refused) == (NOW, 0)


def test_the_example_of_standard_webhooks_is_right() -> None:
    """Written out in the specification's own tests: nothing of it is calculated here."""
    hook = Hook(scheme="standard")
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    now = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    body = b'{"test": 2432232314}'
    assert is_signed(hook, headers, body, secrets=[secret], now=now)
    assert not is_signed(hook, headers, body + b" ", secrets=[secret], now=now)


@pytest.mark.parametrize("scheme", Scheme.values)
def test_what_is_signed_otherwise_is_refused_and_counted(acme: Sender, scheme: str) -> None:
    hook, other = hook_of(scheme), hook_of(scheme, name="Other", secret="x" * 40)
    right = signed(STAMP)[scheme]
    proofs = {name for name in right if "signature" in name or name == "ending"}
    wrong: list[dict[str, str]] = [
        {},
        {name: value for name, value in right.items() if name not in proofs},
        {name: value[:-3] if name in proofs else value for name, value in right.items()},
        {name: "/\xff" if name in proofs else value for name, value in right.items()},
        signed(STAMP, secret="another of sixteen and more")[scheme],
    ]
    if scheme != "address":
        wrong += [signed(STAMP, BODY + b" ")[scheme]]
    if scheme in ("standard", "stripe", "dotted", "joined"):
        wrong += [signed(stamp)[scheme] for stamp in (OLD, EARLY, "", "x", "9" * 13, "²")]
    answers = {
        (answer.status_code, answer.content, answer["WWW-Authenticate"])
        for headers in wrong
        if (answer := deliver(hook, BODY, **headers))
    }
    said = b'{"success": false, "error": "The signature is missing, wrong or too old"}'
    assert answers == {(401, said, 'Signature realm="webhook"')}
    assert deliver(other, BODY, **right).status_code == 401
    hook.refresh_from_db()
    assert (hook.refused, hook.refused_at, hook.last_used_at) == (len(wrong), NOW, None)
    assert not Ticket.objects.exists()
    assert not Batch.objects.filter(source="tickets").exists()


def test_an_ending_opens_no_address_of_a_sender_who_signs(acme: Sender) -> None:
    hook = hook_of("body")
    answer = deliver(hook, BODY, **signed(STAMP)["address"], **signed(STAMP)["body"])
    assert (answer.status_code, "no such address" in answer.content.decode()) == (404, True)
    assert not Ticket.objects.exists()


def test_no_other_signature_opens_an_address_that_ends_with_its_secret(acme: Sender) -> None:
    hook = hook_of("address")
    for headers in signed(STAMP).values():
        answer = deliver(hook, BODY, **headers | {"ending": ""})
        assert answer.status_code == 401


def test_a_timestamp_may_be_iso_and_300_s_off(acme: Sender) -> None:
    hook = hook_of("joined")
    for stamp in (ISO, f"{STAMP}000", str(int(STAMP) - 300), str(int(STAMP) + 300)):
        assert deliver(hook, BODY, **signed(stamp)["joined"]).status_code == 200
    assert deliver(hook, BODY, **signed(ISO.rstrip("Z"))["joined"]).status_code == 401


def test_two_secrets_count_until_one_is_ended(acme: Sender) -> None:
    hook, ada = make_hook(), User.objects.get(email="ada@keys.example")
    second = "the second one, as long"
    hook.give_secret(second, by=ada)
    assert [send(hook, ticket(), secret=s).status_code for s in (SECRET, second)] == [200, 200]
    with pytest.raises(TooManySecrets):
        hook.give_secret("a third one, as long as they", by=ada)
    older, newer = hook.live()
    assert hook.end_secret(older.pk, by=ada)
    assert [send(hook, ticket(), secret=s).status_code for s in (SECRET, second)] == [401, 200]
    assert not hook.end_secret(newer.pk, by=ada)
    older.refresh_from_db()
    assert (older.sealed, older.ended_by) == ("", ada)
