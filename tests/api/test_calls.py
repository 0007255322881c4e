"""What each call means, and what becomes of it."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Person
from metrics.ingest import take_in_matched, undo_batch
from metrics.models import Alias, Batch, ChangedDay, Reject, UsageEvent
from tests.api.calling import AT, Caller, make_key, track, usage
from tests.ingest.sending import NOW, Sender, counts, table

pytestmark = pytest.mark.django_db


def test_track_page_and_screen_are_usage(call: Caller) -> None:
    calls = [
        track(event="Report opened"),
        track(type="page", event=None, name="Pricing"),
        track(type="screen", event=None, name="Home"),
        track(type="page", event=None),
        track(event="Signed In"),
    ]
    said = call.batch(*calls)
    assert said == {"received": 5, "accepted": 5, "duplicate": 0, "quarantined": 0}
    assert usage() == [
        ("A1", "P1", "Home"),
        ("A1", "P1", "Pricing"),
        ("A1", "P1", "Report opened"),
        ("A1", "P1", None),
        ("A1", "P1", None),
    ]
    a1 = Account.objects.get(external_id="A1").pk
    assert table(ChangedDay, "account_id", "day") == [(a1, dt.date(2026, 11, 20))]
    assert [counts(b) for b in Batch.objects.filter(source="usage")] == [(5, 5, 0, 0)]


@pytest.mark.parametrize("name", ["track", "page", "screen"])
def test_a_single_call_needs_no_type(call: Caller, name: str) -> None:
    assert call.post(name, track(type=None, name="x")).json() == {
        "success": True,
        "received": 1,
        "accepted": 1,
        "duplicate": 0,
        "quarantined": 0,
    }


def test_the_account_is_what_the_call_says_else_the_persons_else_the_domains(call: Caller) -> None:
    calls = [
        track(userId=None, anonymousId="v1", context={"groupId": "A2"}, event="by context"),
        track(userId=None, anonymousId="v1", properties={"groupId": "A2"}, event="by group"),
        track(userId=None, anonymousId="v1", properties={"accountId": "A2"}, event="by account"),
        track(userId=None, anonymousId="v1", properties={"organization_id": "A2"}, event="by org"),
        track(userId="P3", event="by person"),
        track(userId=None, anonymousId="v1", context={"traits": {"email": "bo@acme.example"}}),
        track(userId=None, anonymousId="v1", properties={"email": "new@acme.example"}),
        track(userId=None, anonymousId="v1", event="by nobody"),
        track(userId="P1", context={"groupId": "A2"}, event="contradicts"),
        track(userId="P9", context={"groupId": "A1"}, event="not yet"),
    ]
    assert call.codes(*calls) == [(8, "unknown_person"), (9, "id_conflict"), (10, "unknown_person")]
    assert usage() == [
        ("A1", "P2", "reports"),
        ("A1", None, "reports"),
        ("A2", "P3", "by person"),
        ("A2", None, "by account"),
        ("A2", None, "by context"),
        ("A2", None, "by group"),
        ("A2", None, "by org"),
    ]


def test_identify_makes_people_and_changes_them(call: Caller) -> None:
    traits = {"email": "Eve@Acme.example", "firstName": "Eve", "lastName": "Ng", "title": "Planner"}
    calls = [
        {"type": "identify", "userId": "P7", "traits": traits | {"createdAt": 1_790_000_000}},
        {"type": "identify", "userId": "P8", "context": {"groupId": "A2"}, "traits": {"team": "x"}},
        {"type": "identify", "userId": "P9", "traits": {"company": {"id": "A2"}, "name": "Di"}},
        {"type": "identify", "userId": "P1", "traits": {"role": "Analyst", "champion": True}},
    ]
    assert call.batch(*calls)["accepted"] == 4
    fields = ("external_id", "account__external_id", "email", "name", "group", "persona")
    assert table(Person, *fields, external_id__in=["P1", "P7", "P8", "P9"]) == [
        ("P1", "A1", "ann@acme.example", "Ann", "", "Analyst"),
        ("P7", "A1", "eve@acme.example", "Eve Ng", "", "Planner"),
        ("P8", "A2", "", "", "x", ""),
        ("P9", "A2", "", "Di", "", ""),
    ]
    eve = Person.objects.get(external_id="P7")
    assert eve.provisioned_at == dt.datetime.fromtimestamp(1_790_000_000, dt.UTC)
    assert Person.objects.get(external_id="P1").champion
    assert call.batch(*calls)["duplicate"] == 4


def test_group_makes_accounts_and_members_and_never_takes_turnover_for_arr(call: Caller) -> None:
    traits = {"name": "Cord", "website": "https://www.cord.example/x", "plan": "pro", "seats": 12}
    traits |= {"AnnualRevenue": 5_000_000, "annualRevenue": 5_000_000, "employees": 900}
    said = call.batch({"type": "group", "groupId": "A3", "userId": "P5", "traits": traits})
    assert said == {"received": 2, "accepted": 2, "duplicate": 0, "quarantined": 0}
    account = Account.objects.get(external_id="A3")
    assert (account.name, account.domain, account.plan) == ("Cord", "cord.example", "pro")
    terms = account.contracts.get()
    assert (terms.seats_sold, terms.arr) == (12, None)
    assert Person.objects.get(external_id="P5").account == account


def test_who_comes_before_her_account_waits_and_is_taken_in(call: Caller) -> None:
    early = [track(userId="P7"), {"type": "identify", "userId": "P7", "traits": {"name": "Eve"}}]
    assert call.codes(*early) == [(1, "unknown_person"), (2, "unknown_account")]
    member = {"type": "group", "groupId": "A2", "userId": "P7"}
    assert call.batch(member) == {"received": 1, "accepted": 1, "duplicate": 0, "quarantined": 0}
    assert usage() == [("A2", "P7", "reports")]
    assert Person.objects.get(external_id="P7").name == "Eve"
    assert table(Reject, "state") == [("replayed",), ("replayed",)]
    assert sorted(
        (b.source, *counts(b)) for b in Batch.objects.filter(write_key__isnull=False)
    ) == [
        ("people", 2, 2, 0, 0),
        ("usage", 1, 1, 0, 0),
    ]


def test_a_request_takes_in_some_that_waited_and_a_tick_the_rest(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.replay.SOME", 2)
    call.batch(*[track(userId="P7") for _ in range(5)])
    call.batch({"type": "group", "groupId": "A2", "userId": "P7"}, track(userId="P7"))
    assert len(usage()) == 3
    assert [take_in_matched(), take_in_matched()] == [3, 0]
    assert usage() == [("A2", "P7", "reports")] * 6


def looks(call: Caller, *calls: dict[str, object]) -> int:
    """How often a request looks for rows that it has placed."""
    with CaptureQueriesContext(connection) as queries:
        call.batch(*calls)
    return sum("FROM metrics_reject r JOIN metrics_batch" in q["sql"] for q in queries)


def test_a_request_looks_once_for_rows_that_waited(call: Caller) -> None:
    group = {"type": "group", "groupId": "A9", "userId": "P1", "traits": {"name": "Nine"}}
    assert looks(call, group, track()) == 1
    call.batch(track(userId="P7"))
    assert looks(call, {"type": "group", "groupId": "A2", "userId": "P7"}, track()) == 1
    assert len(usage()) == 3


def test_who_was_waited_for_and_waited_herself_lets_others_in(call: Caller) -> None:
    own = {"context": {"groupId": "A9"}, "traits": {"name": "Kim"}}
    early = [track(userId="P7"), {"type": "identify", "userId": "P7", **own}]
    assert call.codes(*early) == [(1, "unknown_person"), (2, "unknown_account")]
    group = {"type": "group", "groupId": "A9", "userId": "P8", "traits": {"name": "Nine"}}
    assert looks(call, group, track(userId="P8")) == 2
    assert usage() == [("A9", "P7", "reports"), ("A9", "P8", "reports")]


def test_the_calls_of_a_new_customer_can_come_in_one_batch_in_any_order(call: Caller) -> None:
    calls = [
        track(userId="P20"),
        {"type": "identify", "userId": "P20", "traits": {"name": "Kim"}},
        {"type": "group", "groupId": "A9", "userId": "P20", "traits": {"name": "Nine"}},
    ]
    assert call.batch(*calls)["accepted"] in (3, 4)
    assert usage() == [("A9", "P20", "reports")]
    assert Person.objects.get(external_id="P20").name == "Kim"


def test_an_alias_makes_two_ids_one_person(call: Caller) -> None:
    assert call.codes(track(userId=None, anonymousId="v7")) == [(1, "unknown_person")]
    calls = [
        {"type": "alias", "previousId": "v7", "userId": "P1"},
        {"type": "alias", "previousId": " v7 ", "userId": "P1 "},
        {"type": "alias", "previousId": "v7", "userId": "P2"},
        {"type": "alias", "previousId": "P3", "userId": "P1"},
        {"type": "alias", "previousId": "v8", "userId": "nobody"},
        {"type": "alias", "previousId": "v8"},
        {"type": "alias", "previousId": "v8", "userId": "v8 "},
    ]
    assert call.codes(*calls) == [
        (3, "id_conflict"),
        (4, "id_conflict"),
        (5, "unknown_person"),
        (6, "missing_value"),
        (7, "bad_call"),
    ]
    assert table(Alias, "value", "person__external_id") == [("v7", "P1")]
    assert usage() == [("A1", "P1", "reports")]


def test_the_same_call_again_is_a_duplicate_and_another_with_its_id_a_conflict(
    call: Caller,
) -> None:
    first = track()
    assert call.batch(first)["accepted"] == 1
    assert call.batch(first) == {"received": 1, "accepted": 0, "duplicate": 1, "quarantined": 0}
    assert call.codes({**first, "event": "others"}) == [(1, "id_conflict")]
    assert call.codes({**first, "timestamp": "2026-11-19T09:00:00Z"}) == [(1, "id_conflict")]
    assert len(usage()) == 1


def test_without_an_id_the_content_is_the_identity(
    call: Caller, clock: time_machine.Coordinates
) -> None:
    bare = track(messageId=None)
    assert call.batch(bare, bare) == {
        "received": 2,
        "accepted": 1,
        "duplicate": 1,
        "quarantined": 0,
    }
    timeless = track(messageId=None, timestamp=None)
    assert call.batch(timeless, timeless)["accepted"] == 1
    clock.shift(dt.timedelta(seconds=1))
    assert call.batch(timeless)["accepted"] == 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"timestamp": "2026-11-20T09:00:00+02:00"}, "2026-11-20T07:00:00+00:00"),
        ({"timestamp": 1_795_000_000}, "2026-11-18T11:06:40+00:00"),
        ({"timestamp": 1_795_000_000_000}, "2026-11-18T11:06:40+00:00"),
        ({"timestamp": None}, "2026-11-22T12:00:00+00:00"),
        # a clock that is an hour behind: what counts is how long ago it was
        ({"timestamp": "2026-11-22T10:59:00Z", "sentAt": "2026-11-22T11:00:00Z"},
         "2026-11-22T11:59:00+00:00"),
        ({"originalTimestamp": "2027-01-01T00:00:00Z", "sentAt": "2027-01-01T01:00:00Z"},
         "2026-11-22T11:00:00+00:00"),
        # without sentAt it is believed, but not far into the future
        ({"timestamp": "2027-01-01T00:00:00Z"}, "2026-11-22T12:05:00+00:00"),
    ],
)  # fmt: skip
def test_moments_are_told_by_our_own_clock(
    call: Caller, said: dict[str, object], expected: str
) -> None:
    assert call.batch(track(**said))["accepted"] == 1
    assert [at.isoformat() for (at,) in table(UsageEvent, "occurred_at")] == [expected]


def test_a_second_try_with_a_corrected_clock_is_a_duplicate(
    call: Caller, clock: time_machine.Coordinates
) -> None:
    late = track(timestamp="2026-11-22T09:00:00Z")
    assert call.batch(late, sentAt="2026-11-22T09:30:00Z")["accepted"] == 1
    clock.shift(dt.timedelta(seconds=70))
    assert call.batch(late, sentAt="2026-11-22T09:31:05Z")["duplicate"] == 1


@pytest.mark.parametrize("said", [None, "2027-01-01T00:00:00Z"])
def test_a_second_try_without_a_moment_of_its_own_is_a_duplicate(
    call: Caller, clock: time_machine.Coordinates, said: str | None
) -> None:
    timeless = track(timestamp=said)
    assert call.batch(timeless)["accepted"] == 1
    clock.shift(dt.timedelta(minutes=30))
    assert call.batch(timeless)["duplicate"] == 1
    assert call.codes({**timeless, "event": "others"}) == [(1, "id_conflict")]


def test_two_tries_that_waited_are_one(call: Caller, clock: time_machine.Coordinates) -> None:
    early = track(userId="P7", timestamp="2026-11-22T09:00:00Z")
    for sent in ("2026-11-22T09:30:00Z", "2026-11-22T09:31:05Z"):
        assert call.codes(early, sentAt=sent) == [(1, "unknown_person")]
        clock.shift(dt.timedelta(seconds=70))
    call.batch({"type": "group", "groupId": "A2", "userId": "P7"})
    assert usage() == [("A2", "P7", "reports")]
    assert table(Reject, "state") == [("replayed",), ("replayed",)]


def test_what_comes_within_an_hour_is_one_import_and_can_be_undone(
    call: Caller, clock: time_machine.Coordinates
) -> None:
    for _ in range(3):
        call.batch(track(), track(userId="P99"))
    batch = Batch.objects.get(source="usage")
    assert (counts(batch), batch.file_name) == ((6, 3, 0, 3), "HTTP: Web app")
    batch.ask_undo(by=batch.write_key.created_by)
    call.batch(track())
    assert counts(Batch.objects.get(pk=batch.pk)) == (6, 3, 0, 3)
    undo_batch(batch.pk)
    assert len(usage()) == 1
    call.token = make_key("Other")[1]
    call.batch(track())
    assert Batch.objects.filter(source="usage").count() == 3


def test_what_came_in_a_file_is_known_over_http(call: Caller, acme: Sender) -> None:
    acme("usage", f"e1,A1,P1,reports,{AT},1")
    assert call.batch(track(messageId="e1"))["duplicate"] == 1


def test_what_is_sent_counts_as_known_from_now_on(call: Caller) -> None:
    call.batch(track())
    known = UsageEvent.objects.get().known_at
    assert known.tzinfo is not None
    assert known != NOW  # by the clock of the database, which all processes share
