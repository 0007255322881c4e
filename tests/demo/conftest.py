"""One set of files for all tests that only read them."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from metrics.demo import Plan, generate

Rows = list[dict[str, str]]
PLAN = Plan(accounts=40, days=400, end=dt.date(2026, 9, 30))


def read(folder: Path, name: str) -> Rows:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("demo")
    generate(PLAN, found)
    return found


@pytest.fixture(scope="session")
def files(folder: Path) -> dict[str, Rows]:
    return {path.stem: read(folder, path.stem) for path in folder.glob("*.csv")}
