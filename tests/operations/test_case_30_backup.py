"""Case 30: a backup is restored into a new cluster, where every table is as it was.

A dump that was never restored is no backup: what is tried here is the way of docs/operations.md.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from healthscore import backups
from healthscore.backups import checksums
from metrics.models import Feature
from metrics.nightly.store import ensure_partition
from tests.facts import make_account
from tests.faults.stage import connected
from tests.operations.clusters import new_cluster
from tests.views.nights import make_customer, make_team, night

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]
PASSWORD = "a long enough secret"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database in a cluster of its own."""
    with new_cluster(tmp_path_factory.mktemp("restored")) as place:
        yield place.database_url


@pytest.fixture
def account() -> Account:
    """Of Ana, with a published night; Ana can log in."""
    ana = make_team()["ana"]
    ana.set_password(PASSWORD)
    ana.save()
    account = make_customer(owner=ana)
    make_account()
    night()
    return account


@pytest.fixture
def dump(account: Account, tmp_path: Path) -> Path:
    path = tmp_path / "healthscore.dump"
    assert command("backup", path)["tables"] > 40
    return path


def command(*words: str | Path) -> dict[str, Any]:
    """The JSON line that a command prints."""
    out = io.StringIO()
    call_command(*map(str, words), stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def back_up_while_somebody_writes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A row is committed between the backup's first look and its dump, another one before its sums.

    Neither belongs to the moment of the backup.
    """
    run = backups._run

    def with_writers(name: str, *arguments: str) -> None:
        for when in ("before", "after"):
            with psycopg.connect(backups.connection.connection.info.dsn) as other:
                other.execute(
                    "INSERT INTO metrics_feature (key, name, level, personas, is_declared)"
                    " VALUES (%s, '', 'core', '{}', true)",
                    [when],
                )
            if when == "before":
                run(name, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(backups, "_run", with_writers)
        command("backup", folder / "healthscore.dump")
    assert Feature.objects.filter(key__in=["before", "after"]).count() == 2
    return folder / "healthscore.dump"


def page(account: Account) -> str:
    """The account's page, for Ana, who logs in with her password."""
    browser = Client()
    login = {"login": "ana@example.com", "password": PASSWORD}
    assert browser.post(reverse("account_login"), login).status_code == 302
    answer = browser.get(reverse("account", args=[account.pk]))
    assert answer.status_code == 200
    return TOKEN.sub("", answer.content.decode())


def test_case_30_a_restored_database_is_the_same_and_works(
    account: Account, cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, tables = page(account), checksums()
    dump = back_up_while_somebody_writes(tmp_path, monkeypatch)
    assert sum(rows for name, (rows, _) in tables.items() if "snapshot" in name) == 2

    with connected(cluster):
        command("restore", dump)
        restored = checksums()
        call_command("migrate", check_unapplied=True, verbosity=0)
        call_command("verify", stdout=io.StringIO())
        again = page(account)
        newest = make_account().pk  # the sequences go on behind the last row

    assert restored == tables
    assert again == shown
    assert newest > account.pk + 1


def test_a_database_with_tables_is_not_touched(dump: Path) -> None:
    before = checksums()

    with pytest.raises(CommandError, match="has tables already"):
        command("restore", dump)

    assert checksums() == before


def test_a_broken_file_is_refused_and_leaves_the_database_empty(dump: Path, tmp_path: Path) -> None:
    whole = dump.read_bytes()
    with new_cluster(tmp_path / "other") as place, connected(place.database_url):
        dump.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(CommandError, match="is not the file that was written"):
            command("restore", dump)
        assert checksums() == {}

        dump.write_bytes(whole)
        note = dump.with_name(f"{dump.name}.json")
        note.write_text(
            note.read_text("utf-8").replace(
                '"accounts_person": [\n   6', '"accounts_person": [7', 1
            )
        )
        with pytest.raises(CommandError, match=r"not as it was: accounts_person\.$"):
            command("restore", dump)


def test_a_backup_is_its_owners_alone_and_the_one_before_stays_until_it_is_whole(
    dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump.read_bytes()
    assert dump.stat().st_mode & 0o777 == 0o600

    monkeypatch.setattr("healthscore.backups._program", lambda name: "/bin/false")
    with pytest.raises(CommandError, match="pg_dump failed"):
        command("backup", dump)

    assert dump.read_bytes() == before
    assert [path.name for path in dump.parent.iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize("breaks_at", [1, 2])
def test_who_is_cut_off_while_names_change_can_still_restore(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks_at: int
) -> None:
    before = checksums()
    make_account()
    renames = []
    rename = Path.replace

    def cut_off(self: Path, target: Path) -> Path:
        renames.append(target)
        if len(renames) == breaks_at:
            raise OSError("cut off")
        return rename(self, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", cut_off)
        with pytest.raises(CommandError, match="cut off"):
            command("backup", dump)

    after = checksums()
    with new_cluster(tmp_path / "other") as place, connected(place.database_url):
        command("restore", dump)
        assert checksums() == (before if breaks_at == 1 else after)


def test_a_note_that_is_cut_off_is_said(dump: Path) -> None:
    note = dump.with_name(f"{dump.name}.json")
    note.write_text(note.read_text("utf-8")[:-9], "utf-8")
    with pytest.raises(CommandError, match=r"\.json cannot be read"):
        command("restore", dump)
    note.unlink()
    with pytest.raises(CommandError, match=r"No such file: .+\.json"):
        command("restore", dump)


def test_a_database_without_tables_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "day-1.dump"
    with (
        new_cluster(tmp_path / "other") as place,
        connected(place.database_url),
        pytest.raises(CommandError, match="has no tables"),
    ):
        command("backup", path)
    assert list(path.parent.iterdir()) == []


def test_a_month_of_scores_does_not_go_while_its_rows_are_counted(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_partition(dt.date(2022, 1, 1))
    run = backups._run

    def purged_after(name: str, *arguments: str) -> None:
        run(name, *arguments)
        with psycopg.connect(backups.connection.connection.info.dsn, autocommit=True) as other:
            other.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("DROP TABLE metrics_snapshot_2022_01")

    monkeypatch.setattr(backups, "_run", purged_after)
    try:
        assert command("backup", tmp_path / "day-1.dump")["tables"] > 40
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE metrics_snapshot_2022_01")


def test_the_script_for_cron_keeps_days_and_weeks_that_can_be_restored(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    script = re.search(r"^```\n(#!/bin/sh -e\n.+?)^```", page, re.DOTALL | re.MULTILINE)
    assert script
    environment = tmp_path / "healthscore.env"
    environment.write_text("DATABASE_URL='postgresql://somewhere/else'\n", "utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "backups").mkdir()
    # what is looked at is the script: the command has tests of its own
    stand_ins = {
        "python3": 'echo "$DATABASE_URL" > "$4"; echo note > "$4.json"',
        "date": '[ "$1" = +%u ] && echo 7 || echo 1209600',
    }
    for name, does in stand_ins.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n", "utf-8")
        (programs / name).chmod(0o755)
    text = script[1].replace("/srv/healthscore", str(tmp_path))
    text = text.replace("/etc/healthscore.env", str(environment))

    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    subprocess.run(["/bin/sh", "-e", "-c", text], env=path, check=True)

    kept = {file.name: file.read_text("utf-8") for file in (tmp_path / "backups").iterdir()}
    dump, note = "postgresql://somewhere/else\n", "note\n"
    assert kept == {
        "day-7.dump": dump,
        "day-7.dump.json": note,
        "week-2.dump": dump,
        "week-2.dump.json": note,
    }
