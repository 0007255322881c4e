"""Versions of the scorecard: compared, rolled back, downloaded and imported."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from metrics.forms.texts import LARGEST, line_of
from metrics.models import Scorecard
from metrics.models.scorecards import StaleEdition
from metrics.signals.defaults import default_config, read_config
from metrics.signals.text import to_text
from tests.facts import live_scorecard, make_line
from tests.views.cards import fields, moved, start
from tests.views.nights import client_of, make_team

pytestmark = pytest.mark.django_db
WORDS = "Breadth was too light"


@pytest.fixture
def ada() -> Client:
    """An admin's browser; two versions are published, the second with its reason."""
    live_scorecard()
    client = client_of(make_team()["ada"])
    start(client)
    client.post("/scorecard/draft/", fields(action="publish", reason=WORDS, **moved()))
    return client


def roll_back(client: Client, *, live: str = "2", reason: str = "It was better") -> Any:
    """To version 1."""
    return client.post("/scorecard/1/roll-back/", {"live": live, "reason": reason})


def upload(client: Client, text: str | bytes, *, page: str = "/scorecard/", **more: str) -> Any:
    content = text.encode() if isinstance(text, str) else text
    file = SimpleUploadedFile("scorecard.toml", content)
    draft = Scorecard.objects.draft(page.split("/")[3] if "line" in page else "default")
    edition = str(draft.edition if draft else 0)
    return client.post(f"{page}import/", {"edition": edition, "file": file, **more})


def test_a_number_of_thousands_of_digits_is_the_number_of_nothing(ada: Client) -> None:
    huge = "9" * 5000
    assert roll_back(ada, live=huge).status_code == 409
    assert ada.post("/scorecard/start/", {"version": huge}).status_code == 302
    assert ada.post("/scorecard/discard/", {"edition": huge}).status_code == 302
    assert Scorecard.objects.draft() is not None
    assert ada.post("/scorecard/draft/", fields(tried=huge, account=huge)).status_code == 200


def changed() -> str:
    """The default as text, with four points moved."""
    body = default_config().to_dict()
    body["dimensions"]["mature"] |= {"engagement": 30.0, "breadth": 26.0}
    return to_text(read_config(body))


def test_rolling_back_publishes_a_copy_with_its_reason(ada: Client) -> None:
    assert roll_back(ada).status_code == 302
    live = Scorecard.objects.live()
    assert (live.version, live.reason, str(live.published_by)) == (3, "It was better", "Ada")
    assert live.body == Scorecard.objects.get(version=1).body
    assert live.based_on == Scorecard.objects.get(version=1)
    assert Scorecard.objects.count() == 3


@pytest.mark.parametrize("reason", ["", "  "])
def test_rolling_back_needs_a_reason(ada: Client, reason: str) -> None:
    response = roll_back(ada, reason=reason)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Say why" in html
    assert 'id="roll-back" open' in html
    assert Scorecard.objects.live().version == 2


@pytest.mark.parametrize("live", ["1", "", "x"])
def test_rolling_back_what_somebody_replaced_meanwhile_is_a_conflict(
    ada: Client, live: str
) -> None:
    response = roll_back(ada, live=live)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else published or began a draft meanwhile." in html
    assert "It was better" in html
    assert Scorecard.objects.live().version == 2


def test_rolling_back_waits_until_there_is_no_draft(ada: Client) -> None:
    start(ada)
    page = ada.get("/scorecard/1/", {"roll-back": "1"}).content.decode()
    assert "Publish or discard it first" in page
    assert roll_back(ada).status_code == 409
    assert [card.state for card in Scorecard.objects.order_by("version")][-1] == "draft"
    with pytest.raises(StaleEdition):
        Scorecard.objects.get(version=1).roll_back(live=2, by=None, reason="x")


def test_rolling_back_is_offered_for_old_versions_only(ada: Client) -> None:
    versions = ada.get("/scorecard/versions/").content.decode()
    assert versions.count("Roll back…") == 1
    assert 'href="/scorecard/1/?roll-back=1"' in versions
    assert 'id="roll-back"' not in ada.get("/scorecard/2/").content.decode()
    assert ada.post("/scorecard/9/roll-back/", {"live": "2", "reason": "x"}).status_code == 404


def test_any_two_versions_are_compared(ada: Client) -> None:
    roll_back(ada)
    start(ada)
    ada.post("/scorecard/draft/", fields(action="save", **{"thresholds.red_below": "55"}))
    rows = ada.get("/scorecard/compare/", {"from": "2", "to": "4"}).context["rows"]
    assert [(row.place, row.before, row.after) for row in rows] == [
        ("Engagement in mature, %", "30", "34"),
        ("Breadth in mature, %", "26", "22"),
        ("Red below", "60", "55"),
    ]
    first = ada.get("/scorecard/compare/")
    assert (str(first.context["older"]), str(first.context["newer"])) == ("v3", "v4")
    html = ada.get("/scorecard/compare/", {"from": "1", "to": "2"}).content.decode()
    assert WORDS in html
    assert "by Ada" in html
    assert "Nothing differs." in (
        ada.get("/scorecard/compare/", {"from": "1", "to": "3"}).content.decode()
    )
    for wrong in ("9", "x"):
        assert ada.get("/scorecard/compare/", {"from": wrong}).status_code == 404


def test_a_version_is_downloaded_and_imported_as_it_was(ada: Client) -> None:
    answer = ada.get("/scorecard/2.toml")
    assert answer["Content-Disposition"] == 'attachment; filename="scorecard-default-v2.toml"'
    roll_back(ada)
    assert upload(ada, answer.content).status_code == 302
    draft = Scorecard.objects.draft()
    assert draft is not None
    assert draft.body == Scorecard.objects.get(version=2).body
    assert (Scorecard.objects.live().version, draft.version) == (3, 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[thresholds]\nred_below = = 3\n", "Line 2, column 13: Invalid value."),
        ("[thresholds", "At the end of the file"),
        ("\n[thresholds]\nred_below = 'low'", "Line 3: Red below: &#x27;low&#x27; is not a number"),
        ("[dimensions.mature]\nsupport = 20", "Line 1: Weights in mature: weights sum to 105"),
        ("[signals]\nS05 = 2\nS99 = 1", "Line 3: signals.S99: is not known"),
        ("[curves]\nS07 = [[0, 0], [0, 9]]", "Line 2: Curve of Usage against own normal: anchor"),
        ("colour = 1", "Line 1: Colour: is not a part of a scorecard"),
        ("[applies_to]\nsegments = ['SMB']", "Line 1: Applies to: the default line is for"),
        (b"[caps]\n# \xff\xfe", "Line 2: this is no UTF-8 text."),
        ("#" * (LARGEST + 1), "The file is larger than 200"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_line(
    ada: Client, text: str | bytes, said: str
) -> None:
    response = upload(ada, text)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert Scorecard.objects.draft() is None


def test_without_a_file_it_asks_for_one(ada: Client) -> None:
    response = ada.post("/scorecard/import/", {"edition": "0"})
    assert response.status_code == 422
    assert "Choose a file first." in response.content.decode()


def test_an_import_replaces_a_draft_only_where_that_is_said(ada: Client) -> None:
    draft = start(ada)
    refused = upload(ada, to_text(default_config()))
    assert "Tick it: draft v3 would be replaced" in refused.content.decode()
    draft.refresh_from_db()
    assert draft.edition == 1
    assert upload(ada, to_text(default_config()), replace="on").status_code == 302
    draft.refresh_from_db()
    assert (draft.edition, draft.body) == (2, default_config().to_dict())


def test_an_import_never_replaces_what_was_saved_meanwhile(ada: Client) -> None:
    draft = start(ada)
    ada.post("/scorecard/draft/", fields(action="save", **moved(6)))
    response = upload(ada, changed(), replace="on", edition="1")
    assert response.status_code == 422
    assert "nothing was imported" in response.content.decode()
    draft.refresh_from_db()
    assert draft.body["dimensions"]["mature"]["engagement"] == 28
    ada.post("/scorecard/discard/", {"edition": str(draft.edition)})
    assert "nothing was imported" in upload(ada, changed(), edition="2").content.decode()
    assert Scorecard.objects.draft() is None


def test_a_file_for_a_line_says_whom_it_is_for(ada: Client) -> None:
    make_line("partners", segments=["Partners"])
    make_line("public", segments=["Public"])
    page = "/scorecard/line/partners/"
    response = upload(ada, "[thresholds]\nred_below = 55", page=page)
    assert "is missing: name segments or plans" in response.content.decode()
    taken = upload(ada, "[applies_to]\nsegments = ['Public']", page=page)
    assert "Line 2: Whom it is for, segments: &#x27;Public&#x27; belongs to" in (
        taken.content.decode()
    )
    assert upload(ada, "[applies_to]\nsegments = ['Partner']", page=page).status_code == 302
    draft = Scorecard.objects.draft("partners")
    assert draft is not None
    assert draft.body["applies_to"] == {"segments": ["Partner"], "plans": []}


def test_a_place_is_found_where_it_stands() -> None:
    text = "a = 1\n\n[ b.c ]\n  d = 2\n[b]\nd = 3\n"
    places = ["a", "b.c", "b.c.d", "b.d", "b.c.x", "z"]
    assert [line_of(text, place) for place in places] == [1, 3, 4, 6, 3, None]


def test_pages_of_versions_take_few_queries(
    ada: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for page in ("compare/", "import/", "1/?roll-back=1", "1.toml"):
        with django_assert_max_num_queries(10):
            assert ada.get(f"/scorecard/{page}").status_code == 200
