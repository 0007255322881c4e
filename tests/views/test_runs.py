"""Runs and data: what is shown to whom, what admins may start, and a run in progress."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organisation
from metrics.models import Batch, Expectation, Reject, Run, RunChunk
from metrics.nightly.chunks import claim
from tests.facts import DAY, ago, at, live_scorecard, make_account, make_status, make_ticket
from tests.views.nights import client_of, make_team
from tests.views.rows import make_run

pytestmark = pytest.mark.django_db
POSTS = ["/runs/now/", "/runs/recompute/", "/runs/1/again/"]


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(at(DAY, 12), tick=False):
        yield


def ledger() -> list[tuple[dt.date, int, str, str]]:
    """The whole ledger, oldest first."""
    runs = Run.objects.order_by("business_day", "revision")
    return [(run.business_day, run.revision, run.kind, run.state) for run in runs]


def make_batch(source: str = "usage", **over: Any) -> Batch:
    counts = {"received": 12, "accepted": 10, "duplicate": 1, "quarantined": 1}
    values = {"state": "finished", "finished_at": at(DAY, 5), "file_name": "x.csv", **counts}
    return Batch.objects.create(source=source, **{**values, **over})


def test_everybody_sees_the_runs_but_only_admins_may_act() -> None:
    team = make_team()
    make_run()
    seen = {}
    for name in ("ana", "ben", "cy", "ada"):
        html = client_of(team[name]).get("/runs/").content.decode()
        seen[name] = ("Last night is complete." in html, "Run now" in html, "Recompute" in html)
    assert seen == {
        "ana": (True, False, False),
        "ben": (True, False, False),
        "cy": (True, False, False),
        "ada": (True, True, True),
    }
    assert client_of(None).get("/runs/").status_code == 302


@pytest.mark.parametrize("path", [*POSTS, "/runs/rejects/", "/runs/rejects/1.csv"])
@pytest.mark.parametrize("name", ["ana", "ben", "cy"])
def test_what_is_for_admins_does_not_exist_for_others(path: str, name: str) -> None:
    client = client_of(make_team()[name])
    make_run(pk=1)
    answer = client.post(path) if path in POSTS else client.get(path)
    assert answer.status_code == 404
    assert Run.objects.count() == 1


@pytest.mark.parametrize("path", POSTS)
def test_nothing_starts_by_following_a_link(path: str) -> None:
    assert client_of(make_team()["ada"]).get(path).status_code == 405


def test_run_now_writes_the_ledger_even_without_a_broker(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    live_scorecard()
    make_run()
    ada = client_of(make_team()["ada"])
    with django_capture_on_commit_callbacks(execute=True):
        answer = ada.post("/runs/now/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/runs/")
    assert ledger() == [
        (DAY, 1, "nightly", "complete"),
        (DAY, 2, "recalculation", "new"),
    ]
    assert Run.objects.get(revision=2).data_cutoff == at(DAY, 12)


def test_before_the_night_is_due_run_now_takes_the_day_before() -> None:
    live_scorecard()
    with time_machine.travel(at(DAY, 1), tick=False):
        client_of(make_team()["ada"]).post("/runs/now/")
    assert ledger() == [(ago(1), 1, "recalculation", "new")]


def test_asking_twice_is_one_run() -> None:
    live_scorecard()
    ada = client_of(make_team()["ada"])
    ada.post("/runs/now/")
    ada.post("/runs/now/")
    assert len(ledger()) == 1


def test_who_asks_for_a_day_that_is_at_work_is_told() -> None:
    live_scorecard()
    ada = client_of(make_team()["ada"])
    span = {"first": ago(2).isoformat(), "last": ago(1).isoformat()}
    ada.post("/runs/recompute/", span)
    assert claim("tests") is not None
    page = ada.post("/runs/recompute/", {**span, "as_of": "now"}, follow=True).content.decode()
    assert "1 day asked for, oldest first" in page
    assert f"ask again when it has ended, for {ago(2):%-d %b}" in page
    run = Run.objects.latest("pk")
    with time_machine.travel(at(ago(2), 23), tick=False):
        page = ada.post("/runs/now/", follow=True).content.decode()
    assert f"Run {run.pk - 1} of {ago(2):%-d %b} is not done yet" in page
    assert len(ledger()) == 2


def test_a_span_of_days_is_asked_for_oldest_first() -> None:
    live_scorecard()
    ada = client_of(make_team()["ada"])
    ada.post("/runs/recompute/", {"first": ago(2).isoformat(), "last": ago(1).isoformat()})
    assert ledger() == [
        (ago(2), 1, "recalculation", "new"),
        (ago(1), 1, "recalculation", "new"),
    ]
    oldest = Run.objects.order_by("pk")[0]
    assert (oldest.business_day, oldest.data_cutoff.hour) == (ago(2), 3)
    assert oldest.reason == "16 Mar to 17 Mar 2026, asked for by Ada"


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({}, "Name the first day."),
        ({"first": "2026-02-31"}, "Enter a valid date."),
        ({"first": "2026-03-18", "last": "2026-03-17"}, "The first day is after the last."),
        ({"first": "2026-03-18", "last": "2026-03-19"}, "The last day is today at the latest."),
        ({"first": "2025-01-01"}, "At most 400 days at once."),
        ({"first": "2026-03-01", "as_of": "never"}, "Select a valid choice."),
    ],
)
def test_a_wrong_span_is_explained_and_starts_nothing(asked: dict[str, str], problem: str) -> None:
    answer = client_of(make_team()["ada"]).post("/runs/recompute/", asked)
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert ledger() == []


def test_a_partial_night_says_what_failed_and_is_tried_again() -> None:
    team = make_team()
    run = make_run(state=Run.State.PARTIAL, accounts=209)
    error = "ValueError: Westhaven Marina has no start"
    RunChunk.objects.create(run=run, lo=1, hi=9, accounts=1, state="dead", last_error=error)
    ada, ana = client_of(team["ada"]), client_of(team["ana"])
    assert "Westhaven Marina has no start" in ada.get("/runs/").content.decode()
    told = ana.get("/runs/").content.decode()
    assert "1 account without a new score" in told
    assert "Westhaven" not in told  # it may be an account that she may not see
    ada.post(f"/runs/{run.pk}/again/")
    again = Run.objects.get(revision=2)
    assert (again.business_day, again.data_cutoff) == (DAY, run.data_cutoff)
    assert again.reason == f"retry of run {run.pk}"
    assert ada.post(f"/runs/{again.pk}/again/").status_code == 404  # it is still open


def test_an_old_revision_that_is_tried_again_takes_no_later_facts_away() -> None:
    ada = client_of(make_team()["ada"])
    old = make_run(state=Run.State.PARTIAL, accounts=209, published=False)
    later = make_run(revision=2, data_cutoff=at(DAY, 10))
    ada.post(f"/runs/{old.pk}/again/")
    again = Run.objects.get(revision=3)
    assert (again.business_day, again.data_cutoff) == (DAY, later.data_cutoff)


def test_a_part_that_was_given_up_is_a_failure_even_where_all_are_scored() -> None:
    run = make_run(state=Run.State.PARTIAL, accounts=209)
    RunChunk.objects.create(
        run=run, kind="sum", lo=1, hi=9, accounts=8, state="dead", last_error="out of memory"
    )
    html = client_of(make_team()["ada"]).get("/runs/").content.decode()
    assert "1 part given up: out of memory" in html
    assert "without a new score" not in html


def test_a_repaired_night_is_marked() -> None:
    run = make_run()
    RunChunk.objects.create(
        run=run, lo=1, hi=9, state="done", attempts=2, last_error="connection lost"
    )
    html = client_of(make_team()["ada"]).get("/runs/").content.decode()
    assert "Repaired" in html
    assert "1 part repaired by retry: connection lost" in html


def test_a_run_in_progress_shows_how_far_it_is_and_stops_asking_at_the_end() -> None:
    run = make_run(published=False, state="running", started_at=at(DAY, 11), finished_at=None)
    for lo, state in ((0, "done"), (10, "new"), (20, "leased"), (30, "done")):
        RunChunk.objects.create(run=run, lo=lo, hi=lo + 10, accounts=10, state=state)
    ana = client_of(make_team()["ana"])
    page = ana.get("/runs/")
    assert 'hx-trigger="every 2s"' in page.content.decode()
    progress = page.context["progress"]
    assert (progress.done, progress.total, progress.percent) == (20, 40, 50)
    assert progress.left_text == "about 60 min left"
    fragment = ana.get("/runs/", headers={"HX-Request": "true"})
    assert "20 of 40 accounts" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    run.state = "complete"
    run.finished_at = at(DAY, 12)
    run.save()
    ended = ana.get("/runs/", headers={"HX-Request": "true"})
    assert ended.headers["HX-Refresh"] == "true"
    assert "hx-get" not in ended.content.decode()


def test_days_asked_for_together_are_one_progress() -> None:
    live_scorecard()
    ada = client_of(make_team()["ada"])
    ada.post("/runs/recompute/", {"first": ago(3).isoformat(), "last": DAY.isoformat()})
    Run.objects.filter(business_day=ago(3)).update(state="complete")
    progress = ada.get("/runs/").context["progress"]
    assert (progress.run.business_day, progress.day_number, progress.days) == (ago(2), 2, 4)
    assert progress.percent == 25


def test_sources_say_their_state_by_word_and_by_silence() -> None:
    account = make_account()
    make_ticket(account, opened=40)
    make_batch("tickets")
    make_status("surveys", "broken", since=13)
    make_status("training", "late", since=20, until=10)
    make_status("usage", "not_bought", since=400, account=account)
    make_batch("training")
    make_batch("usage", started_at=at(ago(9)))
    page = client_of(make_team()["ana"]).get("/runs/")
    found = {
        line.key: (line.word, line.mark, line.since, line.rows) for line in page.context["sources"]
    }
    assert found == {
        "usage": ("Up", "green", None, 10),
        "training": ("Up", "green", None, 10),
        "tickets": ("Silent", "amber", ago(40), 10),
        "surveys": ("Down", "red", ago(13), 0),
        "milestones": ("Not connected", "grey", None, 0),
        "people": ("Not connected", "grey", None, 0),
        "accounts": ("Not connected", "grey", None, 0),
        "arr_movements": ("Not connected", "grey", None, 0),
    }
    dots = {line.key: line.dots for line in page.context["sources"]}
    assert dots["training"] == ["green"] * 7 + ["amber"] * 10 + ["green"] * 11
    assert dots["surveys"] == ["grey"] * 14 + ["red"] * 14
    assert next(line.without for line in page.context["sources"] if line.key == "usage") == 1
    assert page.context["lead"][1] == "Tickets silent since 6 Feb. Surveys down since 5 Mar."


def test_a_banner_on_every_page_names_the_source_that_fails() -> None:
    team = make_team()
    make_status("surveys", "broken", since=13)
    html = client_of(team["cy"]).get("/runs/").content.decode()
    assert "Surveys stopped on 5 Mar." in html
    assert "Sentiment is frozen at its last value or below." in html
    assert "hs-banner" in client_of(team["ana"]).get("/jump/").content.decode()
    assert "hs-banner" not in client_of(None).get("/log-in/").content.decode()


def test_moments_are_shown_in_the_zone_of_the_organisation() -> None:
    Organisation.current()
    Organisation.objects.update(timezone="Pacific/Auckland")
    make_run()
    page = client_of(make_team()["ana"]).get("/runs/")
    local = at(DAY, 3).astimezone(ZoneInfo("Pacific/Auckland"))
    assert f"{local.day} {local:%b %H:%M}" in page.content.decode()
    assert page.context["zone"] == "Pacific/Auckland"


def test_rejects_are_listed_with_their_reason_and_go_out_as_csv() -> None:
    ada = client_of(make_team()["ada"])
    batch = make_batch("surveys")
    row = {"external_id": "s-1", "score": "=cmd()", "comment": "<b>bad</b>"}
    Reject.objects.create(
        batch=batch, line=7, column="score", code="not_a_number", message="'=cmd()'", raw=row
    )
    Reject.objects.create(
        batch=make_batch("usage"), line=1, code="unknown_account", message="acc-9", raw={},
        waits_for_account="acc-9",
    )  # fmt: skip
    page = ada.get("/runs/rejects/", {"source": "surveys"})
    assert [reject.line for reject in page.context["page"]] == [7]
    assert "<b>bad" not in page.content.decode()
    assert len(ada.get("/runs/rejects/").context["page"]) == 2
    assert len(ada.get("/runs/rejects/", {"batch": str(batch.pk)}).context["page"]) == 1
    answer = ada.get(f"/runs/rejects/{batch.pk}.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("reject_line,reject_column,reject_code,reject_message,")
    assert lines[1].startswith("7,score,not_a_number,")
    assert "'=cmd()" in lines[1]
    shown = ada.get("/runs/").context
    assert (shown["rejects"], shown["waiting"]) == (1, 1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "No row is refused or waits."),
        ({"source": "surveys"}, "No row of surveys is refused or waits."),
        ({"batch": "7"}, "No row of batch 7 is refused or waits."),
    ],
)
def test_without_a_reject_there_is_a_sentence_and_no_head_of_a_table(
    asked: dict[str, str], said: str
) -> None:
    make_batch("surveys", accepted=11, quarantined=0)
    html = client_of(make_team()["ada"]).get("/runs/rejects/", asked).content.decode()
    assert said in html
    assert ("Show all rejects" in html) is bool(asked)
    assert "<thead" not in html
    assert "0–0 of 0" not in html


def test_before_the_first_night_the_ledger_says_so_without_a_head() -> None:
    page = client_of(make_team()["ada"]).get("/runs/").content.decode()
    ledger_part = page[page.index('id="ledger"') :]
    assert "No night has been calculated yet." in ledger_part
    assert "<thead" not in ledger_part
    assert "of 0" not in ledger_part


def test_the_number_of_queries_does_not_grow_with_the_runs(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for back in range(40):
        make_run(ago(back))
    ana = client_of(make_team()["ana"])
    with django_assert_max_num_queries(14):
        page = ana.get("/runs/")
    assert len(page.context["lines"]) == 30


def test_an_admin_says_how_often_a_source_is_expected() -> None:
    team = make_team()
    ada = client_of(team["ada"])
    make_run()
    ada.post("/runs/sources/usage/", {"every": "1", "grace": "2"})
    ada.post("/runs/sources/tickets/", {"paused": "on"})
    told = ("source", "every_days", "grace_days", "is_paused", "changed_by__name")
    assert list(Expectation.objects.order_by("source").values_list(*told)) == [
        ("tickets", None, 0, True, team["ada"].name),
        ("usage", 1, 2, False, team["ada"].name),
    ]
    answer = ada.post("/runs/sources/usage/", {"every": "0"}, follow=True)
    assert "days are whole numbers from 1 to 400" in answer.content.decode()
    assert Expectation.objects.get(source="usage").every_days == 1
    assert ada.post("/runs/sources/nothing/").status_code == 404


@pytest.mark.parametrize("name", ["ana", "ben", "cy"])
def test_only_an_admin_says_what_is_expected(name: str) -> None:
    client = client_of(make_team()[name])
    assert client.post("/runs/sources/usage/", {"every": "1"}).status_code == 404
    assert not Expectation.objects.exists()


def test_a_source_that_is_paused_is_not_silent() -> None:
    ada = client_of(make_team()["ada"])
    make_run()
    make_ticket(make_account(), opened_at=at(ago(40)))
    make_batch("tickets")
    lines = {line.key: line for line in ada.get("/runs/").context["sources"]}
    assert (lines["tickets"].word, lines["tickets"].mark) == ("Silent", "amber")
    ada.post("/runs/sources/tickets/", {"paused": "on"})
    lines = {line.key: line for line in ada.get("/runs/").context["sources"]}
    assert (lines["tickets"].word, lines["tickets"].mark) == ("Paused", "grey")
