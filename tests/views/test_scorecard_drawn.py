"""The fields of the editor are drawn once, and never shown where anything of them is another."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from metrics.models import Scorecard
from tests.views.nights import client_of, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Client:
    return client_of(make_team()["ada"])


def shown(ada: Client, place: str, address: str = "/scorecard/") -> str:
    """What stands in a field."""
    html = ada.get(address).content.decode()
    found = re.search(rf'name="{re.escape(place)}" value="([^"]*)"', html)
    assert found
    return found[1]


def test_what_is_saved_or_published_stands_in_the_fields(ada: Client) -> None:
    place, first = "thresholds.red_below", shown(ada, "thresholds.red_below")
    assert shown(ada, place) == first
    live = Scorecard.objects.live()
    draft = Scorecard.objects.start_draft(live, by=None)
    assert shown(ada, place) == first
    draft.body["thresholds"]["red_below"] = 51.5
    draft.save_draft(draft.body, edition=draft.edition)
    assert shown(ada, place) == "51.5"
    assert "<fieldset disabled" not in ada.get("/scorecard/").content.decode()
    draft.publish(edition=draft.edition, by=None, reason="Try it")
    assert shown(ada, place) == "51.5"
    assert "<fieldset disabled" in ada.get("/scorecard/").content.decode()
    assert shown(ada, place, f"/scorecard/{live.version}/") == first


def test_the_chosen_stage_tab_and_signal_are_shown(ada: Client) -> None:
    for query, text in (
        ("", 'data-pick-stage="mature" aria-pressed="true"'),
        ("?stage=adoption", 'data-pick-stage="adoption" aria-pressed="true"'),
        ("?tab=caps", '<div data-tab="weights" hidden>'),
        ("?signal=S07", '<option value="S07" selected>'),
    ):
        pages = [ada.get(f"/scorecard/{other}").content.decode() for other in (query, "", query)]
        assert [text in page for page in pages] == [True, query == "", True]
