"""Calls over HTTP as another system makes them, and what is in the tables afterwards."""

from __future__ import annotations

import base64
import itertools
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.models import Role, User
from metrics.models import Reject, UsageEvent, WriteKey
from tests.ingest.sending import table

AT = "2026-11-20T09:00:00Z"
_numbers = itertools.count(1)


def make_key(name: str = "Web app", **over: Any) -> tuple[WriteKey, str]:
    """A key that an admin made, and its text."""
    ada, _ = User.objects.get_or_create(
        email="ada@keys.example", defaults={"name": "Ada", "role": Role.ADMIN}
    )
    return WriteKey.objects.make(name, by=ada, **over)


def track(**over: Any) -> dict[str, Any]:
    """A use of a feature by P1 of A1; None takes a name away."""
    number = next(_numbers)
    call = {
        "type": "track",
        "messageId": f"m{number}",
        "userId": "P1",
        "event": "reports",
        "timestamp": AT,
    } | over
    return {name: value for name, value in call.items() if value is not None}


class Caller:
    """Sends to /v1 with a key."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.client = Client(raise_request_exception=False)

    def post(self, call: str, body: Any, **headers: str) -> HttpResponse:
        """`body` as it is where it is bytes, else as JSON; `headers` as WSGI names them."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        basic = base64.b64encode(f"{self.token}:".encode()).decode()
        known = {"HTTP_AUTHORIZATION": f"Basic {basic}"} if self.token else {}
        answer: Any = self.client.post(
            f"/v1/{call}", data, content_type="application/json", **(known | headers)
        )
        return answer

    def batch(self, *calls: Any, **over: Any) -> dict[str, Any]:
        """The counts that the answer to a batch says, without `success`."""
        answer = self.post("batch", {"batch": list(calls), **over})
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = json.loads(answer.content)
        assert found.pop("success") is True
        return found

    def codes(self, *calls: Any, **over: Any) -> list[tuple[int, str]]:
        """Line and code of what was refused of a batch, the law of counts checked."""
        before = set(Reject.objects.values_list("pk", flat=True))
        said = self.batch(*calls, **over)
        assert said["received"] == said["accepted"] + said["duplicate"] + said["quarantined"]
        new = Reject.objects.exclude(pk__in=before).order_by("line")
        assert said["quarantined"] == new.count()
        return list(new.values_list("line", "code"))


def usage() -> list[tuple[Any, ...]]:
    """Account, person and feature of all usage."""
    return table(UsageEvent, "account__external_id", "person__external_id", "feature__key")
