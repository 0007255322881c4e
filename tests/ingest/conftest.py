"""A database with an organisation, and files to send through the door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine

from metrics.ingest import BatchReport, import_file

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
Send = Callable[..., BatchReport]


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def send(tmp_path: Path) -> Send:
    """Writes lines as a file of a source and imports it."""

    def send(source: str, *lines: str, **options: object) -> BatchReport:
        path = tmp_path / f"{source}.csv"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return import_file(source, path, **options)  # type: ignore[arg-type]

    return send
