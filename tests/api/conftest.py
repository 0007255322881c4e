"""Two customers with people, a key, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from pytest_django import Settings

from tests.api.calling import Caller, make_key
from tests.ingest.sending import NOW, Sender


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """It is NOW, until a test moves on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def no_limit(settings: Settings) -> None:
    """How fast a key may send is another test's matter."""
    settings.HTTP_REQUESTS_PER_MINUTE = 1_000_000
    settings.HTTP_CALLS_PER_SECOND = 1_000_000


@pytest.fixture
def send(tmp_path: Path, db: None) -> Sender:
    """Sends rows of a source as a file."""
    return Sender(tmp_path)


@pytest.fixture
def acme(send: Sender) -> Sender:
    """Two accounts with people."""
    send("accounts", "A1,Acme,acme.example,,,,20,1200,EUR,2025-01-01,2027-01-01,90", "A2,Bolt")
    send("people", "P1,A1,ann@acme.example,Ann", "P2,A1,bo@acme.example,Bo", "P3,A2,,Cy")
    return send


@pytest.fixture
def call(acme: Sender) -> Caller:
    """Sends calls with a key in force."""
    return Caller(make_key()[1])
