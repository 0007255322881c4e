"""Columns, the further filters, the quadrant: what the address asks for and nothing else."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from metrics.models import AccountCurrent, Run
from metrics.templatetags.help import TERMS
from metrics.views.portfolio.columns import COLUMNS, NAME, USUAL
from tests.views.nights import client_of
from tests.views.rows import GREY, RED, make_row, make_run
from tests.views.test_portfolio import names
from tests.views.test_portfolio_csv import exported

pytestmark = pytest.mark.django_db
HOSTILE = '<a href="https://example.com">Acme</a>'


def headings(client: Client, address: str = "/") -> list[str]:
    return [heading["label"] for heading in client.get(address).context["headings"]]


def cells(html: str) -> int:
    """Cells of the first row of the table."""
    return html.split("<tbody>")[1].split("</tr>")[0].count("<td")


def test_the_usual_columns_are_those_of_the_design(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent")
    ana = client_of(team["ana"])
    assert headings(ana) == ["Account", *(column.label for column in USUAL)]
    # beside them: the box that selects, the name, and the line of a narrow screen
    assert cells(ana.get("/").content.decode()) == len(USUAL) + 3


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("col=arr&col=score", ["Account", "Score", "ARR"]),
        ("col=tags&col=plan", ["Account", "Plan", "Tags"]),
        ("col=nothing", ["Account", *(column.label for column in USUAL)]),
        ("col=", ["Account", *(column.label for column in USUAL)]),
    ],
)
def test_the_address_chooses_columns(
    run: Run, team: dict[str, User], asked: str, expected: list[str]
) -> None:
    make_row(run, team["ana"], "Ardent")
    assert headings(client_of(team["ana"]), f"/?{asked}") == expected


def test_every_column_can_be_shown_alone(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], HOSTILE, segment=HOSTILE, plan=HOSTILE, cause=HOSTILE)
    Account.objects.update(tags=[HOSTILE])
    ana = client_of(team["ana"])
    for column in COLUMNS:
        html = ana.get("/", {"col": column.key}).content.decode()
        assert cells(html) == 4, column.key
        assert HOSTILE not in html


def test_every_heading_says_what_it_means(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent")
    every = {"col": [column.key for column in COLUMNS]}
    head = client_of(team["ana"]).get("/", every).content.decode()
    head = head.split("<thead>")[1].split("</thead>")[0]
    found = {}
    for cell in re.findall(r"<th [^>]*>(.*?)</th>", head, re.DOTALL)[1:]:
        said = re.search(r'<a [^>]*title="([^"]+)"|class="hs-help-term">(.*?)</span>', cell)
        opened = re.search(r'popovertarget="([^"]+)">.*?id="([^"]+)" popover', cell)
        assert said, cell
        assert said[1] or (opened and opened[1] == opened[2])
        label = re.search(r"<(?:a|button) [^>]*>([^<&]+)", cell)
        found[label and label[1]] = re.sub(r"<b>.*?</b> ", "", unescape(said[1] or said[2]))
    columns = (NAME, *COLUMNS)
    assert found == {column.label: TERMS[column.term].says for column in columns}


def test_a_form_without_script_keeps_the_filters_and_the_order(
    run: Run, team: dict[str, User]
) -> None:
    make_row(run, team["ana"], "Ardent", **RED)
    html = client_of(team["ana"]).get("/?band=red&sort=-score&page=2").content.decode()
    form = re.search(r'<form[^>]*>(?:(?!</form>).)*name="col".*?</form>', html, re.DOTALL)
    assert form
    assert '<input type="hidden" name="band" value="red">' in form[0]
    assert '<input type="hidden" name="sort" value="-score">' in form[0]
    assert 'name="page"' not in form[0]
    assert form[0].count(" checked") == len(USUAL)


def test_a_file_has_the_chosen_columns(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "=Ardent", arr=5000)
    Account.objects.update(tags=["+Pilot", "b"])
    (found,) = exported(client_of(team["ana"]), col=["arr", "tags", "7d"])
    assert found == {
        "external_id": Account.objects.get().external_id,
        "name": "'=Ardent",
        "arr": "5000.00",
        "currency": "USD",
        "day": "2026-03-18",
        "change_7": "0.5",
        "tags": "'+Pilot, b",
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"plan": "Business"}, ["Birch"]),
        ({"plan": "x"}, []),
        ({"arr_min": "20000"}, ["Ardent", "Elm"]),
        ({"arr_max": "20000"}, ["Birch", "Elm"]),
        ({"arr_min": "10001", "arr_max": "49999"}, ["Elm"]),
        ({"arr_min": "-5"}, ["Ardent", "Birch", "Delta", "Elm"]),
        ({"arr_min": "9" * 13}, ["Ardent", "Birch", "Delta", "Elm"]),
        ({"dimension": "training", "below": "60"}, ["Birch"]),
        ({"dimension": "training", "below": "30"}, []),
        ({"dimension": "support", "below": "100"}, []),
        ({"dimension": "training"}, ["Ardent", "Birch", "Delta", "Elm"]),
        ({"dimension": "luck", "below": "60"}, ["Ardent", "Birch", "Delta", "Elm"]),
        ({"coverage": "60"}, ["Delta"]),
        ({"coverage": "61"}, ["Ardent", "Birch", "Delta", "Elm"]),
        ({"tag": "Pilot"}, ["Ardent", "Elm"]),
        ({"tag": "pilot"}, []),
        ({"tag": "Pilot", "arr_max": "20000"}, ["Elm"]),
        ({"owner": "team"}, ["Ardent", "Birch", "Delta"]),
        ({"owner": "team", "tag": "Pilot"}, ["Ardent"]),
    ],
)
def test_a_further_filter_shows_these_rows_and_no_others(
    run: Run, team: dict[str, User], asked: dict[str, str], expected: list[str]
) -> None:
    make_book(run, team)
    assert names(client_of(team["ben"]), sort="name", **asked) == expected
    mine = [name for name in expected if name != "Elm" and asked.get("owner") != "team"]
    assert names(client_of(team["ana"]), sort="name", **asked) == mine


def make_book(run: Run, team: dict[str, User]) -> None:
    """Ana's: three; Ben's: one."""
    low = [80, 80, 80, 30, None, 80]
    make_row(run, team["ana"], "Ardent", arr=50_000)
    make_row(run, team["ana"], "Birch", plan="Business", dimensions=low)
    make_row(run, team["ana"], "Delta", arr=None, coverage=0.59)
    make_row(run, team["ben"], "Elm", arr=20_000)
    Account.objects.filter(name__in=["Ardent", "Elm"]).update(tags=["Pilot"])


def test_tags_and_owners_are_those_of_this_moment(run: Run, team: dict[str, User]) -> None:
    make_book(run, team)
    ben, ana = client_of(team["ben"]), client_of(team["ana"])
    assert names(ben, tag="Pilot", sort="name") == ["Ardent", "Elm"]
    Account.objects.filter(name="Birch").update(tags=["Pilot"])
    Account.objects.filter(name="Elm").update(owner=team["ana"])
    Account.objects.filter(name="Ardent").update(owner=team["cy"])
    assert names(ben, tag="Pilot", sort="name") == ["Birch", "Elm"]
    assert names(ana, sort="name") == ["Birch", "Delta", "Elm"]
    assert ana.get("/").context["figures"].accounts == 3
    assert names(client_of(team["cy"])) == ["Ardent"]


def test_rows_that_a_night_wrote_anew_are_read_anew(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent")
    ada = client_of(team["ada"])
    assert names(ada) == ["Ardent"]
    rows = AccountCurrent.objects.filter(run_id=run.pk)
    assert ada.get("/").context["figures"].red == 0
    # a later run of the same day has its own rows
    other = make_run(run.business_day, published=False, revision=2)
    rows.update(run_id=other.pk, band="red", score=40)
    Run.objects.filter(pk=run.pk).update(is_published=False)
    Run.objects.filter(pk=other.pk).update(is_published=True)
    assert ada.get("/").context["figures"].red == 1


def test_filters_of_more_are_chips_while_they_are_in_force(run: Run, team: dict[str, User]) -> None:
    make_book(run, team)
    asked = "/?arr_min=20000&dimension=training&below=90&plan=Team&coverage=90&tag=Pilot"
    answer = client_of(team["ana"]).get(asked)
    said = {menu.name: menu.says for menu in answer.context["menus"] if menu.says}
    assert said == {
        "dimension": "Training below 90",
        "plan": "Team",
        "arr": "from 20.0k",
        "coverage": "below 90 %",
        "tag": "Pilot",
    }
    html = answer.content.decode()
    assert 'id="filter-plan"' in html
    assert '<a class="hs-btn hs-btn-ghost" href="/">Clear</a>' in html
    assert 'id="filter-plan"' not in client_of(team["ana"]).get("/").content.decode()


def figure(client: Client, address: str = "/?show=quadrant") -> dict[str, Any]:
    html = client.get(address).content.decode()
    found = re.search(r'<script id="quadrant-figure" type="application/json">(.*?)</script>', html)
    assert found
    drawn: dict[str, Any] = json.loads(found[1])
    return drawn


def test_the_quadrant_draws_what_she_may_see_and_the_filters_leave(
    run: Run, team: dict[str, User]
) -> None:
    rows = [
        make_row(run, team["ana"], HOSTILE, **RED),
        make_row(run, team["ana"], "Birch", arr=40_000),
        make_row(run, team["ana"], "No score", **GREY),
        make_row(run, team["ana"], "No ARR", arr=None),
        make_row(run, team["ben"], "Not hers", arr=90_000),
    ]
    ana = client_of(team["ana"])
    drawn = figure(ana)
    points = {
        link: (x, y)
        for trace in drawn["data"]
        for x, y, link in zip(trace["x"], trace["y"], trace["customdata"], strict=True)
    }
    assert points == {
        f"/accounts/{rows[0].account_id}/": (41.0, 10_000.0),
        f"/accounts/{rows[1].account_id}/": (80.0, 40_000.0),
    }
    hover = drawn["data"][0]["hovertext"]
    assert hover == ['&lt;a href="https://example.com"&gt;Acme&lt;/a&gt;: score 41, ARR 10,000 USD']
    html = ana.get("/?show=quadrant").content.decode()
    assert "2 not drawn: no score, no ARR, or another currency." in html
    assert HOSTILE not in html
    assert next(trace["x"] for trace in figure(ana, "/?show=quadrant&band=green")["data"]) == []
    assert client_of(team["cy"]).get("/?show=quadrant").status_code == 200
    assert "quadrant-figure" not in client_of(team["cy"]).get("/?show=quadrant").content.decode()


def test_plotly_is_loaded_only_with_the_quadrant(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent")
    ana = client_of(team["ana"])
    assert "plotly" not in ana.get("/").content.decode()
    assert "plotly-finance.min.js" in ana.get("/?show=quadrant").content.decode()


def test_a_quadrant_without_points_says_so(run: Run, team: dict[str, User]) -> None:
    make_row(run, team["ana"], "Ardent", **GREY)
    html = client_of(team["ana"]).get("/?show=quadrant").content.decode()
    assert "No account with a score and ARR matches" in html


@pytest.mark.parametrize("address", ["/", "/?band=red&sort=-score", "/?show=quadrant", "/?tag=x"])
def test_a_page_that_was_read_before_reads_little(
    run: Run,
    team: dict[str, User],
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(60):
        make_row(run, team["ana"], f"Account {number}")
    most = {"/?show=quadrant": 18, "/?tag=x": 16}.get(address, 14)
    for name in ("ana", "ben", "ada"):
        client = client_of(team[name])
        client.get(address)
        with django_assert_max_num_queries(most):
            client.get(address)
