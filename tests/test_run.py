"""run.py, in a copy of this folder: what it starts, what it prints, and that nothing is left."""

import contextlib
import hashlib
import http.client
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from healthscore.embedded.places import DEMO, TEST, Place
from healthscore.embedded.servers import in_use
from tests.processes import left_after, mentioning

ROOT = Path(__file__).resolve().parents[1]
COPIED = (
    "accounts", "healthscore", "metrics", "static", "templates", "run.py", "manage.py",
    "requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json",
)  # fmt: skip
ACCOUNTS = 12


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone whose packages are installed already: ours, marked as run.py does it."""
    folder = tmp_path_factory.mktemp("clone")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    tools = folder / ".tools"
    tools.mkdir()
    for stamp, lock in (("dev", "requirements-dev.txt"), ("pages", "package-lock.json")):
        digest = hashlib.sha256((folder / lock).read_bytes()).hexdigest()
        (tools / f"{stamp}.stamp").write_text(digest)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    yield folder
    place = Place(folder, DEMO)
    assert left_after(place.key, seconds=20) == {}
    shutil.rmtree(place.data.parent, ignore_errors=True)
    shutil.rmtree(place.sockets.parent, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """Ours, without what the tests' own settings put there."""
    gone = {"DJANGO_SETTINGS_MODULE", "HEALTHSCORE_LOCAL", "HEALTHSCORE_ROLE", "SECRET_KEY"}
    return {key: value for key, value in os.environ.items() if key not in gone}


def run(copy: Path, *arguments: str, **over: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, copy / "run.py", *arguments],
        env=clean_environment() | over,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@contextmanager
def demo(copy: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A demo whose address has been printed, and that address."""
    command = [sys.executable, copy / "run.py", "demo", "--accounts", str(ACCOUNTS), *arguments]
    with subprocess.Popen(
        command, env=clean_environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = iter(process.stdout.readline, "")
            address = next(line.split()[-1] for line in said if "http://" in line)
            yield process, address
        finally:
            process.kill()


def nothing_is_left(copy: Path) -> bool:
    return left_after(Place(copy, DEMO).key, seconds=20) == left_after(str(copy), seconds=20) == {}


def status(address: str, path: str) -> int:
    with closing(http.client.HTTPConnection(address.split("/")[2], timeout=10)) as line:
        line.request("GET", path)
        return line.getresponse().status


def test_help_names_every_command(copy: Path) -> None:
    done = run(copy)

    assert done.returncode == 0
    for command in ("demo", "up | down", "test", "bench", "manage"):
        assert f"run.py {command}" in done.stdout


def test_an_unknown_command_is_refused(copy: Path) -> None:
    done = run(copy, "dmeo")

    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no command dmeo" in done.stderr


def test_manage_prints_only_what_the_command_prints(copy: Path) -> None:
    done = run(copy, "manage", "shell", "--verbosity", "0", "-c", "print(6 * 7)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "42\n", "")

    done = run(copy, "manage", "shell", "--verbosity", "0", "-c", "raise SystemExit(7)")
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")
    assert nothing_is_left(copy)


def test_given_servers_are_used_and_no_others_started(copy: Path) -> None:
    given = Place(copy, TEST)
    look = "from django.db import connection as c; c.ensure_connection(); "
    look += "print(c.connection.info.host)"
    with in_use(given):
        done = run(
            copy,
            *("manage", "shell", "--verbosity", "0", "-c", look),
            DATABASE_URL=given.database_url,
            REDIS_URL=given.broker_url,
        )
        assert left_after(str(Place(copy, DEMO).sockets), seconds=0) == {}

    assert (done.stdout, done.stderr) == (f"{given.sockets}\n", "")


def test_up_stays_until_down(copy: Path) -> None:
    place = Place(copy, DEMO)
    done = run(copy, "up")
    assert done.returncode == 0
    assert done.stdout == f"DATABASE_URL={place.database_url}\nREDIS_URL={place.broker_url}\n"
    before = set(mentioning(place.key))

    assert run(copy, "manage", "check", "--database", "default").returncode == 0
    assert set(mentioning(place.key)) == before

    assert run(copy, "down").returncode == 0
    assert nothing_is_left(copy)


def test_a_taken_port_is_refused_before_anything_starts(copy: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(copy, "demo", "--port", str(taken.getsockname()[1]))

    assert done.returncode == 1
    assert "choose another with --port" in done.stderr
    assert nothing_is_left(copy)


def test_once_prints_one_json_line_and_ends(copy: Path) -> None:
    done = run(copy, "demo", "--once", "--accounts", str(ACCOUNTS), "--port", str(free_port()))

    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout.splitlines()[-1])
    assert set(line) == {"accounts", "scored", "grey", "day", "seconds"}
    assert line["accounts"] == line["scored"] + line["grey"]
    assert 0 < line["accounts"] <= ACCOUNTS
    assert line["scored"] >= 0.9 * line["accounts"]
    assert nothing_is_left(copy)


def test_a_second_demo_is_refused_and_ctrl_c_ends_the_first(copy: Path) -> None:
    port = str(free_port())
    with demo(copy, "--port", port) as (process, address):
        assert address == f"http://127.0.0.1:{port}/"

        second = run(copy, "demo", "--port", str(free_port()))

        assert (second.returncode, second.stdout) == (1, "")
        assert f"running already: {address}, process {process.pid}" in second.stderr
        assert status(address, "/healthz") == 200

        assert is_revived(copy, address, before=web_servers(copy))

        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert nothing_is_left(copy)


def web_servers(copy: Path) -> set[int]:
    return {pid for pid, said in mentioning(str(copy)).items() if "gunicorn" in said}


def is_revived(copy: Path, address: str, *, before: set[int]) -> bool:
    """Do other processes than `before` serve pages, after these were killed?"""
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if web_servers(copy) - before and status(address, "/healthz") == 200:
                return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start cleans up")
def test_a_killed_demo_leaves_nothing_and_the_next_one_ends_by_sigterm(copy: Path) -> None:
    with demo(copy, "--port", str(free_port())) as (process, _):
        process.kill()
    assert nothing_is_left(copy)

    with demo(copy, "--port", str(free_port())) as (process, _):
        process.terminate()
        assert process.wait(60) == 0
    assert nothing_is_left(copy)


def test_an_installation_that_breaks_off_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    assert loaded
    assert loaded.loader
    starter = importlib.util.module_from_spec(loaded)
    loaded.loader.exec_module(starter)
    monkeypatch.setattr(starter, "TOOLS", tmp_path)
    monkeypatch.setattr(starter, "PYTHON", tmp_path / "python")  # gone, as after an upgrade
    monkeypatch.setattr(starter, "find_uv", lambda: "uv")
    for name, lock in (("dev", "requirements-dev.txt"), ("run", "requirements.txt")):
        starter.note(name, ROOT / lock)

    def break_off(uv: str, lock: Path) -> None:
        (tmp_path / "python").touch()
        raise starter.Problem("no network")

    tried = []
    for does in (break_off, lambda uv, lock: tried.append(lock.name)):
        monkeypatch.setattr(starter, "install_python", does)
        with contextlib.suppress(starter.Problem):
            starter.install(dev=True, pages=False)
    assert tried == ["requirements-dev.txt"]
