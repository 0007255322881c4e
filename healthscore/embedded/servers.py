"""Use the embedded servers: they run while any process is inside `in_use`."""

import contextlib
import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from healthscore.embedded.children import environment
from healthscore.embedded.keeper import lock_file, take
from healthscore.embedded.places import Place
from healthscore.embedded.postgres import ServerError

CODE = Path(__file__).resolve().parents[2]
# initdb takes two seconds on an idle machine.
READY_WITHIN = 120.0
# A keeper looks four times a second whether anybody is left, and then takes `ready` away.
NOTICES_WITHIN = 2.0
DOWN_WITHIN = 60.0


@contextlib.contextmanager
def in_use(place: Place) -> Iterator[None]:
    """The servers run inside this block, and afterwards as long as somebody else uses them.

    Raises ServerError when they do not start.
    """
    lock = hold(place)
    try:
        yield
    finally:
        lock.close()


def hold(place: Place) -> IO[bytes]:
    """As in_use, but until the returned file is closed or this process ends."""
    place.prepare()
    users = lock_file(place, "users")
    # Waits while a keeper is stopping the servers.
    fcntl.flock(users, fcntl.LOCK_SH)
    try:
        _start(place)
    except BaseException:
        users.close()
        raise
    return users


def running(place: Place) -> bool:
    """Is there a keeper, whose servers accept connections?"""
    return _kept(place) and (place.data / "ready").exists()


def up(place: Place) -> None:
    """Start the servers and leave them running until `down`."""
    place.prepare()
    (place.data / "kept").touch()
    with in_use(place):
        pass


def down(place: Place) -> None:
    """Stop the servers, once those who use them are done.

    Raises ServerError when somebody does for longer than they take to stop.
    """
    (place.data / "kept").unlink(missing_ok=True)
    if not wait_until_down(place):
        raise ServerError("The servers are still in use; they stop when that is over.")


def wait_until_down(place: Place) -> bool:
    """Wait for a keeper that has nothing left to do; False if somebody else needs it."""
    until = time.monotonic() + DOWN_WITHIN
    notices = time.monotonic() + NOTICES_WITHIN
    while _kept(place) and time.monotonic() < until:
        if running(place) and time.monotonic() > notices:
            return False
        time.sleep(0.05)
    return not _kept(place)


def _kept(place: Place) -> bool:
    if not place.data.is_dir():
        return False
    with lock_file(place, "keeper") as lock:
        return not take(lock, how=fcntl.LOCK_SH)


def _start(place: Place) -> None:
    until = time.monotonic() + READY_WITHIN
    while not running(place):
        if time.monotonic() > until:
            raise ServerError(f"The servers were not ready in {READY_WITHIN:.0f} s; {place.log}.")
        if _kept(place):
            time.sleep(0.05)  # another process starts them
        else:
            _start_keeper(place)


def _start_keeper(place: Place) -> None:
    options = ["--project", str(place.project), "--profile", place.profile]
    command = [sys.executable, "-m", "healthscore", "keep", *options]
    done = subprocess.run(  # noqa: S603
        command, cwd=CODE, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServerError(done.stderr.strip() or f"The servers did not start; see {place.log}.")
