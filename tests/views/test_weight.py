"""What a page weighs: everything that a browser fetches for it, compressed as it comes."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.models import User
from tests.views.nights import client_of, make_team
from tests.views.rows import make_row, make_run

pytestmark = pytest.mark.django_db
FONT = "vendor/inter/files/inter-latin-wght-normal.woff2"
CHARTS = "vendor/plotly/plotly-finance.min.js"
LINKED = re.compile(r'(?:href|src)="/static/([^"]+)"')
IMPORTED = re.compile(r'@import url\("([^"]+)"\)')


def sent(client: Client, address: str) -> tuple[int, str]:
    """Compressed bytes of a page, and the page."""
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    return len(answer.content), gzip.decompress(answer.content).decode()


def files(page: str) -> set[str]:
    """What it links to, and what those style sheets import."""
    names = set(LINKED.findall(page))
    for name in [name for name in names if name.endswith(".css")]:
        for path in IMPORTED.findall(read(name).decode()):
            names.add(str((Path("/") / name).parent.joinpath(path).resolve())[1:])
    return names


def read(name: str) -> bytes:
    path = finders.find(name)
    assert path, name
    return Path(path).read_bytes()


def test_the_portfolio_weighs_less_than_150_kb_with_50_rows() -> None:
    team, run = make_team(), make_run()
    for number in range(50):
        make_row(run, team["ana"], f"Customer number {number}", cause=f"Seats in use fell {number}")
    weight, page = sent(client_of(team["ada"]), "/")
    assert page.count("Customer number") >= 50
    named = files(page)
    assert CHARTS not in named
    assert {"vendor/tabler/tabler.css", "vendor/inter/wght.css", "css/site.css"} <= named
    weight += len(read(FONT)) + sum(len(gzip.compress(read(name))) for name in named)
    assert weight < 150_000


def test_only_pages_with_charts_load_what_draws_them() -> None:
    team: dict[str, User] = make_team()
    run = make_run()
    row = make_row(run, team["ana"], "Acme")
    ada = client_of(team["ada"])
    for address in ("/", "/day/", "/runs/", "/scorecard/", f"/accounts/{row.account_id}/people/"):
        assert CHARTS not in files(sent(ada, address)[1])
    assert CHARTS in files(sent(ada, "/?show=quadrant")[1])
