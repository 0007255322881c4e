"""The checker sees what was asked for and is not done, or is not what it says it is."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Account, User
from metrics import nightly
from metrics.ingest import undo_batch, work_uploads
from metrics.ingest.uploads import Watch
from metrics.models import AlertMail, Alias, Batch, DemoLoad, Run, RunChunk, Upload
from metrics.models.alerts import LATEST, MOST_TRIES
from tests.facts import live_scorecard
from tests.ingest.sending import Sender
from tests.views.nights import make_user

pytestmark = pytest.mark.django_db

OLD, LATE = "now() - interval '6 hours 1 minute'", "now() - interval '16 minutes'"
DATA = b"external_id,name\nA1,Acme\nA2,Bolt\n"
MAPPING = {"columns": {"external_id": {"from": "external_id"}, "name": {"from": "name"}}}


@dataclass(frozen=True)
class Quiet:
    """Everything that was asked for is done: ids."""

    applied: int
    checked: int
    batch: int  # of the applied one
    undone: int
    alias: int

    def told(self, text: str) -> str:
        """With ids and moments in place of their names."""
        return text.format(old=OLD, late=LATE, **vars(self))


def yesterday() -> dt.date:
    return timezone.now().date() - dt.timedelta(days=1)


def uploaded(state: str) -> Upload:
    upload = Upload.objects.receive("accounts", [DATA], file_name="crm.csv", mapping=MAPPING)
    Upload.objects.filter(pk=upload.pk).update(state=state, asked_at=timezone.now())
    assert work_uploads() == 1
    return upload


@pytest.fixture
def quiet(tmp_path: Path) -> Quiet:
    """An upload that is applied and one that is checked, an undone batch, invented customers and an
    alias.
    """
    applied, checked = uploaded("applying"), uploaded("checking")
    day = yesterday()
    undone = Sender(tmp_path)("usage", f"e1,A1,,x,{day},1", f"e2,A9,,x,{day},1")
    undo_batch(undone.batch or 0)
    now = timezone.now()
    DemoLoad.objects.create(
        end=day, asked_at=now, finished_at=now, accounts=2, done=12, steps=12, attempts=1
    )
    alias = Alias.objects.match("acme", Account.objects.earliest("pk"), by=make_user("Ada"))
    Alias.objects.update(taken_in_at=now)
    return Quiet(
        applied=applied.pk,
        checked=checked.pk,
        batch=Batch.objects.get(upload=applied).pk,
        undone=undone.batch or 0,
        alias=alias.pk,
    )


def verify(**options: Any) -> list[str]:
    """What is wrong, line by line."""
    try:
        call_command("verify", stdout=io.StringIO(), **options)
    except CommandError as error:
        return str(error).split("\n")
    return []


# what is done behind its back, and all that the checker says of it
DAMAGE = [
    (
        "UPDATE metrics_upload SET state = 'applying', asked_at = {old} WHERE id = {checked}",
        ["an upload was asked for and is not done: upload {checked} (accounts) is applying"],
    ),
    (
        "UPDATE metrics_upload SET state = 'checking', asked_at = NULL WHERE id = {checked}",
        ["an upload was asked for and is not done: upload {checked} (accounts) is checking"],
    ),
    (
        "UPDATE metrics_upload SET state = 'checking', claimed_at = {late} WHERE id = {checked}",
        ["an upload is held by nobody who lives: upload {checked} (accounts) is checking"],
    ),
    (
        "UPDATE metrics_uploadpart SET data = substr(data, 3) WHERE upload_id = {checked}",
        ["an upload is not as long as the file that came: upload {checked} had 33 bytes,"
         " kept are 31"],
    ),
    (
        "DELETE FROM metrics_uploadpart WHERE upload_id = {checked}",
        ["an upload is not as long as the file that came: upload {checked} had 33 bytes,"
         " kept are 0"],
    ),
    (
        "UPDATE metrics_uploadpart SET upload_id = {applied} WHERE upload_id = {checked};"
        "UPDATE metrics_upload SET size = 0 WHERE id = {checked}",
        ["an upload that is imported is still kept: upload {applied}"],
    ),
    (
        """UPDATE metrics_upload SET report = jsonb_set(report, '{{accepted}}', '3')"""
        " WHERE id = {checked}",
        ["a dry run's rows are not accepted + duplicate + quarantined: upload {checked}"],
    ),
    (
        "UPDATE metrics_batch SET upload_id = NULL WHERE id = {batch}",
        ["an upload is imported without a batch: upload {applied} (accounts)"],
    ),
    (
        "UPDATE metrics_batch SET upload_id = {checked} WHERE id = {batch};"
        "DELETE FROM metrics_upload WHERE id = {applied}",
        ["an upload's rows are stored, and it says that they are not: upload {checked} is checked,"
         " batch {batch} finished"],
    ),
    (
        "UPDATE metrics_batch SET undo_asked_at = {old} WHERE id = {batch}",
        ["an undo was asked for and is not done: batch {batch} (accounts)"],
    ),
    (
        "UPDATE metrics_batch SET state = 'failed', undo_asked_at = now(), undone_at = NULL"
        " WHERE id = {undone}",
        ["an undo was asked for of a batch that stores nothing: batch {undone} (usage) is failed"],
    ),
    (
        "INSERT INTO metrics_replaced (batch_id, \"table\", object_id, before)"
        " VALUES ({undone}, 'accounts_account', 1, '{{}}')",
        ["a batch is undone and what it replaced is still kept: batch {undone} (usage)"],
    ),
    (
        "UPDATE metrics_reject SET state = 'open' WHERE batch_id = {undone}",
        ["a batch is undone and rows of it wait to be taken in: batch {undone} (usage)"],
    ),
    (
        "UPDATE metrics_demoload SET finished_at = NULL, done = 4, asked_at = {old}",
        ["synthetic customers were asked for and are not there: step 4 of 12, attempt 1"],
    ),
    (
        "UPDATE metrics_demoload SET finished_at = NULL, done = 4, leased_until = {late}",
        ["synthetic customers were asked for and are not there: step 4 of 12, attempt 1"],
    ),
    (
        "UPDATE metrics_demoload SET attempts = 4",
        ["synthetic customers were tried too often: attempt 4 of 3"],
    ),
    (
        "UPDATE metrics_demoload SET accounts = 60",
        ["synthetic customers are said to be there, and are not: step 12 of 12, 60 accounts"],
    ),
    (
        "UPDATE metrics_demoload SET done = 11",
        ["synthetic customers are said to be there, and are not: step 11 of 12, 2 accounts"],
    ),
    (
        "UPDATE metrics_demoload SET leased_until = now()",
        ["synthetic customers are said to be there, and are not: step 12 of 12, 2 accounts"],
    ),
    (
        "UPDATE metrics_demoload SET error = 'x'",
        ["synthetic customers are said to be there, and are not: step 12 of 12, 2 accounts"],
    ),
    (
        "UPDATE metrics_alias SET taken_in_at = NULL, created_at = {old}",
        ["an alias was made and rows that wait for it are not taken in: alias {alias} (account)"],
    ),
]  # fmt: skip


def test_damage_is_named_line_by_line(quiet: Quiet) -> None:
    found = {}
    for damage, said in DAMAGE:
        assert verify() == verify(at_rest=True) == []
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(quiet.told(damage))
            assert cursor.rowcount > 0, damage
            if (lines := verify()) != [quiet.told(line) for line in said]:
                found[damage] = lines
            transaction.set_rollback(True)
    assert found == {}


@pytest.mark.parametrize(
    ("source", "row"),
    [
        ("usage", "e1,A1,,x,{day},1"),
        ("training", "t1,P1,x,,,completed,{day}"),
        ("tickets", "k1,A1,,{day}"),
        ("surveys", "s1,A1,P1,nps,{day},{day},9"),
        ("arr_movements", "m1,A1,expansion,100,{day}"),
    ],
)
def test_facts_of_an_undone_batch_are_found_in_each_table(
    quiet: Quiet, tmp_path: Path, source: str, row: str
) -> None:
    send = Sender(tmp_path)
    send("people", "P1,A1,,Ann")
    batch = send(source, row.format(day=yesterday()))
    assert batch.accepted == 1, batch.sample
    Batch.objects.filter(pk=batch.batch).update(state="undone", undone_at=timezone.now())
    line = f"a batch is undone and facts of it are there: batch {batch.batch} ({source})"
    assert line in verify()


def test_what_waits_or_is_under_way_is_wrong_only_in_a_system_at_rest(quiet: Quiet) -> None:
    now = timezone.now() - dt.timedelta(minutes=1)  # before this transaction began
    checked = Upload.objects.filter(pk=quiet.checked)
    checked.update(state="applying", asked_at=now)
    Batch.objects.filter(pk=quiet.batch).update(undo_asked_at=now)
    DemoLoad.objects.update(finished_at=None, done=4, asked_at=now, leased_until=now)
    Alias.objects.update(taken_in_at=None, created_at=now)
    assert verify() == []
    assert verify(at_rest=True) == [
        f"an upload was asked for and is not done: upload {quiet.checked} (accounts) is applying",
        f"an undo was asked for and is not done: batch {quiet.batch} (accounts)",
        "synthetic customers were asked for and are not there: step 4 of 12, attempt 1",
        "an alias was made and rows that wait for it are not taken in:"
        f" alias {quiet.alias} (account)",
    ]


def test_a_night_at_work_is_wrong_only_in_a_system_at_rest(quiet: Quiet) -> None:
    live_scorecard()
    (run,) = nightly.request_days([yesterday()], as_of_day=True, now=timezone.now())
    runs, line = Run.objects.filter(pk=run.pk), f"a run is not closed: {run} is new"
    runs.update(created_at=timezone.now() - dt.timedelta(hours=5))
    assert (verify(), verify(at_rest=True)) == ([], [line])
    runs.update(created_at=timezone.now() - dt.timedelta(hours=7))
    assert verify() == [line]  # and nobody is at work
    chunk = RunChunk.objects.filter(run=run)
    chunk.update(state="leased", lease_until=timezone.now() + dt.timedelta(minutes=1), owner="a:1")
    assert (verify(), verify(at_rest=True)) == ([], [line])
    runs.update(kind="nightly")
    assert verify() == [line]
    runs.update(created_at=timezone.now() - dt.timedelta(hours=5))
    chunk.update(lease_until=timezone.now() - dt.timedelta(minutes=1))
    overdue = f"a lease is overdue: chunk {chunk.get().pk} of run {run.pk}, held by a:1"
    assert (verify(), verify(at_rest=True)) == ([], [line, overdue])
    chunk.update(lease_until=timezone.now() - dt.timedelta(minutes=16))
    assert verify() == [overdue]


def test_an_upload_that_somebody_holds_is_under_way_for_as_long_as_she_lives(quiet: Quiet) -> None:
    checked = Upload.objects.filter(pk=quiet.checked)
    checked.update(state="applying", claimed_at=timezone.now() - dt.timedelta(hours=1))
    watch = Watch(checked.get())
    assert watch.lock()
    assert verify() == []
    watch.close()
    line = f"an upload is held by nobody who lives: upload {quiet.checked} (accounts) is applying"
    assert verify() == [line]


def test_a_large_file_that_went_on_in_the_batch_of_another_upload_is_no_error(quiet: Quiet) -> None:
    Batch.objects.filter(pk=quiet.batch).update(
        upload=None, digest="ab", finished_at=timezone.now()
    )
    assert verify(at_rest=True) == []


def test_a_mail_that_nobody_tried_is_missed_and_one_that_is_refused_only_at_rest(
    quiet: Quiet,
) -> None:
    mail = AlertMail.objects.create(user=User.objects.earliest("pk"), day=yesterday(), run_id=1)
    line = f"a mail about flags is owed and was not sent: mail {mail.pk} of {mail.day}, tries"
    AlertMail.objects.update(asked_at=timezone.now() - dt.timedelta(hours=1))
    assert (verify(), verify(at_rest=True)) == ([], [f"{line} 0"])
    AlertMail.objects.update(asked_at=timezone.now() - dt.timedelta(hours=7))
    assert verify() == verify(at_rest=True) == [f"{line} 0"]
    # a mail server that is away was tried with another one
    AlertMail.objects.update(try_after=timezone.now())
    assert (verify(), verify(at_rest=True)) == ([], [f"{line} 0"])
    # and nobody came again
    AlertMail.objects.update(try_after=timezone.now() - dt.timedelta(hours=6, minutes=1))
    assert verify() == [f"{line} 0"]
    AlertMail.objects.update(try_after=timezone.now())
    AlertMail.objects.update(tries=3)
    assert (verify(), verify(at_rest=True)) == ([], [f"{line} 3"])
    for over in (
        {"tries": MOST_TRIES},
        {"asked_at": timezone.now() - LATEST - dt.timedelta(hours=1)},
        {"sent_at": timezone.now()},
    ):
        AlertMail.objects.filter(pk=mail.pk).update(**over)
        assert verify(at_rest=True) == []
        AlertMail.objects.update(tries=3, sent_at=None)
        AlertMail.objects.update(asked_at=timezone.now() - dt.timedelta(hours=7))
