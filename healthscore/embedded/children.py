"""Start a process that cannot outlive us, and end it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from healthscore.embedded.places import server_user

PR_SET_PDEATHSIG = 1
# Loaded here: nothing may be imported between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

Child = subprocess.Popen[bytes]


def environment(**over: str) -> dict[str, str]:
    """Ours, but with byte code: without .pyc files everything starts three times slower."""
    return {**os.environ, **over} | {"PYTHONDONTWRITEBYTECODE": ""}


def start(
    command: Sequence[str | Path],
    *,
    log: IO[bytes] | int | None,
    on_our_death: int = signal.SIGTERM,
    env: dict[str, str] | None = None,
    demoted: bool = False,
    cwd: Path | None = None,
) -> Child:
    """A child in a process group of its own, so that Ctrl-C reaches us alone.

    `on_our_death`: the signal it gets when this process ends in whatever way (Linux only).
    `demoted`: as root, run it as nobody.
    Call it from the main thread: the kernel takes the end of the calling thread for our death.
    """
    user = server_user() if demoted else None
    return subprocess.Popen(  # noqa: S603  # commands are ours, never a user's
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=env or environment(),
        cwd=cwd,
        start_new_session=True,
        preexec_fn=_die_with(os.getpid(), on_our_death),
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def _die_with(parent: int, on_our_death: int) -> Callable[[], None]:
    def in_child() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, on_our_death, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return in_child


def stop(child: Child, *, by: int = signal.SIGTERM, patience: float = 10) -> None:
    """End a child: ask with `by`, and after `patience` seconds kill what is left of its group."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
