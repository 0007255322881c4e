"""The cheapest path to green on the page: what to do, what it brings, what must go first."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account, Organisation
from metrics.models import Run, Snapshot
from metrics.signals.catalogue import BY_CODE
from tests.facts import DAY, make_status, make_ticket
from tests.nightly.test_night import make_lively_account
from tests.views.nights import client_of, make_customer, make_team, night

pytestmark = pytest.mark.django_db


def seen(account: Account, client: Any) -> tuple[dict[str, Any], str]:
    """The card and its text, with the white space as it is read."""
    answer = client.get(account.get_absolute_url())
    html = answer.content.decode()
    start = html.index('<section id="to-green"')
    return answer.context["to_green"], " ".join(
        html[start : html.index("</section>", start)].split()
    )


def make_seen(**over: Any) -> tuple[Account, Any]:
    team = make_team()
    account = make_customer(owner=team["ana"], **over)
    night(DAY)
    return account, client_of(team["ana"])


def test_the_steps_add_up_to_what_is_reached() -> None:
    account, client = make_seen()
    card, html = seen(account, client)
    now = Snapshot.objects.get()
    assert now.band != "green"
    path, steps = card["path"], card["steps"]
    assert path.reachable
    assert steps
    start = round(now.raw_score or 0.0, 1)
    assert start + sum(step["gain"] for step in steps) == pytest.approx(round(path.reached, 1))
    assert steps[-1]["score"] == pytest.approx(round(path.reached, 1))
    assert "Green needs 78 on 7 nights in a row." in html
    for step in steps:
        assert f'<p class="hs-list-claim">{step["text"]}</p>' in html
        assert step["text"][0].isupper() or step["text"][0].isdigit()
        assert f"{step['before']:.0f} → {step['after']:.0f} points" in html
    leads = f"{len(steps)} step{'s lead' if len(steps) > 1 else ' leads'} to"
    assert f"{leads} <b>{path.reached:.1f}</b>." in html


def test_a_green_account_is_said_to_be_green() -> None:
    team = make_team()
    account = make_lively_account(owner=team["ana"])
    night(DAY)
    card, html = seen(account, client_of(team["ana"]))
    assert card == {"path": None}
    assert "Already green." in html


def test_a_green_account_below_green_says_when_it_will_be_amber() -> None:
    team = make_team()
    account = make_lively_account(owner=team["ana"])
    night(DAY)
    Snapshot.objects.filter(account_id=account.pk).update(score=73.0)
    card, html = seen(account, client_of(team["ana"]))
    assert card == {"path": None, "amber_below": 72.0, "nights": 7}
    assert "Still green: it becomes amber after 7 nights in a row below 72." in html


def test_without_a_score_there_is_no_path() -> None:
    team = make_team()
    account = make_customer(owner=team["ana"])
    make_status("usage", "not_bought", since=400, account=account)
    night(DAY)
    card, html = seen(account, client_of(team["ana"]))
    assert card == {"path": None}
    assert "A path needs a score to begin from." in html


def test_caps_come_first_and_say_what_ends_them() -> None:
    team = make_team()
    account = make_lively_account(owner=team["ana"])
    make_ticket(account, opened=40, severity="urgent", escalated=True)
    night(DAY)
    card, html = seen(account, client_of(team["ana"]))
    now = Snapshot.objects.get()
    assert now.score == 65
    assert [(row["lift"].rule, row["step"]) for row in card["lifts"]] == [("R3", None)]
    assert "Solve every severe or escalated ticket that is open" in html
    assert "First of all: until then at most 65 points" in html
    assert f"; without its caps the score is {now.raw_score:.1f}." in html
    assert card["steps"] == []
    assert "Without the cap the score is high enough." in html


def test_a_cap_that_a_step_ends_names_the_step() -> None:
    account, client = make_seen()
    caps = [
        {"rule": "R1", "cap": 30.0, "until": None},
        {"rule": "R2", "cap": 60.0, "until": None},
    ]
    Snapshot.objects.update(caps=caps, score=30.0)
    card, html = seen(account, client)
    place = next(i for i, step in enumerate(card["steps"], 1) if step["code"] == "S01")
    assert [(row["lift"].rule, row["step"]) for row in card["lifts"]] == [
        ("R2", None),
        ("R1", place),
    ]
    assert f"Step {place} does it: until then at most 30 points" in html
    assert "once the caps above no longer hold." in html
    Snapshot.objects.update(caps=caps[:1])
    assert "once the cap above no longer holds." in seen(account, client)[1]


def test_what_cannot_be_reached_says_how_far_one_gets() -> None:
    account, client = make_seen()
    Snapshot.objects.update(raw_score=20.0, score=20.0, band="red")
    card, html = seen(account, client)
    assert not card["path"].reachable
    assert f"Not reachable by these alone: gets to <b>{card['path'].reached:.1f}</b>." in html
    left = len(card["steps"]) - 5
    assert f"<summary>{left} more step{'' if left == 1 else 's'}</summary>" in html
    assert html.count('<p class="hs-list-claim">') == len(card["steps"])


def test_what_nobody_can_move_says_so() -> None:
    account, client = make_seen()
    Snapshot.objects.update(states=["STALE"] * 24)
    card, html = seen(account, client)
    assert card["steps"] == []
    assert "There is no step in people, courses or seats that would raise the score." in html


def test_a_score_that_only_has_to_stay_says_so() -> None:
    account, client = make_seen()
    Snapshot.objects.update(raw_score=90.0, score=90.0, band="amber")
    assert "The score is high enough. It only has to stay there." in seen(account, client)[1]


def test_it_counts_in_the_cadence_of_the_run() -> None:
    Organisation.current()
    Organisation.objects.update(cadence="weekly")
    account, client = make_seen()
    Organisation.objects.update(cadence="daily")
    run = Run.objects.get()
    stored = run.portfolio or {}
    only = ["STALE"] * 24
    only[BY_CODE["S05"].slot] = "OK"
    Snapshot.objects.update(states=only)
    assert "12 weeks" in seen(account, client)[0]["steps"][0]["text"]
    Run.objects.update(portfolio=stored | {"tenant": stored["tenant"] | {"cadence": "monthly"}})
    assert "months" in seen(account, client)[0]["steps"][0]["text"]
