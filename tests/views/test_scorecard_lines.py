"""Scorecards for a segment or plan on the pages: beginning one, editing it, whose accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from metrics.forms import Choice, DraftForm
from metrics.models import AccountCurrent, Run, Scorecard
from metrics.signals.defaults import default_config, read_config
from tests.facts import DAY, ago, live_scorecard, make_account, make_line
from tests.views.nights import client_of, make_customer, make_team, night

pytestmark = pytest.mark.django_db
LINE = "/scorecard/line/enterprise/"


@pytest.fixture
def ada() -> Client:
    """An admin's browser."""
    live_scorecard()
    return client_of(make_team()["ada"])


def fields(slug: str = "enterprise", **over: Any) -> dict[str, Any]:
    """What the line's form sends when nothing is touched, with some fields changed."""
    draft = Scorecard.objects.draft(slug)
    config = read_config((draft or Scorecard.objects.live(slug)).body)
    offered = {
        kind: [Choice(text=text, accounts=0) for text in getattr(config, kind)]
        for kind in ("segments", "plans")
    }
    form = DraftForm(base=config, edition=draft.edition if draft else 0, offered=offered)
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: "on" if value is True else value for name, value in sent.items()}
    return {name: value for name, value in sent.items() if value not in (False, ())} | over


def begin(ada: Client, **sent: Any) -> Scorecard:
    """The draft of a new line, begun on the page."""
    ada.post("/scorecard/new/", {"name": "Enterprise", "applies_to.segments": "Enterprise"} | sent)
    draft = Scorecard.objects.draft("enterprise")
    assert draft is not None
    return draft


@pytest.mark.parametrize("name", ["ana", "ben", "cy"])
def test_for_others_no_line_exists(name: str) -> None:
    make_line()
    client = client_of(make_team()[name])
    pages = [LINE, f"{LINE}versions/", f"{LINE}1/", "/scorecard/new/"]
    assert [client.get(page).status_code for page in pages] == [404] * 4
    actions = [f"{LINE}{action}/" for action in ("start", "draft", "discard")]
    sent = {"name": "Mine", "applies_to.segments": "Enterprise"}
    posted = [client.post(action, sent).status_code for action in [*actions, "/scorecard/new/"]]
    assert posted == [404] * 4
    assert Scorecard.objects.count() == 2


def test_every_line_has_addresses_of_its_own_and_the_default_keeps_the_short_ones() -> None:
    assert reverse("scorecard") == reverse("scorecard", kwargs={"line": "default"}) == "/scorecard/"
    assert reverse("scorecard", kwargs={"line": "enterprise"}) == LINE
    version = reverse("scorecard_version", kwargs={"line": "enterprise", "version": 2})
    assert version == f"{LINE}2/"


def test_a_line_that_does_not_exist_is_not_found(ada: Client) -> None:
    for page in (LINE, f"{LINE}versions/", f"{LINE}1/"):
        assert ada.get(page).status_code == 404
    assert ada.post(f"{LINE}start/").status_code == 404


def test_lines_are_offered_once_there_are_several(ada: Client) -> None:
    assert 'aria-label="Scorecards"' not in ada.get("/scorecard/").content.decode()
    make_line("public-sector", segments=["Public"])
    html = ada.get("/scorecard/").content.decode()
    assert 'href="/scorecard/" aria-current="true">Default</a>' in html
    assert 'href="/scorecard/line/public-sector/">Public sector</a>' in html
    assert "For every account that no other scorecard is for." in html


def test_segments_and_plans_that_exist_are_offered_with_their_accounts(ada: Client) -> None:
    for segment, plan in (("SMB", "Team"), ("smb", ""), ("Enterprise", "Scale"), ("", "Team")):
        make_account(segment=segment, plan=plan)
    make_line(segments=["Enterprise"])
    offered = ada.get("/scorecard/new/").context["form"].offered
    assert {kind: list(found) for kind, found in offered.items()} == {
        "segments": [
            Choice(text="Enterprise", accounts=1, owner="Enterprise"),
            Choice(text="SMB", accounts=2),
        ],
        "plans": [Choice(text="Scale", accounts=1), Choice(text="Team", accounts=2)],
    }


def test_a_new_line_begins_as_a_draft_of_what_the_default_says(ada: Client) -> None:
    make_account(segment="Großkunden", plan="Scale")
    sent = {"name": "Großkunden & Co", "applies_to.segments": "Großkunden"}
    response = ada.post("/scorecard/new/", sent | {"applies_to.plans": "Scale"})
    assert response["Location"] == "/scorecard/line/grokunden-co/"
    draft = Scorecard.objects.draft("grokunden-co")
    assert draft is not None
    expected = default_config().to_dict()
    expected["applies_to"] = {"segments": ["Großkunden"], "plans": ["Scale"]}
    assert (draft.body, draft.version, draft.based_on) == (expected, 1, Scorecard.objects.live())
    assert str(draft.created_by) == "Ada"
    assert [str(card) for card in Scorecard.objects.in_force()] == ["v1"]
    html = ada.get("/scorecard/line/grokunden-co/").content.decode()
    assert "Draft grokunden-co v1" in html
    assert 'value="Großkunden" checked' in html


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "客户"}, "Use letters a to z or digits."),
        ({"name": "Default"}, "There is a scorecard default already."),
        ({"name": "Taken"}, "There is a scorecard taken already."),
        ({"name": "a" * 41}, "at most 40 characters"),
        ({"applies_to.segments": []}, "name at least one segment or plan"),
        ({"applies_to.segments": "Nobody"}, "Nobody is not one of the available choices"),
        ({"applies_to.plans": "Scale"}, "&#x27;Scale&#x27; belongs to taken v1 already"),
    ],
)
def test_a_new_line_that_cannot_be_is_told_why(
    ada: Client, sent: dict[str, Any], message: str
) -> None:
    make_account(segment="Enterprise", plan="Scale")
    make_line("taken", segments=[], plans=["scale"])
    good = {"name": "Mine", "applies_to.segments": "Enterprise"}
    response = ada.post("/scorecard/new/", good | sent)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert Scorecard.objects.count() == 2


def test_a_line_is_published_on_its_own(ada: Client) -> None:
    make_account(segment="Enterprise", plan="Scale")
    begin(ada)
    sent = fields(action="publish", reason="They buy differently", **{"signals.S05": "6"})
    response = ada.post(f"{LINE}draft/", sent | {"applies_to.plans": "Scale"})
    assert response["Location"] == LINE
    live = Scorecard.objects.live("enterprise")
    assert live.body["applies_to"] == {"segments": ["Enterprise"], "plans": ["Scale"]}
    assert live.body["signals"]["S05"] == 6
    assert Scorecard.objects.live().body == default_config().to_dict()
    html = ada.get(LINE).content.decode()
    assert "segment <b><bdi>Enterprise</bdi></b> and plan <b><bdi>Scale</bdi></b>" in html
    rows = ada.get(f"{LINE}versions/").context["rows"]
    changed = [(d.place, d.before, d.after) for d in rows[0]["differences"]]
    assert changed[:2] == [("For segments", "none", "Enterprise"), ("For plans", "none", "Scale")]
    assert f'href="{LINE}1/"' in ada.get(f"{LINE}versions/").content.decode()
    assert ada.get(f"{LINE}1/").context["card"] == live


def test_what_another_line_claims_is_refused_beside_the_box(ada: Client) -> None:
    make_account(segment="Enterprise")
    begin(ada)
    make_line("big", segments=["enterprise"])
    sent = fields(action="publish", reason="Mine")
    response = ada.post(f"{LINE}draft/", sent)
    html = response.content.decode()
    assert response.status_code == 422
    assert "&#x27;Enterprise&#x27; belongs to big v1 already" in html
    assert "Mine" in html
    draft = Scorecard.objects.draft("enterprise")
    assert draft is not None
    assert (draft.edition, draft.reason) == (1, "")
    assert ada.post(f"{LINE}draft/", fields(action="save")).status_code == 302


def test_a_line_is_retired_by_publishing_it_for_nobody(ada: Client) -> None:
    make_account(segment="Enterprise")
    make_line()
    ada.post(f"{LINE}start/")
    sent = fields(action="publish", reason="No longer") | {"applies_to.segments": []}
    html = ada.post(f"{LINE}draft/", sent, follow=True).content.decode()
    assert "Scorecard enterprise v2 is live and for nobody: the line is retired" in html
    assert "For nobody: the line is retired, its accounts have v1." in html
    assert [str(card) for card in Scorecard.objects.in_force()] == ["v1"]


def test_a_draft_that_was_never_published_goes_with_its_line(ada: Client) -> None:
    make_account(segment="Enterprise")
    draft = begin(ada)
    response = ada.post(f"{LINE}discard/", {"edition": draft.edition})
    assert response["Location"] == "/scorecard/"
    assert ada.get(LINE).status_code == 404


def test_segments_that_no_account_has_any_more_stay_chosen(ada: Client) -> None:
    make_line(segments=["Gone"], plans=["Scale"])
    ada.post(f"{LINE}start/")
    ada.post(f"{LINE}draft/", fields(action="save", **{"signals.S05": "6"}))
    draft = Scorecard.objects.draft("enterprise")
    assert draft is not None
    assert draft.body["applies_to"] == {"segments": ["Gone"], "plans": ["Scale"]}


def test_a_night_scores_every_account_under_its_own_line(ada: Client) -> None:
    big, small = make_customer(segment="Enterprise"), make_customer(segment="SMB")
    strict = {"red_below": 97.0, "green_from": 99.0, "margin": 1.0, "min_coverage": 0.35}
    make_line(thresholds=strict)
    night(DAY)
    assert dict(AccountCurrent.objects.values_list("account_id", "band")) == {
        big.pk: "red",
        small.pk: "amber",
    }
    assert "scorecard enterprise v1" in ada.get(big.get_absolute_url()).content.decode()
    assert "scorecard v1" in ada.get(small.get_absolute_url()).content.decode()
    assert "v1, enterprise v1" in ada.get("/runs/").content.decode()
    assert "scorecard v1 and 1 other" in ada.get("/").content.decode()


def test_the_preview_counts_only_the_accounts_that_the_line_is_for(ada: Client) -> None:
    for segment in ("Enterprise", "ENTERPRISE", "SMB"):
        make_customer(segment=segment, plan="Scale")
    make_line()
    night(DAY)
    ada.post(f"{LINE}start/")
    over = {"green_from": "99", "red_below": "97", "margin": "1"}
    strict = {f"thresholds.{name}": value for name, value in over.items()}
    same = ada.post(f"{LINE}draft/", fields(action="preview")).context["preview"]
    assert (same.accounts, same.changing) == (2, 0)
    stricter = ada.post(f"{LINE}draft/", fields(action="preview", **strict)).context["preview"]
    assert (stricter.accounts, stricter.worse) == (2, 2)
    wider = ada.post(
        f"{LINE}draft/", fields(action="preview", **strict) | {"applies_to.plans": "Scale"}
    ).context["preview"]
    assert (wider.accounts, wider.worse) == (3, 3)
    nobody = ada.post(
        f"{LINE}draft/", fields(action="preview", **strict) | {"applies_to.segments": []}
    ).context["preview"]
    assert (nobody.accounts, nobody.changing) == (2, 0)  # they go back to the default, the same
    ada.post("/scorecard/start/")
    default = ada.get("/scorecard/").context["preview"]
    assert default.accounts == 1


def test_a_line_of_no_account_has_an_empty_preview(ada: Client) -> None:
    make_customer(segment="SMB")
    night(DAY)
    make_line()
    ada.post(f"{LINE}start/")
    response = ada.get(LINE)
    assert response.context["preview"].accounts == 0
    assert "No account of that night is in these segments" in response.content.decode()


def test_who_publishes_a_line_is_asked_to_recalculate_with_all_of_them(
    ada: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    make_customer(segment="Enterprise")
    night(ago(1))
    assert not ada.get("/scorecard/").context["is_behind"]
    make_line()
    html = ada.get(LINE).content.decode()
    assert "Last night was calculated without enterprise v1." in html
    assert not ada.get("/scorecard/").context["is_behind"]
    with django_capture_on_commit_callbacks():
        ada.post("/scorecard/recalculate/")
    (run,) = Run.objects.open()
    assert run.reason == "Scorecard v1, enterprise v1"
    assert run.other_scorecards == [Scorecard.objects.live("enterprise").pk]


def test_rules_without_a_cap_say_what_they_do(ada: Client) -> None:
    caps = {row["code"]: row["effect"] for row in ada.get("/scorecard/").context["fields"]["caps"]}
    assert caps["R1"] == "at most 30 points"
    assert caps["R7"] == "marked as leaving and left out of all statistics, the score stays"
    assert caps["R9"] == "raises a flag, the score stays"
    assert list(caps) == [f"R{number}" for number in range(1, 10)]


def test_pages_of_a_line_take_few_queries(
    ada: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_customer(segment="Enterprise")
    make_line()
    make_line("small", segments=["SMB"])
    night(DAY)
    ada.post(f"{LINE}start/")
    for page, most in ((LINE, 16), (f"{LINE}versions/", 9), (f"{LINE}1/", 9)):
        with django_assert_max_num_queries(most):
            ada.get(page)
