"""A database, a clock that stands still, and files to send through the door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from tests.ingest.sending import NOW, Sender


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """It is NOW, until a test moves on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def send(tmp_path: Path, db: None) -> Sender:
    """Sends rows of a source through the door."""
    return Sender(tmp_path)


@pytest.fixture
def acme(send: Sender) -> Sender:
    """Two accounts with people."""
    send("accounts", "A1,Acme,acme.example,,,,20,1200,EUR,2025-01-01,2027-01-01,90,,,,,", "A2,Bolt")
    send("people", "P1,A1,ann@acme.example,Ann", "P2,A1,bo@acme.example,Bo", "P3,A2,,Cy")
    return send
