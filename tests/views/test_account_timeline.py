"""The timeline: out of everything that is known, by kind, and page by page."""

from __future__ import annotations

import csv
import datetime as dt
import io
from itertools import pairwise
from typing import Any

import pytest

from accounts.models import Account, ArrMovement
from metrics.models import Note, Task
from metrics.views.account.events import Event
from metrics.views.account.timeline import KINDS, marks
from tests.facts import (
    DAY,
    ago,
    at,
    live_scorecard,
    make_account,
    make_milestone,
    make_person,
    make_status,
    make_survey,
    make_ticket,
)
from tests.views.nights import client_of, make_customer, make_team, night

pytestmark = pytest.mark.django_db


def make_eventful() -> tuple[Account, dict[str, Any]]:
    """One thing of nearly every kind."""
    team = make_team()
    account = make_account(owner=team["ana"])
    leo = make_person(account, name="Leo", champion=True)
    make_person(
        account, name="Marit", champion=True, group="Dispatch", persona="head",
        deactivated_at=at(ago(19)), deactivated_known_at=at(ago(19)),
    )  # fmt: skip
    make_ticket(account, opened=3, severity="urgent", topic="Live map", external_id="T-1")
    make_ticket(account, opened=90, topic="Import", external_id="T-2", solved_at=at(ago(88)))
    make_survey(account, person=leo, sent=30, answered=29, score=4, comment="The map froze.")
    make_milestone(
        account, name="Kick-off", due_on=ago(480), completed_on=ago(470),
        completed_known_at=at(ago(470)),
    )  # fmt: skip
    make_milestone(account, name="Second group", due_on=ago(400))
    ArrMovement.objects.create(
        account=account, external_id="M-1", type="contraction", amount=-4000, on=ago(60),
        known_at=at(ago(60)),
    )  # fmt: skip
    make_status("surveys", "broken", since=10, until=4)
    Note.objects.create(
        account=account, text="They try a rival", created_by=team["ana"], created_at=at(ago(6))
    )
    Note.objects.create(
        account=account, text="Taken back", created_at=at(ago(6)), removed_at=at(ago(6))
    )
    Task.objects.create(
        account=account, title="Call the director", due_on=ago(2), created_at=at(ago(8)),
        done_at=at(ago(7)), done_by=team["ben"],
    )  # fmt: skip
    live_scorecard()
    night(DAY)
    return account, team


def events_of(account: Account, team: dict[str, Any], **asked: str) -> list[Event]:
    url = f"{account.get_absolute_url()}timeline/"
    return list(client_of(team["ana"]).get(url, asked).context["page"].events)


def test_everything_that_happened_is_told_the_newest_first() -> None:
    account, team = make_eventful()
    told = [(event.day, event.title, event.detail) for event in events_of(account, team)]
    flags = [row for row in told if "opened" in row[1]]
    assert [row for row in told if row not in flags] == [
        (ago(3), "Severe ticket T-1: Live map", "Open"),
        (ago(4), "Surveys back", "For all accounts"),
        (ago(6), "Note of Ana", "They try a rival"),
        (ago(7), "Task done: Call the director", "Ben"),
        (ago(8), "Task: Call the director", "Due 16 Mar"),
        (ago(10), "Surveys stopped", "For all accounts"),
        (ago(19), "Champion left: Marit", "head, Dispatch"),
        (ago(29), "NPS 4 from Leo", "The map froze. Nobody has come back to it"),
        (ago(60), "Contraction", "ARR \u22124,000"),
        (ago(90), "Ticket T-2: Import", "Solved after 2 days"),
        (ago(400), "Value task due: Second group", ""),
        (ago(470), "Value task done: Kick-off", "10 days late"),
    ]


def test_a_kind_in_the_address_shows_no_other() -> None:
    account, team = make_eventful()
    everything = events_of(account, team)
    found = {kind: events_of(account, team, kind=kind) for kind in KINDS}
    assert {kind: {event.kind for event in events} for kind, events in found.items()} == {
        kind: {kind} if events else set() for kind, events in found.items()
    }
    assert sum(len(events) for events in found.values()) == len(everything)
    assert events_of(account, team, kind="nonsense") == everything
    assert [event.title for event in found["notes"]] == ["Note of Ana"]


def test_older_events_are_a_page_further() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    for number in range(70):
        make_ticket(account, opened=number + 1, external_id=f"T-{number}")
    night(DAY)
    client, url = client_of(team["ana"]), f"{account.get_absolute_url()}timeline/"
    first = client.get(url, {"kind": "tickets"})
    page = first.context["page"]
    assert (len(page.events), page.older, page.total) == (50, 20, 70)
    assert "after=50" in first.content.decode()
    last = client.get(url, {"kind": "tickets", "after": "50"})
    assert [event.title for event in last.context["page"].events] == [
        f"Ticket T-{number}" for number in range(50, 70)
    ]
    assert "Newer" in last.content.decode()
    assert "Older" not in last.content.decode()
    for odd in ("-5", "x", "99999999999", "\u00b2"):
        assert client.get(url, {"after": odd}).status_code == 200
    answer = client.get(url, {"kind": "tickets", "format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == 70


def test_the_trend_marks_what_happened_in_its_span() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    gone = {"deactivated_at": at(ago(49)), "deactivated_known_at": at(ago(49))}
    make_person(account, name="Marit", champion=True, **gone)
    make_ticket(account, opened=3, severity="urgent", external_id="T-1")
    ArrMovement.objects.create(
        account=account, external_id="M-1", type="contraction", amount=-4000, on=ago(80),
        known_at=at(ago(80)),
    )  # fmt: skip
    night(ago(100))
    night(DAY)
    client = client_of(team["ana"])
    figure = client.get(account.get_absolute_url()).context["trend"]["figure"]
    labels = {label["text"] for label in figure["layout"]["annotations"]}
    assert {"Champion left", "Contraction", "Severe ticket"} <= labels
    hovers = " ".join(text for part in figure["data"] for text in part.get("hovertext", []))
    # beside the labels there is a dot for every answer
    assert "NPS 4" in hovers
    assert "15 Mar 2026: Severe ticket" in hovers
    short = client.get(account.get_absolute_url(), {"span": "90d"}).context["trend"]
    assert (short["title"], short["span"]) == ("Last 90 days", "90d")


def test_labels_of_the_trend_do_not_lie_on_one_another() -> None:
    days = [DAY - dt.timedelta(days=place) for place in range(60)]
    found = [
        Event(day=day, kind="surveys", title=f"NPS {place}", mark=f"NPS {place}")
        for place, day in enumerate(days)
    ]
    found.append(Event(day=DAY, kind="overrides", title="Override +8 by Ana", mark="Override +8"))
    labelled, rest = marks(found, first=ago(365), last=DAY)
    assert len(labelled) <= 6
    assert "Override +8" in {event.mark for event in labelled}
    gaps = [(b.day - a.day).days for a, b in pairwise(labelled)]
    assert all(gap > 18 for gap in gaps)
    # dots without a label: the newest 40, but for those that have one
    assert len(rest) == 40 - sum(event.day >= ago(39) for event in labelled[:-1]) - 1
    assert {event.day for event in rest} <= {ago(days) for days in range(40)}
    assert marks(found, first=DAY, last=DAY)[0][0].kind == "overrides"
