"""Operations of migrations that build indexes beside those who write, and may begin anew.

A build that is interrupted leaves an index that is not valid; the next try drops it first. Whoever
builds so holds nobody up, and may wait for others as long as they need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import RunSQL

NAME = re.compile(r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\w+) ON ")
IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


class AddIndexBeside(AddIndexConcurrently):
    """AddIndexConcurrently, where the index is not there yet."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        with _patient(schema_editor):
            if not _is_there(schema_editor, self.index.name):
                super().database_forwards(app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        with _patient(schema_editor):
            super().database_backwards(app_label, schema_editor, *states)


class RunBeside(RunSQL):
    """RunSQL of one statement in each direction: the CREATE or DROP of an index that Django cannot
    describe, CONCURRENTLY.
    """

    def _run_sql(self, schema_editor: Any, sqls: Any) -> None:
        built = NAME.match(sqls)
        with _patient(schema_editor):
            if not (built and _is_there(schema_editor, built[1])):
                super()._run_sql(schema_editor, sqls)  # type: ignore[misc]


@contextmanager
def _patient(schema_editor: Any) -> Iterator[None]:
    schema_editor.execute("SET lock_timeout = 0")
    try:
        yield
    finally:
        schema_editor.execute("RESET lock_timeout")  # to what the role of this process has


def _is_there(schema_editor: Any, name: str) -> bool:
    """Whether there is a valid index; one that is not valid is dropped."""
    if schema_editor.collect_sql:  # nothing is done, only shown
        return False
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(IS_VALID, [name])
        found = cursor.fetchone()
    if found == (False,):
        schema_editor.execute(f"DROP INDEX CONCURRENTLY {name}")
    return bool(found == (True,))
