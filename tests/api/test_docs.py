"""docs/http.md: its limits are those of the code, its examples are taken in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from healthscore import settings as shipped
from metrics.api.body import MAX_BODY
from metrics.api.doors import CALLS, MAX_CALLS
from metrics.ingest.delivery import OLDEST
from metrics.models import UsageEvent
from metrics.sources.cells import ID
from metrics.sources.json_text import MAX_DEPTH, MAX_PROPERTIES, MAX_TEXT
from metrics.sources.segment import ACCOUNT_NAMES, LOGINS, MAX_EVENT
from metrics.sources.traits import ACCOUNT_TRAITS
from tests.api.calling import Caller
from tests.ingest.sending import Sender

TEXT = (Path(__file__).parents[2] / "docs" / "http.md").read_text(encoding="utf-8")


def test_the_limits_are_those_of_the_code() -> None:
    section = TEXT.partition("## Limits")[2]
    for words in (
        f"{MAX_EVENT // 1024} KiB, {MAX_PROPERTIES} properties or traits, nested {MAX_DEPTH} deep",
        f"texts of {MAX_TEXT:,} characters, ids of {ID}",
        f"{MAX_CALLS:,} calls, {MAX_BODY >> 20} MiB as sent",
        f"{shipped.HTTP_BODY_SECONDS:.0f} s (`HTTP_BODY_SECONDS`)",
        f"from {OLDEST.days} days ago to 10 minutes ahead",
        f"{shipped.HTTP_REQUESTS_PER_MINUTE} requests a minute",
        f"{shipped.HTTP_CALLS_PER_SECOND:,} calls a second",
    ):
        assert words in section


def test_every_call_and_name_is_told() -> None:
    calls = TEXT.partition("## Calls")[2].partition("## Answers")[0]
    for name in (*CALLS, *ACCOUNT_NAMES):
        assert re.search(rf"\b{name}`", calls), name
    for login in LOGINS:
        assert f"`{login.capitalize()}`" in calls
    for column, aliases in ACCOUNT_TRAITS.items():
        assert any(f"`{name}`" in calls for name in (column, *aliases)), column


@pytest.mark.django_db
def test_the_example_with_curl_is_taken_in(call: Caller, acme: Sender) -> None:
    acme("people", "P-17,A1")
    (body,) = re.findall(r"-d '\s*(\{.*?\})'", TEXT, re.DOTALL)
    (answer,) = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)
    assert json.loads(call.post("track", body.encode()).content) == json.loads(answer)
    assert UsageEvent.objects.get().feature.key == "Report opened"
