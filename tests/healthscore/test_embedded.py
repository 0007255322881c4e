"""The embedded servers run while somebody uses them, and leave nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from healthscore.embedded.broker import answers
from healthscore.embedded.places import TEST, Place, PlaceError, private_folder
from healthscore.embedded.servers import down, in_use, running, up, wait_until_down
from tests.processes import left_after, mentioning

HOLD = """
import sys, time
from pathlib import Path
from healthscore.embedded.places import TEST, Place
from healthscore.embedded.servers import in_use
with in_use(Place(Path(sys.argv[1]), TEST)):
    print("in use", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place of its own, whose servers are gone afterwards."""
    found = Place(tmp_path, TEST)
    yield found
    assert left_after(found.key, seconds=20) == {}
    shutil.rmtree(found.data.parent, ignore_errors=True)
    shutil.rmtree(found.sockets.parent, ignore_errors=True)


def servers_answer(place: Place) -> bool:
    with psycopg.connect(place.database_url) as connection:
        row = connection.execute("SELECT 1").fetchone()
    return row == (1,) and answers(place.broker_socket)


def test_servers_run_until_the_last_user_is_gone(place: Place) -> None:
    with in_use(place):
        with in_use(place):
            assert servers_answer(place)
        assert servers_answer(place)

    assert wait_until_down(place)
    assert left_after(place.key, seconds=5) == {}


def test_up_keeps_them_and_down_ends_them(place: Place) -> None:
    up(place)
    with in_use(place):
        pass
    assert left_after(place.key, seconds=1) != {}
    assert servers_answer(place)

    down(place)
    assert left_after(place.key, seconds=5) == {}


def test_a_killed_user_leaves_nothing_behind(place: Place) -> None:
    command = [sys.executable, "-c", HOLD, str(place.project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == b"in use\n"
        user.kill()

    assert left_after(place.key, seconds=10) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_servers_die_with_a_killed_keeper_and_start_again(place: Place) -> None:
    with in_use(place):
        with psycopg.connect(place.database_url) as connection:
            connection.execute("CREATE TABLE kept (x int)")
        keepers = [
            pid for pid, command in mentioning(str(place.project)).items() if "keep" in command
        ]
        assert len(keepers) == 1
        os.kill(keepers[0], signal.SIGKILL)
        assert left_after(place.key, seconds=10) == {}

        with in_use(place), psycopg.connect(place.database_url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_an_empty_pid_file_keeps_no_server_from_starting(place: Place) -> None:
    with in_use(place):
        pass
    assert wait_until_down(place)
    (place.cluster / "postmaster.pid").touch()  # a disk that was full, or lost its power
    with in_use(place):
        assert servers_answer(place)


def test_text_sorts_by_code_point_and_lower_knows_umlauts(place: Place) -> None:
    with in_use(place), psycopg.connect(place.database_url) as connection:
        row = connection.execute("SELECT lower('ÄÖÜ'), 'Z' < 'a', current_setting('timezone')")
        assert row.fetchone() == ("äöü", True, "UTC")


def test_nothing_listens_on_a_port(place: Place) -> None:
    with in_use(place), psycopg.connect(place.database_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert place.sockets.stat().st_mode & 0o077 == 0
    assert not running(place) or wait_until_down(place)


def test_a_folder_that_somebody_else_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)

    for name in ("file", "link"):
        with pytest.raises(PlaceError, match="is not a folder"):
            private_folder(tmp_path / name, owner=os.geteuid())


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    us = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: us + 1)

    with pytest.raises(PlaceError, match="belongs to another user"):
        private_folder(tmp_path, owner=us + 1)


def test_the_secret_is_ours_alone(place: Place) -> None:
    secret = place.secret_key()

    assert place.secret_key() == secret
    assert (place.data / "secret-key").stat().st_mode & 0o777 == 0o600
