"""What every benchmark needs: Django, an invented portfolio with nights, and the numbers' form."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import logging
import math
import os
import platform
import resource
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthscore.settings")
os.environ.setdefault("HEALTHSCORE_LOCAL", "1")
os.environ.setdefault("HEALTHSCORE_ROLE", "command")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Organisation  # noqa: E402
from bench import _world  # noqa: E402
from metrics import nightly  # noqa: E402
from metrics.models import Run  # noqa: E402

logging.disable(logging.WARNING)  # a page that a role may not open is no news here
BEFORE = (30, 7)  # nights before the last one, so that a page has changes to show
HERE = Path(__file__).resolve().parent


def arguments(
    about: str | None,
    *,
    accounts: int = 1_000,
    more: Callable[[argparse.ArgumentParser], object] | None = None,
) -> argparse.Namespace:
    """What `run.py bench NAME` understands; `more` adds what one of them understands besides."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--accounts", type=int, default=accounts)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fresh", action="store_true", help="make the portfolio again")
    parser.add_argument("--gate", action="store_true", help="fail where a CPU ratio is far off")
    parser.add_argument("--json", type=Path, help="where to write the numbers")
    if more:
        more(parser)
    return parser.parse_args()


def say(text: str) -> None:
    """Progress goes to standard error: standard output is the result."""
    sys.stderr.write(f"{text}\n")


def portfolio(accounts: int, *, fresh: bool = False, nights: bool = True) -> Run | None:
    """The invented portfolio, made only where the database holds another one; its last night."""
    call_command("migrate", verbosity=0)
    day = Organisation.current().day_of(timezone.now())
    if fresh or _mark() != _wanted(accounts, day):
        _set_mark("")  # what is left of one that was interrupted is none
        took = _world.make_world(accounts, day, say=say)
        say(f"portfolio of {accounts:,} accounts made in {took:.0f} s")
        _set_mark(_wanted(accounts, day))
    if not nights:
        return None
    days = [day - dt.timedelta(days=back) for back in (*BEFORE, 0)]
    known = set(Run.objects.published().values_list("business_day", flat=True))
    missing = [day for day in days if day not in known]
    if missing:
        say(f"calculating {len(missing)} nights")
        nightly.request_days(missing, as_of_day=False, now=timezone.now())
        nightly.work("bench", seconds=36_000)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return Run.objects.latest_published()


def _wanted(accounts: int, day: dt.date) -> str:
    code = hashlib.sha256((HERE / "_world.py").read_bytes()).hexdigest()[:12]
    return f"{accounts} accounts on {day} by {code}"


def _mark() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('accounts_account'::regclass)")
        return cursor.fetchone()[0] or ""


def _set_mark(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON TABLE accounts_account IS '{text}'")


@dataclass
class Report:
    """Numbers under names, printed as a table and written as JSON."""

    name: str
    accounts: int
    numbers: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def hold(self, what: str, *, value: float, least: float = 0.0, most: float = math.inf) -> None:
        """A limit that a change must not break: of CPU against CPU in one run, for time is noise on
        a machine that others use too.
        """
        if not least <= value <= most:
            self.broken.append(f"{what} is {value:.2f}, and may be {least:g} to {most:g}")

    def end(self, asked: argparse.Namespace) -> None:
        """Writes the numbers; with --gate a broken limit is an error."""
        self.write(asked.json)
        if asked.gate and self.broken:
            raise SystemExit("\n".join(self.broken))

    def add(self, what: str, **numbers: Any) -> None:
        """One line."""
        self.numbers[what] = numbers
        shown = "  ".join(f"{key} {_plain(value)}" for key, value in numbers.items())
        print(f"{what:34s} {shown}", flush=True)

    def write(self, path: Path | None) -> None:
        """Everything with the machine that it was measured on."""
        machine = {
            "cores": os.cpu_count(),
            "load": [round(load, 2) for load in os.getloadavg()],
            "python": platform.python_version(),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "at": timezone.now().isoformat(timespec="seconds"),
        }
        print(f"load {machine['load']}, {machine['cores']} cores, peak {machine['peak_mb']} MB")
        if path:
            found = {"bench": self.name, "accounts": self.accounts, "machine": machine}
            path.write_text(json.dumps(found | {"numbers": self.numbers}, indent=1))


def _plain(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def spread(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and the fastest of some seconds, in milliseconds."""
    ordered = sorted(values)
    return {
        "median": 1000 * statistics.median(ordered),
        "p95": 1000 * ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))],
        "fastest": 1000 * ordered[0],
    }
