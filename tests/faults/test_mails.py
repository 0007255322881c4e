"""Mails about flags while workers die and beats double: never none, and hardly ever two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from accounts.models import Account, Organisation
from metrics.models import AlertMail, FlagChange, Run
from metrics.nightly import database_now
from tests.faults.conftest import Staged
from tests.faults.servers import until
from tests.faults.stage import Stage, patience
from tests.faults.test_nights import missed_nights
from tests.faults.test_workers import LATER
from tests.mail_server import Inbox, mail_server

pytestmark = LATER


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server() as found:
        yield found


@pytest.fixture
def stage(staged: Staged, inbox: Inbox) -> Stage:
    """With a mail server, and customers that count as real ones."""
    mails = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(inbox.port), "EMAIL_USE_TLS": "false"}
    found = staged(**mails)
    Organisation.objects.update(is_demo=False)
    return found


def readers() -> set[str]:
    """Who looks after accounts at which the night of today opened a flag."""
    opened = FlagChange.objects.filter(change="opened", run_id__in=Run.objects.published())
    owners = Account.objects.filter(pk__in=opened.values("account_id"))
    return set(owners.exclude(owner=None).values_list("owner__email", flat=True))


def all_are_sent(stage: Stage) -> None:
    stage.wait()
    until(lambda: AlertMail.objects.exists(), seconds=60, what=stage.story)
    until(lambda: not AlertMail.objects.owed().exists(), seconds=60, what=stage.story)
    assert stage.verified()


def test_case_19_three_beats_and_two_workers_send_one_mail_to_each(
    stage: Stage, inbox: Inbox
) -> None:
    stage.worker()
    stage.worker()
    for _ in range(3):
        stage.beat()
    all_are_sent(stage)
    patience(5)
    assert Counter(mail["To"] for mail in inbox.mails) == dict.fromkeys(readers(), 1)


def test_a_worker_that_is_killed_between_sending_and_marking_costs_one_more_of_the_same_mail(
    stage: Stage, inbox: Inbox
) -> None:
    killed = stage.worker("after_send:kill:1")
    stage.beat()
    until(lambda: not killed.lives, seconds=240, what=stage.story)
    (first,) = inbox.mails
    assert AlertMail.objects.filter(sent_at=None).count() == AlertMail.objects.count()
    AlertMail.objects.update(try_after=database_now())  # as if its pause were over
    stage.worker()
    all_are_sent(stage)
    once = dict.fromkeys(readers(), 1)
    assert Counter(mail["To"] for mail in inbox.mails) == once | {first["To"]: 2}
    assert len({mail["Message-ID"] for mail in inbox.mails}) == len(once)


def test_case_20_nights_that_were_missed_mail_nothing_of_old(stage: Stage, inbox: Inbox) -> None:
    due = missed_nights(stage)
    today = Organisation.current().day_of(database_now())
    old = FlagChange.objects.filter(change="opened", day__lt=today)
    assert old.exists(), "no flag opened in the nights that were missed: the case proves nothing"
    assert len(due) > 2
    assert set(AlertMail.objects.values_list("day", flat=True)) <= {today}
    assert len(inbox.mails) <= AlertMail.objects.count()
