"""Invents customers and imports their data through the ordinary door."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Account, Organisation, Role, User
from metrics.demo import Plan, generate
from metrics.ingest import import_file

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
PASSWORD = "healthscore-demo"  # noqa: S105  # printed on the demo's log-in page
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


class Command(BaseCommand):
    """Prints one JSON line with the rows of each source."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, default=60)
        parser.add_argument("--days", type=int, default=400, help="length of the history")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--people", type=float, default=19.0, help="mean people an account")
        parser.add_argument("--end", type=dt.date.fromisoformat, help="first day without data")
        parser.add_argument("--out", type=Path, help="only write the files into this folder")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path | None = options["out"]
        if out is not None:
            plan = _plan(options, zone="UTC", today=timezone.now().date())
            self.stdout.write(json.dumps(generate(plan, out)))
            return
        if Account.objects.exists():
            raise CommandError("There are accounts already: demo data go into an empty database.")
        organisation = Organisation.current()
        today = organisation.day_of(timezone.now())
        plan = _plan(options, zone=organisation.timezone, today=today)
        make_users(organisation)
        with tempfile.TemporaryDirectory(prefix="healthscore-demo-") as folder:
            generate(plan, Path(folder))
            self.stdout.write(json.dumps(import_all(Path(folder))))


def _plan(options: dict[str, Any], *, zone: str, today: dt.date) -> Plan:
    end = options["end"] or today
    if end > today:
        raise CommandError(f"--end {end} is in the future")
    try:
        return Plan(
            accounts=options["accounts"],
            days=options["days"],
            end=end,
            seed=options["seed"],
            people=options["people"],
            zone=zone,
        )
    except ValueError as error:
        raise CommandError(str(error)) from error


def make_users(organisation: Organisation) -> None:
    """Those who can log in to the demo; safe to repeat after an import that failed."""
    with transaction.atomic():
        organisation.is_demo = True
        organisation.save(update_fields=["is_demo"])
        for email, name, role, manager in USERS:
            if not User.objects.filter(email=email).exists():
                User.objects.create_user(
                    email,
                    PASSWORD,
                    name=name,
                    role=role,
                    manager=User.objects.get(email=manager) if manager else None,
                )


def import_all(folder: Path) -> dict[str, int]:
    """Accepted rows by source; `usage_late`: rows that are known from now on only."""
    accepted = {
        source: import_file(source, folder / f"{source}.csv", known_at="occurred").accepted
        for source in ORDER
    }
    accepted["usage_late"] = import_file("usage", folder / "usage_late.csv").accepted
    return accepted
