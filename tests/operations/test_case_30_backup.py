"""Case 30: a backup is restored into a new cluster, where every table is as it was.

A dump that was never restored is no backup: what is tried here is the way of docs/operations.md.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from healthscore import backups
from healthscore.backups import checksums
from metrics.models import Feature
from tests.facts import make_account
from tests.faults.stage import connected
from tests.operations.clusters import new_cluster
from tests.views.nights import make_customer, make_team, night

pytestmark = pytest.mark.django_db(transaction=True)
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
