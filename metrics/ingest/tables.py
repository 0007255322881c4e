"""COPY into tables, and UPDATE from staged rows. Always inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from metrics.failpoints import failpoint

Record = Mapping[str, Any]


def execute(query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> None:
    """Runs a statement whose rows nobody reads."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)


def fetch(query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
    """All rows of a query as dicts."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Appends `rows` to `table`."""
    statement = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(table), columns=_names(columns)
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,  # COPY is the driver's own, and so would be its errors
        cursor.cursor.copy(statement) as copy,
    ):
        write = copy.write_row
        for row in rows:
            write(row)
        failpoint("ingest_mid_copy", key=table)


def insert_records(table: str, records: Sequence[Record]) -> None:
    """Appends dicts that all have the same keys."""
    if records:
        columns = list(records[0])
        copy_rows(table, columns, ([record[name] for name in columns] for record in records))


def update_records(table: str, records: Sequence[Record], *, columns: Sequence[str]) -> None:
    """Sets `columns` of the rows whose ids the dicts carry, in one statement, in order of id."""
    if not records:
        return
    names = ["id", *columns]
    stage = f"stage_{table}"
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "DROP TABLE IF EXISTS pg_temp.{stage};"
                "CREATE TEMP TABLE {stage} ON COMMIT DROP AS"
                " SELECT {columns} FROM {table} WITH NO DATA"
            ).format(stage=_id(stage), columns=_names(names), table=_id(table))
        )
        ordered = sorted(records, key=lambda record: record["id"])
        copy_rows(stage, names, ([record[name] for name in names] for record in ordered))
        assign = sql.SQL(", ").join(sql.SQL("{0} = s.{0}").format(_id(name)) for name in columns)
        cursor.execute(
            sql.SQL("UPDATE {table} t SET {assign} FROM {stage} s WHERE t.id = s.id").format(
                table=_id(table), assign=assign, stage=_id(stage)
            )
        )


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
