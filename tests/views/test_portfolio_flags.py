"""Flags and trends in the portfolio: shown, filtered, sorted; whose they are stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from metrics.models import Run
from metrics.scoring.flag_rules import FLAG_RULES
from metrics.views.portfolio.filters import FLAGS
from tests.views.nights import client_of
from tests.views.rows import RED, make_row
from tests.views.test_portfolio import names

pytestmark = pytest.mark.django_db


def make_book(run: Run, team: dict[str, User]) -> None:
    """Ana's: one with two flags, one declining and green, one rising; and Ben's one."""
    ana = team["ana"]
    make_row(
        run, ana, "Ardent", **RED,
        flags=["red", "R2"], severity=4, trend="falling", trend_28=-6.04, momentum=-3,
    )  # fmt: skip
    make_row(run, ana, "Birch", flags=["declining"], severity=1, trend_28=0.2, momentum=-12)
    make_row(run, ana, "Corvid", trend="rising", trend_28=4.5, momentum=-11.9)
    make_row(run, team["ben"], "Elm", flags=["R2"], severity=5, trend="falling", trend_28=-5)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"flag": "any"}, ["Ardent", "Birch", "Elm"]),
        ({"flag": "R2"}, ["Ardent", "Elm"]),
        ({"flag": "declining"}, ["Birch"]),
        ({"flag": "plateau"}, []),
        ({"flag": "R2 OR 1=1"}, ["Ardent", "Birch", "Corvid", "Elm"]),
        ({"trend": "falling"}, ["Ardent", "Elm"]),
        ({"trend": "declining"}, ["Birch"]),
        ({"trend": "rising"}, ["Corvid"]),
        ({"trend": "x"}, ["Ardent", "Birch", "Corvid", "Elm"]),
        ({"trend": "falling", "flag": "red"}, ["Ardent"]),
    ],
)
def test_a_filter_shows_these_rows_and_no_others(
    run: Run, team: dict[str, User], asked: dict[str, Any], expected: list[str]
) -> None:
    make_book(run, team)
    assert names(client_of(team["ben"]), sort="name", **asked) == expected
    assert "Elm" not in names(client_of(team["ana"]), **asked)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-severity", ["Elm", "Ardent", "Birch", "Corvid"]),
        ("severity", ["Corvid", "Birch", "Ardent", "Elm"]),
        ("trend", ["Ardent", "Elm", "Birch", "Corvid"]),
        ("-trend", ["Corvid", "Birch", "Elm", "Ardent"]),
    ],
)
def test_rows_are_sorted_by_severity_and_by_trend(
    run: Run, team: dict[str, User], sort: str, expected: list[str]
) -> None:
    make_book(run, team)
    assert names(client_of(team["ben"]), sort=sort) == expected


def test_a_row_counts_its_flags_names_them_and_says_where_it_goes(
    run: Run, team: dict[str, User]
) -> None:
    make_book(run, team)
    html = client_of(team["ana"]).get("/").content.decode()
    assert 'title="At risk, Champion left"' in html
    assert html.count('aria-label="Severity 4 of 5"') == 1
    assert 'title="Falling, −6.0 points per 30 days"' in html
    assert 'title="Rising, +4.5 points per 30 days"' in html
    assert 'title="Steady, +0.2 points per 30 days"' in html
    assert " · 2 flags" in html
    assert " · 1 flag ·" in html


def test_what_is_steep_and_may_be_chance_is_called_not_proven(
    run: Run, team: dict[str, User]
) -> None:
    make_row(run, team["ana"], "Ardent", trend="", trend_28=-9)
    make_row(run, team["ana"], "Birch", trend="", trend_28=None)
    html = client_of(team["ana"]).get("/").content.decode()
    assert 'title="Not proven, −9.0 points per 30 days"' in html
    assert html.count('class="hs-trend ') == 1


def test_every_flag_is_offered_and_a_clear_takes_it_out(run: Run, team: dict[str, User]) -> None:
    make_book(run, team)
    answer = client_of(team["ana"]).get("/", {"flag": "R2", "trend": "falling"})
    menus = {menu.name: menu for menu in answer.context["menus"]}
    assert menus["flag"].says == "Champion left"
    assert [option.values for option in menus["flag"].options] == ["", *FLAGS]
    assert set(FLAGS) == {"any", *(rule.code for rule in FLAG_RULES)}
    html = answer.content.decode()
    assert '<a class="hs-btn hs-btn-ghost" href="/">Clear</a>' in html


def test_the_tabs_know_their_filters(run: Run, team: dict[str, User]) -> None:
    make_book(run, team)
    client = client_of(team["ana"])
    for tab in client.get("/").context["tabs"]:
        shown = client.get(f"/{tab.address}").context["tabs"]
        assert [each.label for each in shown if each.is_on] == [tab.label]
