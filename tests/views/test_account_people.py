"""The people of an account: who comes, who is trained, who uses what, and who is missing."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils.html import escape

from accounts.models import Account
from metrics.models import Feature
from metrics.templatetags.adoption import matrix_rows
from tests.facts import (
    DAY,
    ago,
    at,
    make_account,
    make_feature,
    make_person,
    make_status,
    make_training,
    use,
)
from tests.views.nights import client_of, make_team, night

pytestmark = pytest.mark.django_db


def make_people(**over: Any) -> tuple[Account, dict[str, Any]]:
    """Dana uses much, Ruth dropped it, Noa is new, Tomás has access and never came, Vi has none."""
    team = make_team()
    account = make_account(owner=team["ana"], name="Halden Freight", **over)
    dana = make_person(account, name="Dana", group="Planning", champion=True)
    ruth = make_person(account, name="Ruth", group="Dispatch", persona="dispatcher")
    noa = make_person(account, name="Noa", group="Planning", since=10)
    make_person(account, name="Tomás", group="Dispatch", persona="dispatcher", since=200)
    make_person(account, name="Vi", group="Billing", provisioned_at=None)
    make_person(account, name="Bot", persona="service")
    make_person(
        account,
        name="Leo",
        champion=True,
        deactivated_at=at(ago(40)),
        deactivated_known_at=at(ago(40)),
    )
    make_feature("reports")
    make_feature("routes")
    make_feature("scenarios", level=Feature.Level.ADVANCED)
    make_feature("billing", personas=["clerk"])
    use(account, dana, 200, *range(1, 31), feature="reports")
    use(account, dana, 200, *range(1, 6), feature="routes")
    use(account, dana, 1, feature="scenarios")
    use(account, ruth, 31, 60, 90, feature="reports")
    use(account, ruth, 121, 150, feature="routes")
    use(account, noa, 3, 4, feature="reports")
    make_training(dana, persona="planner")
    make_training(ruth, persona="dispatcher", course="Dispatch", completed=None)
    night(DAY)
    return account, team


def part_of(account: Account, team: dict[str, Any]) -> HttpResponse:
    headers = {"HX-Request": "true", "HX-Target": "account-people"}
    return client_of(team["ana"]).get(f"{account.get_absolute_url()}people/", headers=headers)


def page_of(account: Account, team: dict[str, Any], **asked: str) -> HttpResponse:
    return client_of(team["ana"]).get(f"{account.get_absolute_url()}people/", asked)


def test_the_matrix_says_how_much_what_is_new_and_what_was_dropped() -> None:
    account, team = make_people()
    context = part_of(account, team).context
    assert [feature.key for feature in context["matrix"].columns] == [
        "reports",
        "routes",
        "billing",
        "scenarios",
    ]
    rows = {
        line["row"].name: [cell and (cell.shade, cell.said) for cell in line["cells"]]
        for line in context["rows"]
    }
    assert rows == {
        "Dana": [("3", "30 days"), ("2", "5 days"), None, ("new", "new, 1 day")],
        "Noa": [("new", "new, 2 days"), None, None, None],
        "Ruth": [("dropped", "dropped"), None, None, None],
        "Tomás": [None, None, None, None],
        "Vi": [None, None, None, None],
    }
    pairs = {line["row"].name: (line["used"], line["relevant"]) for line in context["rows"]}
    assert (pairs["Dana"], pairs["Ruth"]) == ((3, 3), (0, 3))


def test_what_was_used_after_the_night_is_not_in_it() -> None:
    account, team = make_people()
    before = part_of(account, team).context["matrix"].uses
    use(account, account.people.get(name="Vi"), 0, -1, feature="reports")
    night(DAY, kind="recalculation")
    assert part_of(account, team).context["matrix"].uses == before


def test_the_gaps_are_named() -> None:
    account, team = make_people()
    people = part_of(account, team).context["people"]
    assert people["gaps"] == [
        "No decision maker is named",
        "Nobody active in Dispatch and Billing",
        "1 person has had access for more than eight weeks and never came",
        "Nobody with the role dispatcher is trained",
    ]
    assert [(part.name, part.people, part.active, part.trained) for part in people["groups"]] == [
        ("Dispatch", 2, 0, 0),
        ("Planning", 2, 2, 1),
        ("Billing", 1, 0, 0),
    ]
    assert [row.name for row in people["new"]] == ["Noa"]
    assert [row.name for row in people["left"]] == ["Leo"]


def test_a_champion_who_left_or_stays_away_is_a_gap() -> None:
    account, team = make_people()
    dana = account.people.get(name="Dana")
    dana.champion = False
    dana.save()
    gaps = part_of(account, team).context["people"]["gaps"]
    assert gaps[0] == "No champion: Leo left on 6 Feb, and nobody has followed"
    ruth = account.people.get(name="Ruth")
    ruth.champion = ruth.decision_maker = True
    ruth.save()
    gaps = part_of(account, team).context["people"]["gaps"]
    assert gaps[0] == "No active champion: Ruth has not come for 31 days"
    account.people.filter(champion=True).update(champion=False)
    assert part_of(account, team).context["people"]["gaps"][0] == "No champion is named"


def test_who_is_trained_has_completed_the_course_of_her_role() -> None:
    account, team = make_people()
    make_training(account.people.get(name="Tomás"), persona="", course="Welcome")
    rows = {
        line["row"].name: line["row"].training for line in page_of(account, team).context["rows"]
    }
    assert rows == {
        "Dana": "trained",
        "Noa": "not trained",
        "Ruth": "in training",
        "Tomás": "in training",  # of her role there is another course
        "Vi": "not trained",
    }


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["Dana", "Noa", "Ruth", "Tomás", "Vi"]),
        ({"sort": "name"}, ["Dana", "Noa", "Ruth", "Tomás", "Vi"]),
        ({"sort": "group"}, ["Vi", "Ruth", "Tomás", "Dana", "Noa"]),
        ({"sort": "features"}, ["Dana", "Noa", "Ruth", "Tomás", "Vi"]),
        ({"sort": "nonsense"}, ["Dana", "Noa", "Ruth", "Tomás", "Vi"]),
        ({"q": "TOM"}, ["Tomás"]),
        ({"group": "Dispatch"}, ["Ruth", "Tomás"]),
        ({"role": "planner"}, ["Dana", "Noa", "Vi"]),
        ({"state": "active"}, ["Dana", "Noa"]),
        ({"state": "quiet"}, ["Ruth"]),
        ({"state": "never"}, ["Tomás"]),
        ({"state": "no-access"}, ["Vi"]),
        ({"state": "new"}, ["Noa"]),
        ({"state": "key"}, ["Dana"]),
        ({"state": "untrained", "group": "Planning"}, ["Noa"]),
        ({"state": "nonsense"}, ["Dana", "Noa", "Ruth", "Tomás", "Vi"]),
        ({"q": "nobody"}, []),
    ],
)
def test_filters_and_order_stand_in_the_address(asked: dict[str, str], names: list[str]) -> None:
    account, team = make_people()
    page = page_of(account, team, **asked)
    assert [line["row"].name for line in page.context["rows"]] == names
    if not names:
        assert "Nobody matches these filters" in page.content.decode()


def test_the_export_has_every_row_of_the_filters_and_runs_no_formula() -> None:
    account, team = make_people()
    account.people.filter(name="Dana").update(name="=1+1", group="@Planning")
    answer = page_of(account, team, format="csv", state="active")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["name"], row["group"], row["days_reports"]) for row in rows] == [
        ("'=1+1", "'@Planning", "30"),
        ("Noa", "Planning", "2"),
    ]
    assert (rows[0]["features_used"], rows[0]["features_meant"]) == ("3", "3")
    assert rows[0]["last_active"] == ago(1).isoformat()
    assert "attachment" in answer["Content-Disposition"]


def test_long_names_groups_and_roles_can_be_read_in_full() -> None:
    account, team = make_people()
    long = {"group": f"Planning & {'x' * 60}", "persona": f"planner of {'y' * 60}"}
    account.people.filter(name="Dana").update(**long)
    group, role = escape(long["group"]), long["persona"]
    answer = page_of(account, team)
    page, few = answer.content.decode(), matrix_rows(answer.context["rows"])
    assert f'<td class="hs-part-of" dir="auto">{group}</td>' in page
    assert f'<td class="hs-part-of hs-second" dir="auto">{role}' in page
    assert '<th scope="row" dir="auto">Dana <span class="hs-tag' in page
    assert f'title="{group}, {role}">{group}, {role}</td>' in few


def test_without_a_usage_source_nobody_is_called_inactive() -> None:
    account, team = make_people()
    make_status("usage", "not_bought", since=400, account=account)
    night(DAY, kind="recalculation")
    answer = part_of(account, team)
    assert "Usage is not connected for this account" in answer.content.decode()
    assert answer.context["people"]["gaps"] == [
        "No decision maker is named",
        "Nobody with the role dispatcher is trained",
    ]
    assert "never" not in page_of(account, team).content.decode().split("<tbody>")[1]


def test_where_usage_names_no_feature_nobody_is_said_to_use_none_of_them() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    dana = make_person(account, name="Dana")
    make_feature("reports")
    use(account, dana, 3, feature="login")
    night(DAY)
    answer = page_of(account, team)
    page = answer.content.decode()
    assert [(line["used"], line["cells"]) for line in answer.context["rows"]] == [(None, [])]
    assert "nobody used one, or usage does not say which" in page
    assert "/ 1</span>" not in page
    exported = page_of(account, team, format="csv")
    text = b"".join(exported.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["features_used"], row["features_meant"], row["days_reports"]) == ("", "", "")


def test_of_many_people_the_account_page_shows_who_uses_and_who_dropped_most() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    for number in range(30):
        person = make_person(account, name=f"P{number:02d}")
        days = [number % 20 + 1] if number < 20 else [40 + number]
        use(account, person, *days)
    night(DAY)
    context = part_of(account, team).context
    shown = [line["row"].name for line in context["rows"]]
    assert len(shown) == 12
    assert sum(name >= "P20" for name in shown) == 6
    page = page_of(account, team)
    assert len(page.context["rows"]) == 30
    assert "12 of 30 people" in part_of(account, team).content.decode()
