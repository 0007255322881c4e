"""Gunicorn's own lines, of a real process: objects in production, plain ones elsewhere."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ADDRESS = "00000000-0000-4000-8000-000000000000"
ROOT = Path(__file__).resolve().parents[2]
SHOWN = f"/hooks/{ADDRESS}/***"
# answers, and fails where it is asked to
APP = """
def application(environ, start_response):
    if environ["PATH_INFO"] == "/broken":
        raise ValueError("why")
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


def said(folder: Path, **over: str) -> list[str]:
    """Every line of a web that answers three requests, the last of which breaks, and is ended."""
    (folder / "tiny.py").write_text(APP)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "tiny", "--pythonpath", str(folder)]
    options = ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--access-logfile", "-"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    out = folder / "web.log"
    with out.open("wb") as log:
        web = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env=environment | over,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _until_it_listens(port)
        assert _status(port, "/a?q=Ann") == 200
        assert _status(port, f"/hooks/{ADDRESS}/a-secret?x=1") == 200
        assert _status(port, "/broken") == 500
    finally:
        web.terminate()
        web.wait(30)
    return out.read_text().splitlines()


def _status(port: int, path: str) -> int:
    asked = HTTPConnection("127.0.0.1", port, timeout=30)
    asked.request("GET", path, headers={"X-Request-ID": "r-1"})
    status = asked.getresponse().status
    asked.close()
    return status


def _until_it_listens(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the web does not listen")


def test_production_writes_gunicorns_lines_as_objects_too(tmp_path: Path) -> None:
    found: list[dict[str, Any]] = [json.loads(line) for line in said(tmp_path)]
    assert {line["at"][-1] for line in found} == {"Z"}
    assert {line["logger"] for line in found} == {"gunicorn.access", "gunicorn.error"}
    assert any("Listening at" in line["message"] for line in found)
    access, hook, other = [line for line in found if line["logger"] == "gunicorn.access"]
    assert (hook["path"], hook["message"]) == (SHOWN, f"GET {SHOWN}")
    assert (other["path"], other["status"]) == ("/broken", 500)
    access.pop("at")
    assert access.pop("ms") >= 0
    assert access == {
        "message": "GET /a",
        "logger": "gunicorn.access",
        "level": "info",
        "client": "127.0.0.1",
        "method": "GET",
        "path": "/a",
        "status": 200,
        "bytes": 2,
        "request_id": "r-1",
    }
    [broken] = [line for line in found if "exception" in line]
    assert (broken["level"], broken["logger"]) == ("error", "gunicorn.error")
    assert "ValueError: why" in broken["exception"]


def test_a_machine_of_ones_own_reads_gunicorns_own_lines(tmp_path: Path) -> None:
    text = "\n".join(said(tmp_path, HEALTHSCORE_LOCAL="1"))
    assert '"GET /a?q=Ann HTTP/1.1" 200 2' in text
    assert f'"GET {SHOWN}?x=1 HTTP/1.1" 200 2' in text
    assert "[INFO] Listening at" in text
