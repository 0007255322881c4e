"""Mails about new flags: who is owed one, what it says, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organisation, User
from metrics import alerts, tasks
from metrics.failpoints import FailpointError
from metrics.models import AlertMail, FlagChange, Run
from metrics.models.alerts import MOST_TRIES, TROUBLED
from metrics.nightly.current import prune_current
from metrics.nightly.publish import publish
from tests.facts import live_scorecard, make_account
from tests.mail_server import Inbox, mail_server
from tests.views.nights import client_of, make_team
from tests.views.rows import RED, make_current, make_run

pytestmark = pytest.mark.django_db
FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    """A mail server which the settings name."""
    with mail_server() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        settings.EMAIL_USE_TLS = False
        settings.DEFAULT_FROM_EMAIL = "Healthscore <health@example.com>"
        settings.ADDRESS = "https://health.example.com"
        yield found


@pytest.fixture
def team() -> dict[str, User]:
    return make_team()


@pytest.fixture
def night() -> Run:
    """That of today, published."""
    return make_run(Organisation.current().day_of(timezone.now()))


def flag(
    run: Run,
    owner: User | None,
    name: str,
    *rules: str,
    severity: int = 3,
    change: str = "opened",
    **over: Any,
) -> int:
    """An account at which flags opened."""
    account = make_account(name=name, owner=owner)
    make_current(run, account, name, **{**RED, **over})
    for rule in rules:
        FlagChange.objects.create(
            run_id=run.pk,
            account_id=account.pk,
            day=run.business_day,
            rule=rule,
            change=change,
            severity=severity,
        )
    return account.pk


def owed() -> list[tuple[str, dt.date]]:
    return list(AlertMail.objects.order_by("user__email").values_list("user__email", "day"))


def send(inbox: Inbox) -> list[EmailMessage]:
    """What a worker sends now."""
    inbox.mails.clear()
    alerts.send_due()
    return inbox.mails


def text(mail: Any) -> str:
    found: str = mail.get_content().replace("\r\n", "\n")
    return found


def test_a_mail_says_which_flags_opened_at_which_accounts_the_most_severe_first(
    inbox: Inbox, team: dict[str, User], night: Run
) -> None:
    small = flag(night, team["ana"], "Small", "R9", severity=2, arr=None, renews_on=None)
    large = flag(night, team["ana"], "Large", "red", "R1", arr=120_000, currency="EUR")
    flag(night, team["ana"], "Quiet")
    flag(night, team["cy"], "Somebody else's", "R1")
    alerts.owe(night)
    (mail,) = [mail for mail in send(inbox) if mail["To"] == "ana@example.com"]
    day, renewal = night.business_day, night.business_day + dt.timedelta(days=200)
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "ana@example.com",
        "Healthscore <health@example.com>",
        "New flags: Large, Small",
    )
    assert mail["List-Unsubscribe"] == "<https://health.example.com/profile/>"
    assert (
        text(mail)
        == f"""The night of {day.day} {day:%b %Y} raised new flags at 2 accounts of yours.

Large · €120k a year · renews {renewal.day} {renewal:%b %Y}
- Nobody comes: Nobody has used the product for 21 business days.
- At risk: The score is in the red band.
https://health.example.com/accounts/{large}/

Small
- Silence: No tickets, few answers, and usage is falling.
https://health.example.com/accounts/{small}/

All that waits for you, in order: https://health.example.com/day/

You get this because flags of your accounts are mailed to you, once a day at most.
Turn it off in your profile: https://health.example.com/profile/
"""
    )
    assert send(inbox) == []


def test_who_looks_after_an_account_at_which_a_flag_opened_is_owed_one_mail(
    team: dict[str, User], night: Run
) -> None:
    User.objects.filter(pk=team["ben"].pk).update(alerts=False)
    gone = User.objects.create_user("gone@example.com", is_active=False)
    for owner in (team["ana"], team["ana"], team["ben"], gone, None):
        flag(night, owner, "Acme", "R1", "red")
    flag(night, team["cy"], "Calm")
    flag(night, team["ada"], "Better", "R1", change="closed")
    for _ in range(2):
        alerts.owe(night)
    assert owed() == [("ana@example.com", night.business_day)]


def test_whoever_publishes_the_night_of_today_writes_down_who_is_owed_a_mail(
    team: dict[str, User],
) -> None:
    now = timezone.now()
    run = Run.objects.request(
        Organisation.current().day_of(now),
        kind=Run.Kind.NIGHTLY,
        scorecard=live_scorecard(),
        data_cutoff=now,
        code_version="test",
    )
    run.chunks.update(state="done")
    Run.objects.filter(pk=run.pk).update(started_at=now)
    flag(run, team["ana"], "Acme", "R1")
    assert publish(run)
    assert owed() == [("ana@example.com", run.business_day)]


@pytest.mark.parametrize("why", ["an old night", "synthetic data", "no mail server"])
def test_nobody_is_owed_a_mail_about(
    settings: Settings, team: dict[str, User], night: Run, why: str
) -> None:
    if why == "an old night":
        night = make_run(night.business_day - dt.timedelta(days=2))
    elif why == "synthetic data":
        Organisation.objects.update(is_demo=True)
    else:
        settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    assert owed() == []


def test_a_second_revision_of_the_day_tells_nobody_twice(
    inbox: Inbox, team: dict[str, User], night: Run
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    assert len(send(inbox)) == 1
    again = make_run(night.business_day, revision=2, published=False)
    flag(again, team["ana"], "Acme", "R1", "red")
    flag(again, team["cy"], "Bolt", "R1")
    alerts.owe(again)
    assert [mail["To"] for mail in send(inbox)] == ["cy@example.com"]


def test_what_is_no_longer_the_readers_is_not_told(
    inbox: Inbox, team: dict[str, User], night: Run
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    mine = flag(night, team["cy"], "Bolt", "R1")
    alerts.owe(night)
    team["ana"].book.all().update(owner=None)
    User.objects.filter(pk=team["cy"].pk).update(is_active=False)
    assert send(inbox) == []
    assert AlertMail.objects.filter(sent_at=None).count() == 0
    assert mine


def test_a_mail_server_that_refuses_is_asked_again_later_each_time_and_told_of(
    inbox: Inbox, team: dict[str, User], night: Run
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    inbox.answer = "451 Not now"
    pauses = []
    for _ in range(MOST_TRIES + 1):
        before = timezone.now()
        send(inbox)
        mail = AlertMail.objects.get()
        pauses.append(round((mail.try_after - before).total_seconds() / 60))  # type: ignore[operator]
        assert send(inbox) == []  # not before its time
        assert AlertMail.objects.get().tries == mail.tries
        assert AlertMail.objects.troubled().exists() == (mail.tries >= TROUBLED)
        AlertMail.objects.update(try_after=before)
    assert pauses[:7] == [2, 4, 8, 16, 32, 60, 60]
    assert (mail.tries, mail.sent_at) == (MOST_TRIES, None)
    inbox.answer = "250 OK"
    assert send(inbox) == []  # given up


def test_one_that_cannot_be_sent_keeps_no_other_back(
    inbox: Inbox, team: dict[str, User], night: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    flag(night, team["cy"], "Bolt", "R1")
    alerts.owe(night)
    User.objects.filter(pk=team["ana"].pk).update(email="ana@exa mple.com\nBcc: x@example.com")
    assert [mail["To"] for mail in send(inbox)] == ["cy@example.com"]


def test_news_of_yesterday_is_no_news(inbox: Inbox, team: dict[str, User], night: Run) -> None:
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    AlertMail.objects.update(asked_at=timezone.now() - dt.timedelta(hours=25))
    assert send(inbox) == []


def test_a_worker_that_dies_before_it_marks_sends_it_once_more_with_the_same_message_id(
    inbox: Inbox, team: dict[str, User], night: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    flag(night, team["cy"], "Bolt", "R1")
    alerts.owe(night)
    with monkeypatch.context() as dying:
        dying.setenv("FAILPOINT", "after_send:raise:1")
        with pytest.raises(FailpointError):
            alerts.send_due()
    (first,) = inbox.mails
    AlertMail.objects.update(try_after=timezone.now())
    second, other = send(inbox)
    assert second["To"] == first["To"] == "ana@example.com"
    assert second["Message-ID"] == first["Message-ID"] != other["Message-ID"]
    assert first["Message-ID"].endswith("@example.com>")
    assert send(inbox) == []


def test_a_mail_that_another_worker_is_sending_is_left_to_it(
    inbox: Inbox, team: dict[str, User], night: Run
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    assert AlertMail.objects.get().claim(pause=dt.timedelta(minutes=2))
    assert not AlertMail.objects.get().claim(pause=dt.timedelta(minutes=2))
    assert send(inbox) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Acme\r\nBcc: all@example.com", "Acme Bcc: all@example.com"),
        ("=cmd()|<b>Bold</b> & Söhne", "=cmd()|<b>Bold</b> & Söhne"),
        ("  \u202eevil\u202c \u2028 name\x00 ", "evil name"),
        ("Bell\x07, Inc\x1b[31m", "Bell , Inc [31m"),
        ("شركة", f"{FSI}شركة{PDI}"),
        ("x" * 200, "x" * 59 + "…"),
        ("👩‍🚀 Rockets", "👩‍🚀 Rockets"),
    ],
)
def test_a_hostile_name_harms_no_mail(
    inbox: Inbox, team: dict[str, User], night: Run, name: str, shown: str
) -> None:
    flag(night, team["ana"], name.replace("\x00", ""), "R1")
    alerts.owe(night)
    (mail,) = send(inbox)
    assert mail["Subject"].strip() == f"New flag: {shown}"  # a folded one begins with a space
    assert mail["Bcc"] is None
    assert f"\n\n{shown} · $10.0k a year · renews " in text(mail)


def test_of_many_accounts_the_first_twenty_are_named(
    inbox: Inbox, team: dict[str, User], night: Run
) -> None:
    for number in range(23):
        flag(night, team["ana"], f"Account {number:02}", "R1", arr=1_000 - number)
    alerts.owe(night)
    (mail,) = send(inbox)
    assert mail["Subject"] == "New flags: Account 00, Account 01 and 21 more"
    assert text(mail).count("/accounts/") == 20
    assert "\n... and 3 more accounts.\n" in text(mail)


def test_a_tick_wakes_a_worker_only_where_a_mail_is_due(
    team: dict[str, User], night: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(tasks, "_send", woken.append)
    tasks._wake_alerts()
    assert woken == []
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    tasks._wake_alerts()
    assert woken == [tasks.send_alerts]


def test_it_is_switched_off_in_the_profile(team: dict[str, User], night: Run) -> None:
    client = client_of(team["ana"])
    page = client.get("/profile/").content.decode()
    assert "Mails about new flags" in page
    assert "one mail a day" in page
    assert client.post("/profile/", {"name": "Ana", "shortcuts": "on"}).status_code == 302
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    assert owed() == []


@pytest.mark.parametrize(("backend", "is_said"), [("console", True), ("smtp", False)])
def test_the_profile_says_where_no_mail_can_be_sent(
    settings: Settings, team: dict[str, User], backend: str, is_said: bool
) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    page = client_of(team["ana"]).get("/profile/").content.decode()
    assert ("no mail server is set" in page) == is_said


def test_who_has_not_been_told_hears_of_the_newest_revision(
    inbox: Inbox, team: dict[str, User], night: Run
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    flag(night, team["cy"], "Bolt", "R1")
    alerts.owe(night)
    for revision in (2, 3):
        again = make_run(night.business_day, revision=revision, published=False)
        flag(again, team["ana"], f"Acme {revision}", "R1")
        prune_current(keep=again)
        alerts.owe(again)
    assert [mail["Subject"] for mail in send(inbox)] == ["New flag: Acme 3"]
    assert not AlertMail.objects.owed().exists()


def test_a_night_that_is_due_before_midnight_and_published_after_it_is_told_of(
    team: dict[str, User], night: Run
) -> None:
    now = timezone.now().astimezone(dt.UTC)
    late = (now + dt.timedelta(minutes=1)).time()  # the night of today is not due
    Organisation.objects.update(run_at=late, timezone="UTC")
    today = Organisation.current().day_of(now)
    newest = today if late < now.time() else today - dt.timedelta(days=1)
    for day in (newest - dt.timedelta(days=1), newest):
        run = make_run(day, revision=7, published=False)
        flag(run, team["ana"], f"Acme {day}", "R1")
        alerts.owe(run)
    assert owed() == [("ana@example.com", newest)]


def test_a_server_that_takes_its_time_with_a_mail_gets_it_once(
    inbox: Inbox, team: dict[str, User], night: Run, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 0.2  # seconds, for all but the mail itself
    inbox.seconds = 0.6
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    assert len(send(inbox)) == 1
    AlertMail.objects.update(try_after=timezone.now())
    assert send(inbox) == []


def test_who_is_closed_while_others_are_told_is_told_nothing(
    inbox: Inbox, team: dict[str, User], night: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    flag(night, team["cy"], "Bolt", "R1")
    alerts.owe(night)
    tell = alerts._send

    def told(mail: AlertMail) -> None:
        tell(mail)
        User.objects.exclude(pk=mail.user_id).update(is_active=False)

    monkeypatch.setattr(alerts, "_send", told)
    assert len(send(inbox)) == 1
    assert not AlertMail.objects.owed().exists()


def test_a_server_that_is_away_costs_one_try_of_all(
    settings: Settings, inbox: Inbox, team: dict[str, User], night: Run
) -> None:
    for who in ("ana", "ben", "cy"):
        flag(night, team[who], "Acme", "R1")
    alerts.owe(night)
    settings.EMAIL_PORT = 9  # where nobody listens
    for tries in (1, 2):
        assert send(inbox) == []
        mails = AlertMail.objects.order_by("pk")
        assert list(mails.values_list("tries", flat=True)) == [tries, 0, 0]
        assert not mails.due().exists()
        mails.rest(dt.timedelta())
    settings.EMAIL_PORT = inbox.port
    assert len(send(inbox)) == 3


def test_a_worker_that_is_told_to_end_ends(
    team: dict[str, User], night: Run, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    flag(night, team["cy"], "Bolt", "R1")
    alerts.owe(night)

    def ended(mail: AlertMail) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(alerts, "_send", ended)
    with pytest.raises(SoftTimeLimitExceeded):
        alerts.send_due()
    assert sorted(AlertMail.objects.values_list("tries", flat=True)) == [0, 1]


def test_a_round_ends_after_a_minute_and_the_next_tick_goes_on(
    inbox: Inbox, team: dict[str, User], night: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    flag(night, team["cy"], "Bolt", "R1")
    alerts.owe(night)
    with monkeypatch.context() as slow:
        slow.setattr(alerts, "ROUND", -1)
        assert send(inbox) == []
    assert len(send(inbox)) == 2


def test_an_address_that_nobody_knows_is_given_up_and_stands_in_no_log(
    inbox: Inbox, team: dict[str, User], night: Run, caplog: pytest.LogCaptureFixture
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    flag(night, team["cy"], "Bolt", "R1")
    alerts.owe(night)
    inbox.unknown = "ana@example.com"
    assert [mail["To"] for mail in send(inbox)] == ["cy@example.com"]
    assert "SMTPRecipientsRefused" in caplog.text
    assert "ana@" not in caplog.text
    AlertMail.objects.rest(dt.timedelta())
    assert not AlertMail.objects.due().exists()
    assert not AlertMail.objects.troubled().exists()


@pytest.mark.parametrize(
    ("refusal", "is_given_up"),
    [
        ("554 5.7.1 Relay access denied", False),
        ("550 5.7.1 Unable to relay", False),
        ("554 No", False),
        ("550 5.1.1 User unknown", True),
        ("550 No such user", True),
        ("450 4.1.1 Not now", False),
    ],
)
def test_a_server_that_lets_us_send_to_nobody_is_tried_again(
    inbox: Inbox, team: dict[str, User], night: Run, refusal: str, *, is_given_up: bool
) -> None:
    flag(night, team["ana"], "Acme", "R1")
    alerts.owe(night)
    inbox.refusal = refusal
    assert send(inbox) == []
    inbox.refusal = ""
    AlertMail.objects.update(try_after=None)
    assert [mail["To"] for mail in send(inbox)] == ([] if is_given_up else ["ana@example.com"])
