"""Deliveries of webhooks as another system signs and sends them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.test import Client

from accounts.models import Role, User
from metrics.models import Hook
from tests.ingest.sending import NOW

SECRET = "a secret of at least sixteen"
STAMP = str(int(NOW.timestamp()))
WHSEC = "whsec_" + base64.b64encode(SECRET.encode()).decode()
TICKETS = """\
external_id = id
opened_at = at
severity = { from = "priority", map = { p1 = "urgent" }, keep = true }
account_external_id = company
person_email = who.email
"""


def ticket(number: int = 1, **over: Any) -> dict[str, Any]:
    """The body of one ticket of A1."""
    return {"id": f"T{number}", "at": "2026-11-20T09:00:00Z", "company": "A1"} | over


BODY = json.dumps(ticket()).encode()


def make_hook(*, secret: str = SECRET, **over: Any) -> Hook:
    """Signed over the body alone, unless said otherwise."""
    ada, _ = User.objects.get_or_create(
        email="ada@keys.example", defaults={"name": "Ada", "role": Role.ADMIN}
    )
    about = {
        "name": "Desk",
        "source": "tickets",
        "mapping": TICKETS,
        "scheme": "body",
        "signature_header": "X-Signature",
        "delivery_header": "X-Delivery",
        "created_by": ada,
    }
    hook = Hook.objects.create(**about | over)
    hook.give_secret(secret, by=ada)
    return hook


def mac(content: bytes, secret: str = SECRET, name: str = "sha256") -> bytes:
    """HMAC, written out: not by the code that is tested."""
    key = secret.encode().ljust(64, b"\0")
    inner = hashlib.new(name, bytes(byte ^ 0x36 for byte in key) + content).digest()
    found = hashlib.new(name, bytes(byte ^ 0x5C for byte in key) + inner).digest()
    assert hmac.compare_digest(found, hmac.digest(secret.encode(), content, name))
    return found


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def signed(stamp: str, body: bytes = BODY, secret: str = SECRET) -> dict[str, dict[str, str]]:
    """Scheme -> the headers of its sender, and what its address ends with."""
    dotted, joined = mac(f"{stamp}.".encode() + body, secret), mac(stamp.encode() + body, secret)
    standard = b64(mac(f"msg_1.{stamp}.".encode() + body, secret))
    return {
        "standard": {
            "webhook_id": "msg_1",
            "webhook_timestamp": stamp,
            "webhook_signature": f"v1a,other v1,{b64(b'x' * 32)} v1,{standard}",
        },
        "stripe": {"x_signature": f"t={stamp},v0=x,v1={'0' * 64},v1={dotted.hex()}"},
        "dotted": {"x_signature": f"v0={dotted.hex()}", "x_stamp": stamp},
        "joined": {"x_signature": b64(joined), "x_stamp": stamp},
        "body": {"x_signature": f"sha256={b64(mac(body, secret))}"},
        "sha1": {"x_signature": f"sha1={mac(body, secret, 'sha1').hex()}"},
        "address": {"ending": f"/{quote(secret)}"},
    }


def deliver(hook: Hook, body: Any, ending: str = "", **headers: str) -> HttpResponse:
    """As it is, without a signature; `headers` with underscores, `ending` of the address."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    wsgi: dict[str, Any] = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    answer: Any = client.post(
        f"/hooks/{hook.address}{ending}", data, content_type="application/json", **wsgi
    )
    return answer


def send(hook: Hook, body: Any, *, secret: str = SECRET, **headers: str) -> HttpResponse:
    """Signed over the body alone."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return deliver(hook, data, x_signature=f"sha256={mac(data, secret).hex()}", **headers)
