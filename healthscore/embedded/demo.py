"""`run.py demo`: servers, invented customers, last night's run through a real worker, the pages."""

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from healthscore.embedded.keeper import lock_file, take
from healthscore.embedded.pages import first_page, refuse_taken_port
from healthscore.embedded.places import Place
from healthscore.embedded.postgres import ServerError
from healthscore.embedded.processes import Processes
from healthscore.embedded.servers import in_use, running, wait_until_down

WELCOME = """
Healthscore shows its pages on {address}

Log in with the password healthscore-demo as
  ana@example.com   who looks after a book of accounts
  ben@example.com   her manager
  cy@example.com    a colleague without accounts
  ada@example.com   an admin

Ctrl-C ends it. The data stay; logs are in {logs}
"""
FRESH = """
Healthscore shows its pages on {address}

Nothing is in it yet, and nobody can log in. In another terminal make the first admin:
  python3 run.py manage createsuperuser
Then log in: four short steps lead to the first scores.

Ctrl-C ends it. The data stay; logs are in {logs}
"""
NOTHING: dict[str, Any] = {"accounts": 0, "scored": 0, "grey": 0, "day": None}
PYTHON = sys.executable
# It is alone: nothing to learn from other workers, which would cost a second.
QUIET = ("--without-gossip", "--without-mingle")


def demo(place: Place, *, port: int, accounts: int, once: bool) -> int:
    """Run the demo until Ctrl-C or SIGTERM; with `once` until the first page has been served.

    With no accounts to invent an empty installation is shown, to be set up on its pages. 0, or 128
    plus the signal's number when it was stopped before the first page. Raises ServerError when
    something does not start.
    """
    place.prepare()
    began = float(os.environ.get("HEALTHSCORE_BEGAN", time.time()))
    with _only_one(place, port), _interruptible() as interruption:
        refuse_taken_port(port)
        try:
            with _servers(place), Processes(place) as processes:
                line = _bring_up(processes, port=port, accounts=accounts)
                interruption.code = os.EX_OK
                line["seconds"] = round(time.time() - began, 1)
                if once:
                    print(json.dumps(line), flush=True)
                else:
                    _serve(place, processes, port=port, is_fresh=not line["accounts"])
        except Interrupted:
            say("Stopping ...")
        finally:
            if not _outside():
                wait_until_down(place)
        return interruption.code or os.EX_OK


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _bring_up(processes: Processes, *, port: int, accounts: int) -> dict[str, Any]:
    """Everything up to the first page; what --once prints, without the seconds."""
    say("Preparing the database ...")
    known = processes.ask("prepare", PYTHON, "-m", "healthscore.prepare")["accounts"]
    # They take seconds to start: let them, while the data come in.
    processes.keep("web", *_gunicorn(port))
    processes.keep("worker", *_worker("nightly", children=2))
    if not known and accounts:
        say(f"Inventing {accounts} customers and importing their data ...")
        processes.ask("load_demo", PYTHON, "manage.py", "load_demo", "--accounts", str(accounts))
    run = NOTHING
    if known or accounts:
        say("Calculating last night's scores ...")
        run = processes.ask("ensure_runs", PYTHON, "manage.py", "ensure_runs", "--wait")
    processes.keep("beat", *_celery("beat"))
    first_page(port, alive=processes.check)
    return {key: run[key] for key in ("accounts", "scored", "grey", "day")}


def _serve(place: Place, processes: Processes, *, port: int, is_fresh: bool) -> None:
    """Until a signal comes, or the servers are gone."""
    # Neither a person nor a night waits behind a large file: each queue has a worker of its own.
    processes.keep("worker-interactive", *_worker("interactive"))
    processes.keep("worker-ingest", *_worker("ingest"))
    text = FRESH if is_fresh else WELCOME
    print(text.format(address=f"http://127.0.0.1:{port}/", logs=place.data), flush=True)
    if not is_fresh:
        # The past year, for the trends: the worker fills it in from the newest day backwards.
        processes.run("load_history", PYTHON, "manage.py", "load_history")
    while _outside() or running(place):
        processes.revive()
        time.sleep(1)
    raise ServerError(f"The embedded servers have ended; see {place.log}.")


def _gunicorn(port: int) -> list[str]:
    # Loaded once and shared: two workers importing at the same time would take twice as long.
    options = ["--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "16"]
    timing = ["--graceful-timeout", "5", "--no-control-socket", "--access-logfile", "-"]
    module = [PYTHON, "-m", "gunicorn", "healthscore.wsgi"]
    return [*module, "--bind", f"127.0.0.1:{port}", *options, *timing]


def _worker(queue: str, *, children: int = 1) -> list[str]:
    return _celery("worker", "-Q", queue, "-n", f"{queue}@%h", "-c", str(children), *QUIET)


def _celery(role: str, *options: str) -> list[str]:
    return [PYTHON, "-m", "celery", "-A", "healthscore", role, "--loglevel", "INFO", *options]


def _outside() -> bool:
    """Are both servers somebody else's?"""
    return {"DATABASE_URL", "REDIS_URL"} <= set(os.environ)


@contextlib.contextmanager
def _servers(place: Place) -> Iterator[None]:
    if _outside():
        yield
        return
    say("Starting PostgreSQL and the broker ...")
    with in_use(place):
        yield


@contextlib.contextmanager
def _only_one(place: Place, port: int) -> Iterator[None]:
    with lock_file(place, "demo") as lock:
        note = Path(lock.name)
        if not take(lock, how=fcntl.LOCK_EX):
            raise ServerError(f"A demo of this folder is running already: {note.read_text()}")
        lock.truncate(0)
        lock.write(f"http://127.0.0.1:{port}/, process {os.getpid()}".encode())
        lock.flush()
        yield


CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """SIGINT, SIGTERM or SIGHUP."""


class Interruption:
    """The exit code that a signal leads to: 128 plus its number until there is a page."""

    code: int | None = None

    def __call__(self, number: int, frame: FrameType | None) -> NoReturn:
        # Once is enough: a second signal must not interrupt the shutdown.
        for caught in CAUGHT:
            signal.signal(caught, signal.SIG_IGN)
        if self.code is None:
            self.code = 128 + number
        raise Interrupted


@contextlib.contextmanager
def _interruptible() -> Iterator[Interruption]:
    interruption = Interruption()
    before = {number: signal.getsignal(number) for number in CAUGHT}
    for number, handler in before.items():
        # nohup has asked that a closed terminal shall not matter.
        if (number, handler) != (signal.SIGHUP, signal.SIG_IGN):
            signal.signal(number, interruption)
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
