"""Scorecards of several lines on the command line: text in and out, claims, retirement."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from metrics.models import Run, Scorecard
from metrics.nightly.policy import configs_of, scorecards_of
from metrics.scoring.assign import which
from tests.facts import DAY, at, live_scorecard

pytestmark = pytest.mark.django_db
ENTERPRISE = '[applies_to]\nsegments = ["Enterprise"]\n'


@pytest.fixture(autouse=True)
def default() -> Scorecard:
    return live_scorecard()


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("scorecard", *arguments, stdout=out)
    return out.getvalue()


def load(folder: Path, text: str, line: str = "enterprise") -> str:
    file = folder / "card.toml"
    file.write_text(text, encoding="utf-8")
    return run("import", str(file), "--line", line)


def publish(folder: Path, text: str, line: str = "enterprise") -> str:
    load(folder, text, line)
    return run("publish", "--line", line, "--reason", "Because")


def request_run() -> Run:
    return Run.objects.request(
        DAY,
        kind=Run.Kind.NIGHTLY,
        scorecard=Scorecard.objects.live(),
        data_cutoff=at(DAY, 3),
        code_version="test",
    )


def test_a_line_begins_with_an_import_and_has_versions_of_its_own(tmp_path: Path) -> None:
    assert load(tmp_path, ENTERPRISE) == "draft enterprise v1 saved\n"
    said = run("publish", "--line", "enterprise", "--reason", "They buy differently")
    assert said == "enterprise v1 is live; the next night uses it\n"
    publish(tmp_path, ENTERPRISE + "[signals]\nS05 = 6\n")
    assert [str(card) for card in Scorecard.objects.in_force()] == ["v1", "enterprise v2"]
    assert Scorecard.objects.live("enterprise").body["signals"]["S05"] == 6


def test_a_line_round_trips_as_text(tmp_path: Path) -> None:
    publish(tmp_path, '[applies_to]\nsegments = ["Große \\"Kunden\\""]\nplans = ["Scale"]\n')
    text = run("export", "--line", "enterprise")
    assert text.startswith("# scorecard enterprise v1\n[applies_to]\n")
    publish(tmp_path, text)
    again = run("export", "--line", "enterprise", "--version-number", "2")
    assert again.split("\n", 1)[1] == text.split("\n", 1)[1]
    assert run("export").startswith("# scorecard v1\n")


@pytest.mark.parametrize(
    ("line", "text", "message"),
    [
        ("enterprise", "", "applies_to: is missing"),
        ("enterprise", "[applies_to]", "applies_to: name at least one segment or plan"),
        ("enterprise", "[applies_to]\nplan = []", "applies_to.plan: is not known"),
        ("enterprise", '[applies_to]\nplans = ""', "applies_to.plans: must be a list"),
        ("enterprise", "applies_to = 3", "applies_to: must be a table"),
        ("enterprise", "[applies_to]\nplans = [3]", "applies_to.plans: 3 is not a name"),
        ("default", ENTERPRISE, "applies_to: the default line is for everybody else"),
        ("a b", ENTERPRISE, "--line 'a b': Enter a valid"),
        ("a" * 41, ENTERPRISE, "at most 40 characters"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    tmp_path: Path, line: str, text: str, message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        load(tmp_path, text, line)
    assert Scorecard.objects.count() == 1


def test_what_another_line_is_for_is_refused_with_its_name(tmp_path: Path) -> None:
    publish(tmp_path, '[applies_to]\nsegments = ["Enterprise"]\nplans = ["Scale"]\n')
    with pytest.raises(CommandError) as caught:
        load(tmp_path, '[applies_to]\nsegments = ["enterprise"]\nplans = ["scale"]', "big")
    assert str(caught.value) == (
        "applies_to.segments: 'enterprise' belongs to enterprise v1 already\n"
        "applies_to.plans: 'scale' belongs to enterprise v1 already"
    )


def test_two_drafts_may_want_the_same_but_only_one_is_published(tmp_path: Path) -> None:
    load(tmp_path, ENTERPRISE, "big")
    publish(tmp_path, ENTERPRISE)
    with pytest.raises(CommandError, match="'Enterprise' belongs to enterprise v1 already"):
        run("publish", "--line", "big", "--reason", "Mine")
    draft = Scorecard.objects.draft("big")
    assert draft is not None
    assert (draft.state, draft.reason, draft.published_at) == ("draft", "", None)
    assert [str(card) for card in Scorecard.objects.in_force()] == ["v1", "enterprise v1"]


def test_a_version_for_nobody_retires_the_line_and_frees_what_it_claimed(tmp_path: Path) -> None:
    publish(tmp_path, ENTERPRISE)
    said = publish(tmp_path, "[applies_to]\nsegments = []\n")
    assert said == (
        "enterprise v2 is live and for nobody: the line is retired; the next night uses it\n"
    )
    assert [str(card) for card in Scorecard.objects.in_force()] == ["v1"]
    assert request_run().other_scorecards == []
    publish(tmp_path, ENTERPRISE, "big")
    with pytest.raises(CommandError, match="belongs to big v1 already"):
        load(tmp_path, ENTERPRISE)


def test_a_run_keeps_the_versions_that_were_live_when_it_was_asked_for(tmp_path: Path) -> None:
    for line in ("zebra", "enterprise"):
        publish(tmp_path, f'[applies_to]\nplans = ["{line}"]\n', line)
    run_ = request_run()
    publish(tmp_path, '[applies_to]\nplans = ["other"]\n', "zebra")
    run_.refresh_from_db()
    assert [str(card) for card in scorecards_of(run_)] == ["v1", "enterprise v1", "zebra v1"]
    found = which(["", "", ""], ["Zebra", "Enterprise", "other"], configs_of(run_))
    assert found.tolist() == [2, 1, 0]


def test_a_line_that_does_not_exist_is_named() -> None:
    with pytest.raises(CommandError, match="nothing of the line enterprise"):
        run("export", "--line", "enterprise")
    with pytest.raises(CommandError, match="no version 3 of the line enterprise"):
        run("export", "--line", "enterprise", "--version-number", "3")
    with pytest.raises(CommandError, match="there is no draft"):
        run("publish", "--line", "enterprise", "--reason", "Why")


def test_a_body_of_before_lines_is_for_the_default() -> None:
    old = Scorecard.objects.live()
    body = json.loads(json.dumps(old.body))
    del body["applies_to"]
    Scorecard.objects.filter(pk=old.pk).update(body=body)
    assert [str(card) for card in Scorecard.objects.in_force()] == ["v1"]
    assert configs_of(request_run())[0].segments == ()
