"""Checks that what stands in the database is right: exit 1 names what is not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from metrics.management.checks import CHECKS
from metrics.management.stored import changed_since


class Command(BaseCommand):
    """The correctness checker: a fast wrong answer fails."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = [line for title, query in CHECKS for line in _look(title, query)]
        wrong += [f"a snapshot is not what its night computed: {row}" for row in changed_since()]
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{len(CHECKS) + 1} checks passed")


def _look(title: str, query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [f"{title}: {row[0]}" for row in cursor.fetchall()]
