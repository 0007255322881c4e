"""The portfolio as a file: the same rows as the page, safe in a spreadsheet, whole again here."""

import csv
import io

import pytest
from django.test import Client, RequestFactory

from accounts.models import Account
from metrics.models import AccountCurrent
from metrics.sources.formulas import restore
from metrics.views.portfolio.export import COLUMNS, csv_of
from metrics.views.portfolio.table import Listing, read_page
from tests.views.nights import client_of, make_team
from tests.views.rows import GREY, RED, make_row, make_run

NAMES = ["=1+1", "+49 GmbH", "-5", "@home", "'=quoted", 'Żółw, "Ltd"\nSp.', "007", "NA"]


def exported(client: Client, **asked: object) -> list[dict[str, str]]:
    """The file, read as csv."""
    answer = client.get("/portfolio.csv", asked)
    assert answer.headers["Content-Type"] == "text/csv"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.django_db
def test_names_come_back_as_they_were_and_none_is_a_formula() -> None:
    team, run = make_team(), make_run()
    for name in NAMES:
        make_row(run, team["ana"], name)
    rows = exported(client_of(team["ana"]), sort="name")
    cells = [row["name"] for row in rows]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r"]
    assert sorted(map(restore, cells)) == sorted(NAMES)


@pytest.mark.django_db
def test_it_honours_filters_and_order_beyond_a_page() -> None:
    team, run = make_team(), make_run()
    for number in range(55):
        make_row(run, team["ana"], f"Red {number:02}", **RED)
    make_row(run, team["ana"], "Green")
    make_row(run, None, "Not hers", **RED)
    rows = exported(client_of(team["ana"]), band="red", sort="-name")
    assert [row["name"] for row in rows] == [f"Red {n:02}" for n in range(54, -1, -1)]


@pytest.mark.django_db
def test_every_column_of_a_row() -> None:
    team, run = make_team(), make_run()
    row = make_row(
        run, team["ana"], "Ardent", change_30=-3.14159265, momentum=None,
        trend_28=-5.43212345, trend="falling", flags=["R2", "falling"], severity=4,
    )  # fmt: skip
    (found,) = exported(client_of(team["ana"]))
    account = Account.objects.get(pk=row.account_id)
    assert tuple(found) == COLUMNS
    assert found == {
        "external_id": account.external_id,
        "name": "Ardent",
        "segment": "SMB",
        "plan": "Team",
        "owner_email": "ana@example.com",
        "arr": "10000.00",
        "currency": "USD",
        "renews_on": "2026-10-04",
        "seats_active": "8",
        "seats_sold": "10",
        "day": "2026-03-18",
        "score": "80.0",
        "band": "green",
        "change_7": "0.5",
        "change_30": "-3.1416",
        "momentum": "",
        "trend_28": "-5.4321",
        "trend": "falling",
        "flags": "R2 falling",
        "severity": "4",
        "cause": "Steady",
        "stage": "mature",
        "status": "",
        "coverage": "0.9",
        "confidence": "high",
        "onboarding": "80",
        "engagement": "80",
        "breadth": "80",
        "training": "80",
        "support": "",
        "sentiment": "80",
        "tags": "",
    }


@pytest.mark.django_db
def test_no_score_is_empty_and_not_zero() -> None:
    team, run = make_team(), make_run()
    make_row(run, team["ana"], "Ardent", **GREY)
    (found,) = exported(client_of(team["ana"]))
    assert (found["score"], found["band"], found["change_30"]) == ("", "grey", "")


@pytest.mark.django_db
def test_who_sees_nothing_gets_the_header_alone_and_nobody_the_log_in() -> None:
    team, run = make_team(), make_run()
    make_row(run, team["ana"], "Ardent")
    assert exported(client_of(team["cy"])) == []
    assert client_of(None).get("/portfolio.csv").status_code == 302


@pytest.mark.django_db
def test_there_is_no_file_before_the_first_night() -> None:
    assert client_of(make_team()["ada"]).get("/portfolio.csv").status_code == 404


@pytest.mark.django_db
def test_an_account_that_was_taken_from_her_while_it_was_read_is_in_no_page_and_no_file() -> None:
    team, run = make_team(), make_run()
    hers = make_row(run, team["ana"], "Ardent")
    taken = make_row(run, team["cy"], "Birch")
    request = RequestFactory().get("/")
    request.user = team["ana"]
    # as they were listed a moment before
    listing = Listing(ids=(hers.account_id, taken.account_id), total=2)
    assert [account.pk for account in read_page(request, run, listing).accounts] == [
        hers.account_id
    ]
    answer = csv_of(request, run, AccountCurrent.objects.all(), asked=request.GET)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == ["Ardent"]
