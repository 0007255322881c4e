"""Checks that what stands in the database is right: exit 1 names what is not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from metrics.management.asked import ASKED, AT_REST, AT_WORK, LIMITS
from metrics.management.checks import CHECKS
from metrics.management.stored import changed_since


class Command(BaseCommand):
    """The correctness checker: a fast wrong answer fails."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at-rest",
            action="store_true",
            help="Nothing may wait either: for a system of which nobody asks anything just now",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if wrong := found_wrong(at_rest=options["at_rest"]):
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{len(CHECKS) + len(ASKED) + 1} checks passed")


def found_wrong(*, at_rest: bool = False, without: str = "") -> list[str]:
    """A line for each thing that is not right; `without`: the title of a check that is left out."""
    limits = LIMITS | (AT_REST if at_rest else AT_WORK)
    asked: list[tuple[str, str, dict[str, Any] | None]] = [
        (title, query, None) for title, query in CHECKS if title != without
    ]
    asked += [(title, query, limits) for title, query in ASKED]
    wrong = [line for check in asked for line in _look(*check)]
    return wrong + [f"a snapshot is not what its night computed: {row}" for row in changed_since()]


def _look(title: str, query: str, values: dict[str, Any] | None = None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [f"{title}: {row[0]}" for row in cursor.fetchall()]
