"""The commands of run.py, after the packages are installed."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from healthscore.embedded.children import environment
from healthscore.embedded.demo import demo
from healthscore.embedded.keeper import start_keeper
from healthscore.embedded.places import BENCH, DEMO, TEST, Place, PlaceError
from healthscore.embedded.postgres import ServerError
from healthscore.embedded.servers import down, hold, up

PROJECT = Path(__file__).resolve().parents[2]
# A worker for each core, with a database of its own; a file stays with one worker, for the sake
# of fixtures that its tests share, and begins where tests/conftest.py puts it: pytest-xdist would
# leave files of few tests to the end. `run.py test -n0` has no worker: for a debugger, or one test.
PARALLEL = ("-n", "logical", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. Errors that a person can mend are one line."""
    passed_on = arguments[:1] and arguments[0] in PASSED_ON
    chosen = _parser().parse_args(arguments[:1] if passed_on else arguments)
    chosen.rest = list(arguments[1:])
    os.environ.setdefault("HEALTHSCORE_LOCAL", "1")
    try:
        return int(DOORS[chosen.command](chosen))
    except (ServerError, PlaceError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py")
    commands = parser.add_subparsers(dest="command", required=True)
    shown = commands.add_parser("demo", help="invented customers, scored, on 127.0.0.1")
    shown.add_argument("--port", type=int, default=8000)
    shown.add_argument("--accounts", type=int, default=60, help="0: none, to set it up yourself")
    shown.add_argument("--once", action="store_true", help="stop after the first page")
    commands.add_parser("up", help="the servers alone, in the background")
    commands.add_parser("down", help="stop them")
    for name in PASSED_ON:
        commands.add_parser(name, add_help=False)
    keeper = commands.add_parser("keep")
    keeper.add_argument("--project", type=Path, required=True)
    keeper.add_argument("--profile", choices=[DEMO, TEST, BENCH], required=True)
    return parser


def _demo(chosen: argparse.Namespace) -> int:
    return demo(Place(PROJECT, DEMO), port=chosen.port, accounts=chosen.accounts, once=chosen.once)


def _up(chosen: argparse.Namespace) -> int:
    place = Place(PROJECT, DEMO)
    up(place)
    print(f"DATABASE_URL={place.database_url}\nREDIS_URL={place.broker_url}")
    return 0


def _down(chosen: argparse.Namespace) -> int:
    down(Place(PROJECT, DEMO))
    return 0


def _keep(chosen: argparse.Namespace) -> int:
    return start_keeper(Place(chosen.project, chosen.profile))


def _manage(chosen: argparse.Namespace) -> int:
    _hold_for_good(Place(PROJECT, DEMO))
    return _become("manage.py", *chosen.rest)


def _test(chosen: argparse.Namespace) -> int:
    return _become("-m", "pytest", *PARALLEL, *chosen.rest)


def _bench(chosen: argparse.Namespace) -> int:
    names = sorted(path.stem for path in (PROJECT / "bench").glob("[a-z]*.py"))
    if not chosen.rest or chosen.rest[0] not in names:
        print(f"Name a benchmark: {', '.join(names) or 'there is none yet'}.", file=sys.stderr)
        return 2
    place = Place(PROJECT, BENCH)
    _hold_for_good(place)
    os.environ |= {"DATABASE_URL": place.database_url, "REDIS_URL": place.broker_url}
    return _become("-m", f"bench.{chosen.rest[0]}", *chosen.rest[1:])


def _hold_for_good(place: Place) -> None:
    """Use the servers until this process ends, whatever program it becomes."""
    if not {"DATABASE_URL", "REDIS_URL"} <= set(os.environ):
        lock = hold(place)
        os.set_inheritable(os.dup(lock.fileno()), True)


def _become(*arguments: str) -> int:
    """Go on as another program: signals, terminal and exit code are its own."""
    os.chdir(PROJECT)
    os.execve(sys.executable, [sys.executable, *arguments], environment())  # noqa: S606


PASSED_ON = ("manage", "test", "bench")
DOORS = {
    "demo": _demo,
    "up": _up,
    "down": _down,
    "keep": _keep,
    "manage": _manage,
    "test": _test,
    "bench": _bench,
}
