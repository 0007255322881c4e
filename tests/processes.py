"""Find processes, for tests that must leave none behind."""

import os
import time
from pathlib import Path


def mentioning(text: str) -> dict[int, str]:
    """Processes other than this one whose command line or working folder holds `text`."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            where = str((folder / "cwd").readlink())
        except OSError:
            continue  # it has just ended
        if (text in command or text in where) and int(folder.name) != os.getpid():
            found[int(folder.name)] = command
    return found


def left_after(text: str, *, seconds: float) -> dict[int, str]:
    """Those that still are there when they had `seconds` to end."""
    until = time.monotonic() + seconds
    while (found := mentioning(text)) and time.monotonic() < until:
        time.sleep(0.05)
    return found
