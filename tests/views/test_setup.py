"""The first settings of an empty installation, from the first page to the first scores."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Account, Organisation, Person, User
from metrics import nightly, tasks
from metrics.ingest import invented
from metrics.models import Batch, DemoLoad, Run, Scorecard
from metrics.models.demo import LEASE, MAX_ATTEMPTS, NotEmpty
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Stage
from metrics.signals.defaults import effective_percentages, read_config
from metrics.signals.presets import PRESETS, Preset
from tests.facts import DAY, at, live_scorecard, make_account
from tests.views.nights import client_of, make_team

pytestmark = pytest.mark.django_db
NOW = at(DAY, 12)
BASICS = {
    "name": "Northwind", "timezone": "Europe/Berlin", "run_at": "04:30", "cadence": "weekly"
}  # fmt: skip


@pytest.fixture(autouse=True)
def small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    live_scorecard()
    monkeypatch.setattr(invented, "DAYS", 40)


@pytest.fixture
def ada() -> Client:
    return client_of(make_team()["ada"])


def html_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def load_small(*, by: User) -> DemoLoad:
    load = DemoLoad.ask(by=by, now=NOW)
    DemoLoad.objects.update(accounts=2)
    load.refresh_from_db()
    return load


def test_an_admin_of_an_empty_installation_is_led_to_the_first_settings_once(ada: Client) -> None:
    assert ada.get("/").headers["Location"] == "/setup/"
    page = html_of(ada, "/")  # she left: it is offered, and nobody is sent there again
    assert 'href="/setup/"' in page


def test_nobody_else_is_led_there(ada: Client) -> None:
    for name in ("Ana", "Ben"):
        client = client_of(User.objects.get(name=name))
        assert client.get("/").status_code == 200
        assert "/setup/" not in html_of(client, "/")
    make_account()
    assert ada.get("/").status_code == 200
    assert "/setup/" not in html_of(ada, "/")


def test_who_is_set_up_is_not_asked_again(ada: Client) -> None:
    Organisation.current().is_set_up(NOW)
    assert ada.get("/").status_code == 200
    assert "/setup/" not in html_of(ada, "/")


def test_each_step_saves_and_she_goes_on_where_she_left(ada: Client) -> None:
    assert ada.get("/setup/").headers["Location"] == "/setup/organisation/"
    assert ada.post("/setup/organisation/", BASICS).headers["Location"] == "/setup/weights/"
    found = Organisation.current()
    assert (found.name, found.timezone, str(found.run_at), found.cadence) == (
        "Northwind", "Europe/Berlin", "04:30:00", "weekly"
    )  # fmt: skip
    assert ada.get("/setup/").headers["Location"] == "/setup/weights/"
    assert ada.post("/setup/weights/", {"preset": "young"}).headers["Location"] == "/setup/data/"
    assert ada.post("/setup/data/", {"whose": "own"}).headers["Location"] == "/imports/"
    assert ada.get("/setup/").headers["Location"] == "/setup/run/"
    assert 'value="Northwind"' in html_of(ada, "/setup/organisation/")
    ada.post("/setup/organisation/", BASICS | {"name": "Northwind Ltd"})  # going back
    assert ada.get("/setup/").headers["Location"] == "/setup/run/"
    assert Organisation.current().set_up_at is None


@pytest.mark.parametrize(
    ("step", "asked", "problem"),
    [
        ("organisation", BASICS | {"name": ""}, "This field is required."),
        ("organisation", BASICS | {"timezone": "Mars/Olympus"}, "is not a known time zone"),
        ("weights", {}, "Choose one; it can be changed at any time."),
        ("weights", {"preset": "mine"}, "Select a valid choice."),
        ("data", {}, "Choose one of the two."),
    ],
)
def test_a_wrong_answer_is_explained_and_saves_nothing(
    ada: Client, step: str, asked: dict[str, str], problem: str
) -> None:
    answer = ada.post(f"/setup/{step}/", asked)
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert Organisation.current().set_up_step == 0


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_every_preset_is_a_scorecard_that_adds_to_100(preset: Preset) -> None:
    config = preset.config()
    assert ScorecardConfig.from_dict(config.to_dict(), default=config) == config
    assert read_config(config.to_dict()) == config
    for stage in Stage:
        assert sum(preset.weights[stage]) == 100
        assert sum(effective_percentages(config, stage).values()) == pytest.approx(100)


def test_a_preset_is_published_with_a_reason_and_the_live_one_not_again(ada: Client) -> None:
    ada.post("/setup/weights/", {"preset": "default"})
    assert Scorecard.objects.count() == 1
    ada.post("/setup/weights/", {"preset": "support"})
    live = Scorecard.objects.live()
    assert (live.version, live.reason) == (2, "Support-heavy, chosen at set-up")
    assert str(live.published_by) == "Ada"
    assert read_config(live.body) == PRESETS[3].config()
    assert re.search(r'value="support"\s+checked', html_of(ada, "/setup/weights/"))
    ada.post("/setup/weights/", {"preset": "support"})
    assert Scorecard.objects.count() == 2


def test_a_preset_does_not_overwrite_somebodys_draft(ada: Client) -> None:
    draft = Scorecard.objects.start_draft(Scorecard.objects.live(), by=None)
    answer = ada.post("/setup/weights/", {"preset": "equal"})
    assert answer.status_code == 422
    assert "publish or discard the draft first" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_synthetic_data_come_in_behind_and_their_progress_is_shown(
    ada: Client, settings: Settings
) -> None:
    settings.DEMO_LOG_IN = True
    with time_machine.travel(NOW, tick=False):
        assert ada.post("/setup/data/", {"whose": "demo"}).headers["Location"] == "/setup/run/"
        page = html_of(ada, "/setup/run/")
        assert "Waiting for a worker" in page
        assert 'hx-trigger="every 2s"' in page
        DemoLoad.objects.update(accounts=2)
        tasks.ingest_demo()
        assert "The first scores are being made" in html_of(ada, "/setup/run/")
        nightly.work("tests", seconds=60)
        fragment = ada.get("/setup/run/", headers={"HX-Request": "true"}).content.decode()
        assert "2 accounts:" in fragment
        assert "<html" not in fragment
        assert "every 2s" not in fragment
        assert ada.post("/setup/finish/").headers["Location"] == "/"
        assert Organisation.current().set_up_at == NOW
    assert Organisation.current().is_demo
    assert Account.objects.count() == 2
    assert Run.objects.count() > 100  # a past to look at
    tasks.ingest_demo()  # a second message finds nothing to do
    assert Batch.objects.count() == len(invented.ORDER) + 1


def test_synthetic_data_never_mix_with_real_accounts(ada: Client) -> None:
    make_account()
    answer = ada.post("/setup/data/", {"whose": "demo"})
    assert answer.status_code == 422
    assert "an empty installation only" in answer.content.decode()
    assert not DemoLoad.objects.exists()
    with pytest.raises(NotEmpty):
        DemoLoad.ask(by=User.objects.get(name="Ada"), now=NOW)


def test_on_the_internet_nobody_of_the_demo_can_log_in(ada: Client, settings: Settings) -> None:
    settings.DEMO_LOG_IN = False
    before = set(User.objects.values_list("email", flat=True))
    invented.make_users(Organisation.current(), may_log_in=False)
    made = User.objects.exclude(email__in=before)
    assert made.exists()
    assert not any(user.has_usable_password() for user in made)
    assert not made.filter(role="admin").exists()


def test_a_worker_that_dies_is_followed_by_another_that_imports_nothing_twice(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = load_small(by=User.objects.get(name="Ada"))
    kept = invented.import_file

    def dies(source: str, *args: object, **options: object) -> object:
        if source == "milestones":
            raise KeyboardInterrupt  # nothing is caught, as when the process is killed
        return kept(source, *args, **options)  # type: ignore[arg-type]

    with time_machine.travel(NOW, tick=False) as clock:
        monkeypatch.setattr(invented, "import_file", dies)
        with pytest.raises(KeyboardInterrupt):
            invented.load_asked_for()
        people = Person.objects.count()
        assert people
        monkeypatch.setattr(invented, "import_file", kept)
        assert not invented.load_asked_for()  # its lease holds still
        clock.shift(LEASE + dt.timedelta(seconds=1))
        assert invented.load_asked_for()
    load.refresh_from_db()
    assert (load.attempts, load.finished_at is None) == (2, False)
    assert (Account.objects.count(), Person.objects.count()) == (2, people)


def test_what_fails_is_told_and_tried_again_by_hand(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_small(by=User.objects.get(name="Ada"))
    kept = invented.import_file

    def fails(*args: object, **options: object) -> object:
        raise ValueError("the disk is full")

    monkeypatch.setattr(invented, "import_file", fails)
    tasks.ingest_demo()
    page = html_of(ada, "/setup/run/")
    assert "ValueError: the disk is full" in page
    assert "Try again" in page
    monkeypatch.setattr(invented, "import_file", kept)
    ada.post("/setup/start/")
    tasks.ingest_demo()
    assert DemoLoad.objects.get().finished_at
    assert Account.objects.count() == 2


def test_what_failed_is_not_tried_again_over_accounts_of_ones_own(ada: Client) -> None:
    load = load_small(by=User.objects.get(name="Ada"))
    load.fail("the disk is full")
    make_account()
    page = ada.post("/setup/start/", follow=True).content.decode()
    assert "an empty installation only" in page
    assert not DemoLoad.objects.exists()
    assert Run.objects.open().exists()
    tasks.ingest_demo()
    assert (Account.objects.count(), Organisation.current().is_demo) == (1, False)


def test_a_load_that_kills_its_worker_again_and_again_is_given_up(ada: Client) -> None:
    load_small(by=User.objects.get(name="Ada"))
    for number in range(MAX_ATTEMPTS):
        assert DemoLoad.claim(NOW + number * 2 * LEASE)
    assert DemoLoad.claim(NOW + 10 * LEASE) is None
    assert "ended three times" in html_of(ada, "/setup/run/")


def test_own_accounts_get_their_first_scores_at_once(ada: Client) -> None:
    assert "Import accounts" in html_of(ada, "/setup/run/")
    make_account()
    assert "Make the first scores" in html_of(ada, "/setup/run/")
    ada.post("/setup/start/")
    assert Run.objects.open().count() == 1
    nightly.work("tests", seconds=60)
    assert "Open the portfolio" in html_of(ada, "/setup/run/")


def test_without_any_user_the_log_in_page_says_how_the_first_admin_is_made() -> None:
    page = html_of(client_of(None), "/log-in/")
    assert "manage createsuperuser" in page
    make_team()
    assert "createsuperuser" not in html_of(client_of(None), "/log-in/")
