"""The scorecard: for admins; drafts, publishing, conflicts; a published version never changes."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from metrics.forms import DraftForm
from metrics.models import Run, Scorecard
from metrics.signals.base import Stage
from metrics.signals.defaults import default_config, read_config
from tests.facts import DAY, at, live_scorecard
from tests.views.cards import fields, moved, start
from tests.views.nights import client_of, make_customer, make_team, night

pytestmark = pytest.mark.django_db
PAGES = [
    "/scorecard/",
    "/scorecard/versions/",
    "/scorecard/1/",
    "/scorecard/1.toml",
    "/scorecard/compare/",
    "/scorecard/import/",
]
ACTIONS = ["start", "draft", "discard", "recalculate", "1/roll-back", "import"]


@pytest.fixture
def ada() -> Client:
    """An admin's browser."""
    live_scorecard()
    return client_of(make_team()["ada"])


@pytest.mark.parametrize("name", ["ana", "ben", "cy"])
def test_for_others_it_does_not_exist(name: str) -> None:
    live_scorecard()
    client = client_of(make_team()[name])
    assert [client.get(page).status_code for page in PAGES] == [404] * len(PAGES)
    found = [client.post(f"/scorecard/{action}/").status_code for action in ACTIONS]
    assert found == [404] * len(ACTIONS)
    assert "/scorecard/" not in client.get("/").content.decode()


def test_a_visitor_is_asked_to_log_in() -> None:
    assert {Client().get(page).status_code for page in PAGES} == {302}


def test_the_live_version_is_read_only(ada: Client) -> None:
    html = ada.get("/scorecard/").content.decode()
    assert html.count("<fieldset") == html.count("disabled>") == 4
    assert "Save draft" not in html
    assert "Weights are policy, not measurement" in html
    assert ada.post("/scorecard/draft/", fields(action="preview")).status_code == 200
    assert Scorecard.objects.count() == 1


def test_shown_shares_of_signals_sum_to_100_in_every_stage(ada: Client) -> None:
    dimensions = ada.get("/scorecard/").context["fields"]["dimensions"]
    for place, _ in enumerate(Stage):
        shares = [row["shares"][place]["of"] or 0 for d in dimensions for row in d["signals"]]
        assert sum(shares) == pytest.approx(100)


def test_there_is_one_draft_at_a_time(ada: Client) -> None:
    first = start(ada)
    assert (first.version, first.based_on) == (2, Scorecard.objects.live())
    assert start(ada) == first


def test_what_is_saved_is_what_was_typed_and_nothing_else(ada: Client) -> None:
    draft = start(ada)
    over = moved() | {"signals.S05": "6", "thresholds.red_below": "55", "curves.S07.1.raw": "-25"}
    sent = fields(action="save", **over)
    del sent["caps.R4"]
    assert ada.post("/scorecard/draft/", sent).status_code == 302
    draft.refresh_from_db()
    expected = default_config().to_dict()
    expected["dimensions"]["mature"] |= {"engagement": 30.0, "breadth": 26.0}
    expected["signals"]["S05"] = 6.0
    expected["thresholds"]["red_below"] = 55.0
    expected["curves"]["S07"][1][0] = -0.25
    expected["caps"]["R4"] = False
    assert (draft.body, draft.edition) == (expected, 2)
    assert Scorecard.objects.live().version == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dimensions.mature.engagement": "30"}, "weights sum to 96, they must sum to 100"),
        ({"dimensions.mature.engagement": "-1"}, "must be zero or more"),
        ({"dimensions.mature.engagement": "nan"}, "Enter a number"),
        ({"signals.S05": ""}, "This field is required"),
        ({"signals.S02": "0"}, "has weight, but none of its signals has"),
        ({"thresholds.red_below": "80"}, "red must lie below green"),
        ({"curves.S07.1.raw": "-60"}, "must be above"),
        ({"curves.S07.1.points": "101"}, "outside 0 to 100"),
    ],
)
def test_a_mistake_is_named_and_everything_typed_stays(
    ada: Client, wrong: dict[str, str], message: str
) -> None:
    draft = start(ada)
    sent = fields(action="save", **{"dimensions.adoption.support": "14.0", **wrong})
    response = ada.post("/scorecard/draft/", sent)
    html = response.content.decode()
    assert response.status_code == 422
    assert message in html
    for name, value in wrong.items():
        assert response.context["form"].shown(name) == value
    assert 'value="14.0"' in html
    draft.refresh_from_db()
    assert (draft.edition, draft.body) == (1, default_config().to_dict())


def test_who_was_slower_is_told_and_loses_nothing(ada: Client) -> None:
    draft = start(ada)
    mine = fields(action="save", **moved(4))
    ada.post("/scorecard/draft/", fields(action="save", **moved(2)))
    response = ada.post("/scorecard/draft/", mine)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else saved this draft while you were editing." in html
    assert response.context["form"].shown("dimensions.mature.engagement") == "30"
    theirs = [(row.place, row.before, row.after) for row in response.context["theirs"]]
    assert theirs == [("Engagement in mature, %", "32", "30"), ("Breadth in mature, %", "24", "26")]
    draft.refresh_from_db()
    assert draft.body["dimensions"]["mature"]["engagement"] == 32
    again = ada.post("/scorecard/draft/", mine | {"edition": str(response.context["edition"])})
    assert again.status_code == 302
    draft.refresh_from_db()
    assert draft.body["dimensions"]["mature"]["engagement"] == 30


def test_a_draft_that_is_gone_can_be_begun_again_with_what_was_typed(ada: Client) -> None:
    draft = start(ada)
    mine = fields(action="save", **moved())
    ada.post("/scorecard/discard/", {"edition": draft.edition})
    response = ada.post("/scorecard/draft/", mine)
    assert (response.status_code, response.context["edition"]) == (409, 0)
    assert Scorecard.objects.draft() is None
    assert ada.post("/scorecard/draft/", mine | {"edition": "0"}).status_code == 302
    begun = Scorecard.objects.draft()
    assert begun is not None
    assert begun.body["dimensions"]["mature"]["engagement"] == 30


@pytest.mark.parametrize("reason", ["", "   "])
def test_publishing_needs_a_reason(ada: Client, reason: str) -> None:
    start(ada)
    response = ada.post("/scorecard/draft/", fields(action="publish", reason=reason, **moved()))
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    assert response.context["form"].shown("dimensions.mature.engagement") == "30"
    assert Scorecard.objects.live().version == 1


def test_publishing_makes_the_form_live_with_its_reason(ada: Client) -> None:
    start(ada)
    sent = fields(action="publish", reason="Breadth was too light", **moved())
    assert ada.post("/scorecard/draft/", sent).status_code == 302
    live = Scorecard.objects.live()
    assert (live.version, live.reason) == (2, "Breadth was too light")
    assert str(live.published_by) == "Ada"
    assert live.body["dimensions"]["mature"]["breadth"] == 26
    assert Scorecard.objects.draft() is None
    rows = ada.get("/scorecard/versions/").context["rows"]
    assert [(row["card"].version, len(row["differences"])) for row in rows] == [(2, 2), (1, 0)]
    assert "Breadth was too light" in ada.get("/scorecard/2/").content.decode()


def test_a_stale_form_publishes_nothing(ada: Client) -> None:
    start(ada)
    mine = fields(action="publish", reason="Mine", **moved(4))
    ada.post("/scorecard/draft/", fields(action="save", **moved(2)))
    response = ada.post("/scorecard/draft/", mine)
    assert response.status_code == 409
    assert "Mine" in response.content.decode()
    assert Scorecard.objects.live().version == 1


def test_the_rest_is_spread_over_what_is_not_locked(ada: Client) -> None:
    start(ada)
    over = {"stage": "mature", "dimensions.mature.engagement": "20"}
    locked = {"lock.dimensions.mature.engagement": "on", "lock.dimensions.mature.support": "on"}
    response = ada.post("/scorecard/draft/", fields(action="spread", **over, **locked))
    shown = response.context["form"].shown
    names = ("onboarding", "engagement", "breadth", "training", "support", "sentiment")
    weights = [shown(f"dimensions.mature.{name}") for name in names]
    assert weights == ["7.7", "20", "28", "10.2", "15", "19.1"]
    assert response.context["fields"]["stages"][2]["total"] == "100"
    assert "checked" in response.content.decode()


def test_the_preview_counts_who_changes_band_and_stores_nothing(ada: Client) -> None:
    make_customer()
    make_customer()
    night(DAY)
    draft = start(ada)
    over = {"green_from": "99", "red_below": "95", "margin": "1"}
    sent = fields(action="preview", **{f"thresholds.{name}": value for name, value in over.items()})
    response = ada.post("/scorecard/draft/", sent, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert html.strip().startswith('<div id="preview"')
    preview = response.context["preview"]
    assert sum(map(sum, preview.matrix)) == preview.accounts == 2
    assert preview.worse == 2
    assert preview.arr_after == 2 * 86400
    assert "2 accounts change band." in html
    assert (draft.edition, response.context["differences"][0].place) == (1, "Red below")
    same = ada.post("/scorecard/draft/", fields(action="preview")).context["preview"]
    assert (same.changing, same.largest) == (0, [])


def test_the_largest_changes_lead_to_their_accounts(ada: Client) -> None:
    account = make_customer()
    run = night(DAY)
    start(ada)
    response = ada.post("/scorecard/draft/", fields(action="preview", **moved(30)))
    (row,) = response.context["preview"].largest
    assert row.account_id == account.pk
    assert row.after - row.before == row.change != 0
    assert account.get_absolute_url() in response.content.decode()
    stored = Run.objects.get(pk=run.pk)
    assert stored.is_published


def test_discarding_deletes_only_what_was_seen(ada: Client) -> None:
    draft = start(ada)
    ada.post("/scorecard/draft/", fields(action="save", **moved()))
    ada.post("/scorecard/discard/", {"edition": draft.edition})
    assert Scorecard.objects.draft() == draft
    ada.post("/scorecard/discard/", {"edition": draft.edition + 1})
    assert Scorecard.objects.draft() is None


def test_last_night_is_calculated_again_on_the_same_facts(
    ada: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    make_customer()
    night(DAY)
    start(ada)
    ada.post("/scorecard/draft/", fields(action="publish", reason="Try it", **moved()))
    assert "Recalculate last night" in ada.get("/scorecard/").content.decode()
    with django_capture_on_commit_callbacks() as wake:
        assert ada.post("/scorecard/recalculate/")["Location"] == "/runs/"
    (run,) = Run.objects.open()
    assert (run.business_day, run.revision, run.data_cutoff) == (DAY, 2, at(DAY, 3))
    assert (run.scorecard.version, run.reason) == (2, "Scorecard v2")
    assert len(wake) == 1


def test_everything_works_without_javascript(ada: Client) -> None:
    start(ada)
    page = ada.get("/scorecard/", {"stage": "adoption", "signal": "S20"})
    assert (page.context["stage"], page.context["signal"].code) == ("adoption", "S20")
    assert '<dialog class="hs-dialog" id="publish" open' in (
        ada.get("/scorecard/", {"publish": "1"}).content.decode()
    )
    assert 'id="discard" open' in ada.get("/scorecard/", {"discard": "1"}).content.decode()
    assert " style=" not in page.content.decode()
    assert ada.get("/scorecard/", {"signal": "S99"}).status_code == 404
    assert ada.get("/scorecard/", {"stage": "old"}).status_code == 404


def test_a_draft_can_begin_from_an_older_version(ada: Client) -> None:
    start(ada)
    ada.post("/scorecard/draft/", fields(action="publish", reason="Try it", **moved()))
    ada.post("/scorecard/start/", {"version": "1"})
    draft = Scorecard.objects.draft()
    assert draft is not None
    assert (draft.version, draft.body) == (3, default_config().to_dict())


def test_pages_take_few_queries(
    ada: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_customer()
    night(DAY)
    start(ada)
    for page, most in (("/scorecard/", 14), ("/scorecard/versions/", 8), ("/scorecard/1/", 9)):
        with django_assert_max_num_queries(most):
            ada.get(page)


def test_untouched_numbers_keep_all_their_digits() -> None:
    body: dict[str, Any] = default_config().to_dict()
    body["dimensions"]["mature"] |= {"engagement": 34 - 1e-7, "breadth": 22 + 1e-7}
    body["curves"]["S12"][1][0] = 1 / 3
    body["thresholds"]["min_coverage"] = 0.1 + 0.2
    config = read_config(body)
    form = DraftForm(base=config, edition=1)
    data = {name: form[name].value() for name in form.fields}
    data |= {f"caps.{rule}": "on" for rule in config.caps} | {"edition": 1}
    sent = DraftForm(data, base=config, edition=1)
    assert sent.is_valid(), sent.errors
    assert sent.config == config
