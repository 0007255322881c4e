"""Below every signal the people, tickets and answers behind it; and who may see them."""

import csv
import io

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Person, User
from metrics.models import Run, Snapshot
from metrics.signals.catalogue import SIGNALS
from tests.facts import (
    DAY,
    ago,
    at,
    make_account,
    make_person,
    make_status,
    make_survey,
    make_ticket,
    use,
)
from tests.views.nights import client_of, make_customer, make_team, night

pytestmark = pytest.mark.django_db
EVERYBODY = [("ana", 200), ("ben", 200), ("ada", 200), ("cy", 404), (None, 302)]


def address(account: Account, code: str) -> str:
    return f"/accounts/{account.pk}/signals/{code}/"


def make_page() -> tuple[Account, dict[str, User], Run]:
    team = make_team()
    account = make_customer(owner=team["ana"])
    return account, team, night(DAY)


def test_owner_manager_and_admin_see_it_and_nobody_else() -> None:
    account, team, _ = make_page()
    for more in ({}, {"format": "csv"}):
        seen = [
            (
                name,
                client_of(team[name] if name else None)
                .get(address(account, "S01"), more)
                .status_code,
            )
            for name, _ in EVERYBODY
        ]
        assert seen == EVERYBODY


def test_every_signal_has_a_page_whose_facts_are_what_the_night_stored() -> None:
    account, team, run = make_page()
    stored = Snapshot.objects.get(account_id=account.pk, run_id=run.pk)
    client = client_of(team["ana"])
    for signal in SIGNALS:
        page = client.get(address(account, signal.code))
        assert page.status_code == 200
        raw = page.context["facts"].raw
        if signal.code != "S03":  # its stage is over: facts there are, but they do not count
            assert raw == stored.raw[signal.slot], signal.code
        if raw is not None and signal.code != "S16":  # nobody was lost
            assert page.context["rows"], signal.code


def test_people_are_named_the_longest_silent_first() -> None:
    account, team, _ = make_page()
    page = client_of(team["ana"]).get(address(account, "S01"))
    assert page.context["facts"].sentence == ("3 people active in 28 days / 8 seats = 38\u00a0%")
    names = list(Person.objects.order_by("pk").values_list("name", flat=True))
    rows = [([text for text, _ in row["cells"]], row["counts"]) for row in page.context["rows"]]
    assert rows == [
        ([names[1], "Dispatch", "yes", "36\u00a0d"], "against"),
        ([names[3], "Dispatch", "yes", "36\u00a0d"], "against"),
        ([names[5], "Dispatch", "yes", "36\u00a0d"], "against"),
        ([names[0], "Planning", "yes", "1\u00a0d"], "for"),
        ([names[2], "Planning", "yes", "1\u00a0d"], "for"),
        ([names[4], "Planning", "yes", "1\u00a0d"], "for"),
    ]
    html = page.content.decode()
    assert html.startswith("<!doctype html>")
    assert "3 people active in 28 days / 8 seats" in html


def test_htmx_gets_the_part_alone_from_the_same_address() -> None:
    account, team, _ = make_page()
    client = client_of(team["ana"])
    part = client.get(address(account, "S05"), headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith('<div class="hs-evidence"')
    assert "HX-Request" in part["Vary"]


def test_every_row_of_the_account_page_leads_to_its_facts() -> None:
    account, team, _ = make_page()
    html = client_of(team["ana"]).get(account.get_absolute_url(), {"signals": "all"}).content
    for signal in SIGNALS:
        if signal.code in ("S03", "S04"):  # of a stage that is over
            continue
        link = f'{address(account, signal.code)}?day={DAY}" hx-get='
        assert html.decode().count(link) == 1
        assert html.decode().count(f'id="facts-{signal.code}"') == 1
    assert "Show tickets<" in html.decode()


def test_the_night_of_the_address_is_shown_and_no_other_is_guessed() -> None:
    account, team, _ = make_page()
    night(ago(30))
    client = client_of(team["ana"])
    then = client.get(address(account, "S01"), {"day": ago(30).isoformat()}).context
    assert then["run"].business_day == ago(30)
    assert then["facts"].sentence.startswith("6 people active in 28 days")
    for day in (ago(7).isoformat(), "yesterday", "2026-13-01", "0"):
        assert client.get(address(account, "S01"), {"day": day}).status_code == 404


def test_an_unknown_signal_does_not_exist() -> None:
    account, team, _ = make_page()
    client = client_of(team["ana"])
    unknown = ["S25", "S00", "s01", "S1", "seat_activation", "%3Cb%3E"]
    seen = {code: client.get(address(account, code)).status_code for code in ["S01", *unknown]}
    assert seen == {"S01": 200} | dict.fromkeys(unknown, 404)


def test_before_the_first_night_there_is_nothing_to_show() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    client = client_of(team["ana"])
    assert client.get(address(account, "S01")).status_code == 404
    night(DAY)
    later = make_account(owner=team["ana"], known_at=at(DAY, 12))
    assert client.get(address(later, "S01")).status_code == 404


def test_only_what_the_night_knew_is_shown() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    here = make_person(account)
    make_person(account, known_at=at(DAY, 12))
    use(account, here, 3)
    known = make_ticket(account, person=here, opened=9)
    make_ticket(account, opened=9)
    make_ticket(account, opened=9, known_at=at(DAY, 12))
    other = make_account(owner=team["ana"])
    make_ticket(other, opened=9)
    use(other, make_person(other), 3)
    night(DAY)
    use(account, here, 1, known_at=at(DAY, 12))
    client = client_of(team["ana"])
    page = client.get(address(account, "S01")).context
    assert [[text for text, _ in row["cells"]] for row in page["rows"]] == [
        [here.name, "Planning", "yes", "3\u00a0d"]
    ]
    tickets = client.get(address(account, "S21")).context["rows"]
    names = [[text for text, _ in row["cells"]][:4] for row in tickets]
    assert len(names) == 2
    assert [known.external_id, "9\u00a0d", "–", here.name] in names
    assert {row[3] for row in names} == {here.name, "Nobody named"}


def test_a_lost_source_is_named_and_so_is_what_counts_instead() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    night(ago(1))
    make_status("surveys", "broken", since=1)
    night(DAY)
    page = client_of(team["ana"]).get(address(account, "S22"))
    assert page.context["notes"] == [
        "What counts is the value of 17 Mar",
        "Surveys down for 1 day: what has not arrived is not in here",
    ]
    assert "What counts is the value of 17 Mar" in page.content.decode()


def test_a_source_that_is_not_connected_calls_nobody_inactive() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    make_status("usage", "not_bought", since=400, account=account)
    night(DAY)
    page = client_of(team["ana"]).get(address(account, "S01"))
    assert page.context["facts"].sentence == "Usage not connected: nothing is known"
    assert page.context["rows"] == []
    assert "not in a year" not in page.content.decode()


def test_a_stage_that_is_over_and_another_version_of_the_product_are_told() -> None:
    account, team, run = make_page()
    client = client_of(team["ana"])
    assert client.get(address(account, "S01")).context["notes"] == []
    assert client.get(address(account, "S03")).context["notes"] == ["Not counted in this stage"]
    stored = Snapshot.objects.get(account_id=account.pk, run_id=run.pk)
    Snapshot.objects.filter(account_id=account.pk, run_id=run.pk).update(
        raw=[0.99, *stored.raw[1:]]
    )
    notes = client.get(address(account, "S01")).context["notes"]
    assert notes == [
        "The night was calculated with another version of the product, which says otherwise"
    ]


def test_a_long_table_is_cut_in_the_part_and_whole_on_its_page() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    for _ in range(23):
        make_person(account)
    use(account, make_person(account), 3)
    night(DAY)
    client = client_of(team["ana"])
    part = client.get(address(account, "S01"), headers={"HX-Request": "true"})
    assert part.content.decode().count("<tr>") == 21
    assert "1–20 of 24" in part.content.decode()
    assert "Show all 24" in part.content.decode()
    whole = client.get(address(account, "S01"))
    assert len(whole.context["rows"]) == 24
    assert "Show all" not in whole.content.decode()


def test_the_table_is_exported_with_numbers_and_names() -> None:
    account, team, _ = make_page()
    answer = client_of(team["ana"]).get(address(account, "S24"), {"format": "csv"})
    name = f"detractor_recency-{account.pk}-{DAY}.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Cache-Control"] == "no-store"
    text = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == [
        "person_id",
        "person_name",
        "external_id",
        "score",
        "answered_days_ago",
        "decides",
        "h",
        "counts",
    ]
    people = list(Person.objects.order_by("pk"))
    assert len(rows) == 7
    against = [row for row in rows[1:] if row[-1] == "against"]
    assert sorted((row[0], row[1], row[3]) for row in against) == sorted(
        (person.external_id, person.name, f"{score}.0")
        for person, score in zip(people[3:], (6, 5, 4), strict=True)
    )
    assert float(against[0][6]) == pytest.approx(0.5 ** (38 / 90))


def test_hostile_text_stays_text_and_no_formula_leaves() -> None:
    bad = '<a href="//x" onclick=1>=1+1</a></script>'
    team = make_team()
    account = make_account(owner=team["ana"], name=bad)
    person = make_person(account, name="=1+1", group="@SUM(A1)")
    make_person(account, name=bad, group=bad)
    use(account, person, 3)
    make_ticket(account, opened=9, topic=bad, external_id="=cmd")
    make_ticket(account, opened=9, person=person, topic="-2")
    make_survey(account, person=person, sent=20, answered=19, score=3)
    night(DAY)
    client = client_of(team["ana"])
    for code in ("S01", "S17", "S21", "S22"):
        html = client.get(address(account, code)).content.decode()
        assert '<a href="//x"' not in html
        assert html.count("</script>") == html.count("<script")
        answer = client.get(address(account, code), {"format": "csv"})
        text = answer.getvalue().decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        numbers = [cell for cell in cells if cell.lstrip("-").replace(".", "", 1).isdecimal()]
        assert not [c for c in cells if c[:1] in "=+-@\t\r" and c and c not in numbers]
        assert any(cell.startswith("'") for cell in cells)


def test_a_page_takes_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    account, team, _ = make_page()
    client = client_of(team["ana"])
    client.get(address(account, "S01"))
    with django_assert_max_num_queries(11):
        client.get(address(account, "S01"))
