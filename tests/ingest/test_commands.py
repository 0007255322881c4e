"""The commands: one JSON line, exit codes, rejects that can be corrected and sent again."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from metrics.models import Batch, UsageEvent
from tests.ingest.sending import Sender, table

pytestmark = pytest.mark.django_db

EVENT = "e1,A1,P1,reports,2026-11-20T09:00:00Z,3"


def run(*arguments: str | Path, **options: Any) -> tuple[str, str]:
    """What a command writes to standard output and to standard error."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err, no_color=True, **options)
    return out.getvalue(), err.getvalue()


def test_import_csv_prints_one_json_line_and_explains_itself_beside_it(acme: Sender) -> None:
    path = acme.write("usage", EVENT, EVENT, "e2,A1,,reports,noon,1")
    out, err = run("import_csv", "usage", path)
    batch = Batch.objects.latest("pk").pk
    assert json.loads(out) == {
        "source": "usage",
        "received": 3,
        "accepted": 1,
        "duplicate": 1,
        "quarantined": 1,
        "batch": batch,
    }
    assert out.count("\n") == 1
    assert err.splitlines() == [
        "Moments without a zone were read as local time of UTC.",
        "line 4: occurred_at: 'noon' is not a moment like 2026-03-31T09:30:00Z [bad_moment]",
    ]


def test_import_csv_takes_all_its_options(acme: Sender, tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_bytes("wann;was;weg\n20.11.2003;caf\xe9;\n20.11.2003;tee;x\n".encode("cp1252"))
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        """
        [columns]
        account_external_id = { value = "A1" }
        feature_key = "was"
        occurred_at = { from = "wann", format = "%d.%m.%Y" }
        [[skip]]
        column = "weg"
        is = ["x"]
        """,
        encoding="utf-8",
    )
    options = ["--mapping", mapping, "--known-at", "occurred", "--encoding", "cp1252"]
    out, err = run("import_csv", "usage", path, *options, "--dry-run")
    assert (json.loads(out)["accepted"], json.loads(out)["batch"]) == (1, None)
    assert "1 rows were left out by the mapping." in err
    run("import_csv", "usage", path, *options)
    assert table(UsageEvent, "feature__key") == [("café",)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--max-rows", "0"], "usage.csv: More than 0 rows"),
        (["--max-bytes", "10"], "usage.csv: .* bytes, at most 10"),
        (["--encoding", "klingon"], "usage.csv: 'klingon' is not a known text encoding"),
    ],
)
def test_import_csv_fails_where_the_file_cannot_be_read(
    acme: Sender, options: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message) as failed:
        run("import_csv", "usage", acme.write("usage", EVENT), *options)
    assert failed.value.returncode == 1


def test_import_csv_says_so_where_the_database_is_not_set_up(acme: Sender) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("ALTER TABLE metrics_batch RENAME TO elsewhere")
        with pytest.raises(CommandError, match="run the command migrate"), transaction.atomic():
            run("import_csv", "usage", acme.write("usage", EVENT))
        transaction.set_rollback(True)


def test_import_csv_tells_of_rows_that_waited_and_of_more_rejects_than_it_shows(
    acme: Sender,
) -> None:
    acme("usage", "e1,A9,,reports,2026-11-20,1")
    _, err = run("import_csv", "accounts", acme.write("accounts", "A9,Zed"))
    assert "1 rows that had waited were taken in." in err
    _, err = run("import_csv", "usage", acme.write("usage", *["e,A1,,x,noon,1"] * 25))
    assert err.splitlines()[-1] == "... and 5 more rejects."


def test_rejects_are_exported_corrected_and_sent_again(acme: Sender, tmp_path: Path) -> None:
    report = acme("usage", EVENT, "e2,A1,,=cmd(),noon,1", 'e3,A1,,"open,2026-11-20,1')
    out, _ = run("export_rejects", str(report.batch))
    assert out.splitlines() == [
        "reject_line,reject_column,reject_code,reject_message,reject_text,"
        "event_id,account_external_id,person_external_id,feature_key,occurred_at,count",
        "3,occurred_at,bad_moment,'noon' is not a moment like 2026-03-31T09:30:00Z,,"
        "e2,A1,,'=cmd(),noon,1",
        "4,,unterminated_quote,a quote is opened and never closed,"
        '"e3,A1,,""open,2026-11-20,1",,,,,,',
    ]
    path = tmp_path / "mended.csv"
    path.write_text(out.replace(",noon,", ",2026-11-20,"), encoding="utf-8")
    again, _ = run("import_csv", "usage", path)
    assert json.loads(again)["accepted"] == 1
    assert json.loads(again)["quarantined"] == 1
    assert ("=cmd()",) in table(UsageEvent, "feature__key")


def test_rejects_of_a_foreign_file_keep_its_columns(acme: Sender, tmp_path: Path) -> None:
    (tmp_path / "theirs.csv").write_text("was,wann\nx,noon\n", encoding="utf-8")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'timezone = "UTC"\n[columns]\nfeature_key = "was"\noccurred_at = "wann"', encoding="utf-8"
    )
    run("import_csv", "usage", tmp_path / "theirs.csv", "--mapping", mapping)
    out, _ = run("export_rejects", str(Batch.objects.latest("pk").pk))
    assert out.splitlines()[0].endswith(",count,was,wann")
    assert out.splitlines()[1].endswith(",x,noon")


def test_export_rejects_knows_no_batch_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="there is no batch 999999"):
        run("export_rejects", "999999")
