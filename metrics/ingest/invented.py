"""Invented customers, taken in through the ordinary door."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from metrics.demo import Plan, generate
from metrics.ingest.door import import_file
from metrics.models.demo import DemoLoad

log = logging.getLogger(__name__)
ORDER = (
    "features",
    "accounts",
    "people",
    "usage",
    "milestones",
    "training",
    "tickets",
    "surveys",
    "arr_movements",
    "source_status",
)
DAYS = 400  # of history
STEPS = len(ORDER) + 2  # making the files, and usage that arrives late
PASSWORD = "healthscore-demo"  # noqa: S105  # printed where a demo starts
# e-mail, name, role, her manager
USERS = (
    ("ada@example.com", "Ada Kaplan", Role.ADMIN, None),
    ("ben@example.com", "Ben Okafor", Role.MANAGER, None),
    ("eva@example.com", "Eva Brandt", Role.MANAGER, None),
    ("ana@example.com", "Ana Duarte", Role.CSM, "ben@example.com"),
    ("tom@example.com", "Tom Hale", Role.CSM, "ben@example.com"),
    ("mei@example.com", "Mei Tanaka", Role.CSM, "ben@example.com"),
    ("jonas@example.com", "Jonas Weber", Role.CSM, "eva@example.com"),
    ("priya@example.com", "Priya Raman", Role.CSM, "eva@example.com"),
    # sees nothing: a new colleague of the other team, still without accounts
    ("cy@example.com", "Cy Marlow", Role.CSM, "eva@example.com"),
)
Step = Callable[[str, int], None]


def make_users(organisation: Organisation, *, may_log_in: bool) -> None:
    """The owners of the invented accounts; safe to repeat after an import that failed.

    `may_log_in`: with the password that everybody knows. Without it they have none, and the
    admin among them is left out: an installation on the internet keeps its doors shut.
    """
    with transaction.atomic():
        organisation.is_demo = True
        organisation.save(update_fields=["is_demo"])
        for email, name, role, manager in USERS:
            if User.objects.filter(email=email).update(is_active=True):  # see removal.py
                continue
            if role == Role.ADMIN and not may_log_in:
                continue
            User.objects.create_user(
                email,
                PASSWORD if may_log_in else None,
                name=name,
                role=role,
                manager=User.objects.get(email=manager) if manager else None,
            )


def load_asked_for() -> bool:
    """Does what an admin asked for, if anything waits; whether customers came in."""
    asked = DemoLoad.claim(timezone.now())
    if asked is None:
        return False
    organisation = Organisation.current()

    def step(says: str, done: int) -> None:
        asked.go_on(says, done=done, steps=STEPS, now=timezone.now())

    try:
        make_users(organisation, may_log_in=settings.DEMO_LOG_IN)
        zone = organisation.timezone
        load(Plan(accounts=asked.accounts, days=DAYS, end=asked.end, zone=zone), step=step)
    except Exception as error:
        log.exception("the synthetic data were not loaded")
        asked.fail(f"{type(error).__name__}: {error}")
        return False
    asked.finish(timezone.now())
    return True


def load(plan: Plan, *, step: Step = lambda says, done: None) -> dict[str, int]:
    """Makes the files and imports them; accepted rows by source.

    `usage_late`: rows that are known from now on only. `step` is told what is done now, and how
    many steps of STEPS are behind.
    """
    with tempfile.TemporaryDirectory(prefix="healthscore-demo-") as folder:
        step("Inventing customers", 0)
        generate(plan, Path(folder))
        return _import_all(Path(folder), step)


def _import_all(folder: Path, step: Step) -> dict[str, int]:
    accepted = {}
    for done, source in enumerate(ORDER, start=1):
        step(f"Importing {source.replace('_', ' ')}", done)
        path = folder / f"{source}.csv"
        accepted[source] = import_file(source, path, known_at="occurred").accepted
    step("Importing late usage", STEPS - 1)
    accepted["usage_late"] = import_file("usage", folder / "usage_late.csv").accepted
    return accepted
