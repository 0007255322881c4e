"""The preview: what it says, one account tried, conflicts of two admins, queries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from metrics.models import Scorecard, Snapshot
from metrics.scoring.bands import asked_band
from metrics.signals.defaults import default_config, read_config
from metrics.views.scorecard.night_values import ORDER, forget
from metrics.views.scorecard.rescored import asked_bands
from tests.facts import DAY, live_scorecard, make_account
from tests.views.cards import fields, moved, send, start
from tests.views.nights import client_of, make_customer, make_team, make_user, night

HIGH = {"thresholds.green_from": "99", "thresholds.red_below": "95", "thresholds.margin": "1"}
LOW = {"thresholds.green_from": "2", "thresholds.red_below": "1", "thresholds.margin": "0"}


@pytest.fixture
def ada(db: None) -> Client:
    """An admin's browser; two customers, one without data, and a draft."""
    live_scorecard()
    client = client_of(make_team()["ada"])
    make_customer(name="Halden Freight")
    make_customer(name="Halden <b>Cargo</b>")
    make_account(name="Copperleaf", started=9)
    night(DAY)
    start(client)
    return client


def halden() -> Account:
    return Account.objects.get(name="Halden Freight")


def test_the_sentence_says_who_changes_and_what_is_at_risk(ada: Client) -> None:
    html = " ".join(send(ada, "preview", **HIGH).content.decode().split())
    assert "<b>2 accounts change band.</b> 2 get worse, 0 better;" in html
    assert "ARR at risk rises by $173k to $173k." in html
    assert "<b>2 accounts</b> lie below red and <b>0 accounts</b> from green" in html


def test_a_draft_that_makes_everybody_green_is_warned_of(ada: Client) -> None:
    response = send(ada, "preview", part=True, **LOW)
    assert response.context["preview"].green_percent == 100
    assert "100 % of the accounts with a score would be green." in response.content.decode()
    assert "would be green" not in send(ada, "preview", part=True).content.decode()


@given(
    st.lists(st.tuples(st.floats(0, 100) | st.just(float("nan")), st.sampled_from(ORDER))),
    st.floats(0, 7),
)
def test_bands_of_all_at_once_are_those_of_each(
    accounts: list[tuple[float, str]], margin: float
) -> None:
    config = read_config(
        default_config().to_dict() | {"thresholds": {"margin": margin, "red_below": 55.0}}
    )
    scores = np.array([score for score, _ in accounts], dtype=np.float64)
    bands = np.array([ORDER.index(band) for _, band in accounts], dtype=np.intp)
    of = np.zeros(len(accounts), dtype=np.intp)
    found = [ORDER[place] for place in asked_bands(scores, bands, [config], of)]
    assert found == [
        "grey" if score != score else asked_band(score, band, config) for score, band in accounts
    ]


def test_a_draft_without_changes_gives_the_night_again(ada: Client) -> None:
    """What is scored again is what the night stored, to the last printed digit."""
    response = send(ada, "preview", account=str(halden().pk))
    tried = response.context["tried"]
    stored = Snapshot.objects.get(account_id=halden().pk)
    for side in (tried.before, tried.after):
        assert side.score == pytest.approx(stored.score, abs=1e-9)
        assert side.raw_score == pytest.approx(stored.raw_score, abs=1e-9)
        assert side.weights == pytest.approx([weight or 0.0 for weight in stored.weights])
        assert [cap["rule"] for cap in side.caps] == [cap["rule"] for cap in stored.caps]
    assert (tried.change, tried.signals) == (0, [])
    assert "No signal changes its points or its weight." in response.content.decode()


def test_an_account_is_tried_term_by_term(ada: Client) -> None:
    over = moved(10) | {"curves.S05.1.points": "99"}
    response = send(ada, "preview", part=True, account=str(halden().pk), **over)
    tried = response.context["tried"]
    assert tried.change != 0
    for side in (tried.before, tried.after):
        line, _, result = side.formula.rpartition(" = ")
        terms = [term.split(" × ") for term in line.split(" + ")]
        exact = sum(float(share) * float(points) for share, points in terms)
        assert exact == pytest.approx(side.raw_score, abs=1e-4)
        assert result.split(" → ")[0] == f"{exact:.4f}"
    for place, side in (("before", tried.before), ("after", tried.after)):
        printed = sum(row[place][1] for row in tried.dimensions if row[place])
        assert printed == pytest.approx(round(side.raw_score, 1))
    gives = sum(row["gives"] for row in tried.signals)
    assert gives == pytest.approx(tried.after.raw_score - tried.before.raw_score, abs=0.05)
    html = response.content.decode()
    assert "Halden Freight" in html
    assert "The whole line of arithmetic" in html


def test_an_account_is_found_by_a_part_of_its_name(ada: Client) -> None:
    response = send(ada, "preview", part=True, find="halden")
    offered = response.context["finding"].offered
    assert [name for _, name in offered] == ["Halden <b>Cargo</b>", "Halden Freight"]
    html = response.content.decode()
    assert "Halden &lt;b&gt;Cargo&lt;/b&gt;" in html
    assert "<b>Cargo" not in html
    one = send(ada, "preview", part=True, find="freight")
    assert one.context["tried"].name == "Halden Freight"
    none = send(ada, "preview", part=True, find="nobody")
    assert "No account’s name holds this text." in none.content.decode()


def test_who_was_chosen_stays_until_something_else_is_typed(ada: Client) -> None:
    pk = str(halden().pk)
    chosen = send(ada, "preview", account=pk, find="halden")
    assert f'name="tried" value="{pk}"' in chosen.content.decode()
    kept = send(ada, "preview", tried=pk, found="halden", find="halden", **moved())
    assert kept.context["tried"].account_id == halden().pk
    other = send(ada, "preview", tried=pk, found="halden", find="halde")
    assert (other.context["finding"].account_id, len(other.context["finding"].offered)) == (None, 2)


@pytest.mark.parametrize("number", ["999999", "x", "-1", "99999999999999999999", "²"])
def test_an_account_that_does_not_exist_is_not_tried(ada: Client, number: str) -> None:
    response = send(ada, "preview", account=number)
    assert response.status_code == 200
    assert response.context["finding"].account_id is None


def test_an_account_without_a_score_and_one_without_a_night(ada: Client) -> None:
    copper = Account.objects.get(name="Copperleaf")
    html = send(ada, "preview", account=str(copper.pk)).content.decode()
    assert "has no score under either" in html
    late = make_account(name="Late comer")
    html = send(ada, "preview", account=str(late.pk)).content.decode()
    assert "Last night did not calculate this account." in html


def test_trying_stores_nothing_and_works_without_a_draft(ada: Client) -> None:
    draft = Scorecard.objects.draft()
    assert draft is not None
    send(ada, "preview", account=str(halden().pk), **moved(8))
    draft.refresh_from_db()
    assert draft.edition == 1
    draft.discard(edition=1)
    response = send(ada, "preview", account=str(halden().pk), **moved(8))
    assert response.context["tried"].change != 0
    assert Scorecard.objects.draft() is None


@pytest.fixture
def bob(ada: Client) -> Client:
    """A second admin's browser."""
    return client_of(make_user("Bob", "admin"))


def test_of_two_who_save_the_second_sees_both_and_can_go_on(ada: Client, bob: Client) -> None:
    hers, his = fields(action="save", **moved(2)), fields(action="save", **moved(6))
    assert ada.post("/scorecard/draft/", hers).status_code == 302
    conflict = bob.post("/scorecard/draft/", his)
    assert conflict.status_code == 409
    rows = [(row.place, row.before, row.after) for row in conflict.context["theirs"]]
    assert rows == [("Engagement in mature, %", "32", "28"), ("Breadth in mature, %", "24", "28")]
    assert "Theirs, stored" in conflict.content.decode()
    assert conflict.context["form"].shown("dimensions.mature.engagement") == "28"
    again = his | {"edition": str(conflict.context["edition"])}
    assert bob.post("/scorecard/draft/", again).status_code == 302
    assert stored_engagement(Scorecard.objects.draft()) == 28


def test_who_saves_what_the_other_has_published_is_told_who_and_why(
    ada: Client, bob: Client
) -> None:
    his = fields(action="save", **moved(6))
    ada.post("/scorecard/draft/", fields(action="publish", reason="For Q4", **moved(2)))
    conflict = bob.post("/scorecard/draft/", his)
    html = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Live is v2, published" in html
    assert "by Ada: <bdi>For Q4</bdi>" in html
    assert bob.post("/scorecard/draft/", his | {"edition": "0"}).status_code == 302
    draft = Scorecard.objects.draft()
    assert draft is not None
    assert (draft.version, draft.based_on, stored_engagement(draft)) == (
        3,
        Scorecard.objects.live(),
        28,
    )
    assert stored_engagement(Scorecard.objects.live()) == 32


def test_of_two_who_publish_one_is_published(ada: Client, bob: Client) -> None:
    hers = fields(action="publish", reason="Hers", **moved(2))
    his = fields(action="publish", reason="His", **moved(6))
    assert ada.post("/scorecard/draft/", hers).status_code == 302
    conflict = bob.post("/scorecard/draft/", his)
    assert conflict.status_code == 409
    assert "His" in conflict.content.decode()
    assert next(card.reason for card in Scorecard.objects.published()) == "Hers"
    assert Scorecard.objects.published().count() == 2


def test_who_discards_what_the_other_has_saved_discards_nothing(ada: Client, bob: Client) -> None:
    ada.post("/scorecard/draft/", fields(action="save", **moved(2)))
    answer = bob.post("/scorecard/discard/", {"edition": "1"}, follow=True)
    assert "The draft was changed meanwhile and was not discarded" in answer.content.decode()
    assert stored_engagement(Scorecard.objects.draft()) == 32


def stored_engagement(card: Any) -> float:
    """Per cent in the mature stage."""
    assert card is not None
    return float(card.body["dimensions"]["mature"]["engagement"])


def test_after_the_first_read_a_preview_takes_few_queries(
    ada: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sent = fields(action="preview", account=str(halden().pk), **moved())
    htmx = {"HX-Request": "true"}
    forget()
    with django_assert_num_queries(11):
        ada.post("/scorecard/draft/", sent, headers=htmx)
    with django_assert_num_queries(8):
        ada.post("/scorecard/draft/", sent, headers=htmx)
