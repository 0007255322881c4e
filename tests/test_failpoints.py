"""Places at which a test may break a process, and which do nothing otherwise."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metrics import failpoints
from metrics.failpoints import NAMES, FailpointError, failpoint

METRICS = Path(failpoints.__file__).parent


@pytest.fixture(autouse=True)
def _nobody_passed_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    failpoints._passed.clear()
    monkeypatch.delenv("FAILPOINT", raising=False)


def test_nothing_happens_unless_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    failpoint("after_upsert")
    monkeypatch.setenv("FAILPOINT", "after_claim:raise:1")
    failpoint("after_upsert")


def test_it_raises_from_the_named_time_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINT", "before_claim:kill:1, after_upsert:raise:2")
    failpoint("after_upsert")
    for _ in range(2):
        with pytest.raises(FailpointError):
            failpoint("after_upsert")


def test_a_key_means_one_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINT", "mid_compute@7:raise:1")
    failpoint("mid_compute", key=8)
    failpoint("mid_compute")
    with pytest.raises(FailpointError):
        failpoint("mid_compute", key=7)


def test_it_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINT", "mid_compute:sleep:0.05")
    began = time.monotonic()
    failpoint("mid_compute")
    assert time.monotonic() - began >= 0.05


@pytest.mark.parametrize("kind", ["kill", "kill_all"])
def test_it_ends_the_process_at_once(kind: str) -> None:
    code = "from metrics.failpoints import failpoint; failpoint('after_claim'); print('alive')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"FAILPOINT": f"after_claim:{kind}:1", "PYTHONPATH": str(METRICS.parent)},
        capture_output=True,
        check=False,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")


@pytest.mark.parametrize("spec", ["nowhere:kill:1", "after_claim:explode:1", "after_claim"])
def test_a_word_it_does_not_know_is_an_error(monkeypatch: pytest.MonkeyPatch, spec: str) -> None:
    monkeypatch.setenv("FAILPOINT", spec)
    with pytest.raises(ValueError, match=r"FAILPOINT|unpack"):
        failpoint("after_claim")


def test_every_name_is_a_place_in_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in METRICS.rglob("*.py"))
    assert {name for name in NAMES if f'failpoint("{name}"' not in code} == set()
