"""Imports: what is taken as a file, what is refused with line and reason, and how it is read."""

from __future__ import annotations

import io
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Account, Organisation, Person
from metrics.models import Upload, UploadPart
from metrics.sources.reading import UPLOAD
from metrics.views.imports import new
from tests.disks import fill
from tests.facts import DAY, at
from tests.ingest.sending import counts, table
from tests.views.nights import client_of, make_team
from tests.views.uploading import (
    ACCOUNTS,
    apply,
    check,
    chosen,
    imported,
    lead,
    problems,
    send,
    upload,
)

pytestmark = pytest.mark.django_db
HOSTILE = '<img src=x onerror="document.title=1">‮=cmd()'
FIELDS = ("state", "source", "file_name", "known_at_mode", "error")


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(at(DAY, 12), tick=False):
        yield


@pytest.fixture
def ada() -> Client:
    return client_of(make_team()["ada"])


def test_encoding_and_delimiter_are_found_and_can_be_changed(ada: Client) -> None:
    found = upload(ada, "id;name\nA1;Zoë\n".encode("cp1252"))
    fields = chosen(ada, found)
    assert (fields["encoding"], fields["delimiter"]) == ("cp1252", ";")
    assert "Zoë" in ada.get(f"/imports/files/{found.pk}/").content.decode()
    path = f"/imports/files/{found.pk}/columns/"
    ada.post(path, fields | {"encoding": "mac_roman", "delimiter": ",", "do": "show"})
    html = ada.get(f"/imports/files/{found.pk}/").content.decode()
    assert "id;name" in html
    ada.post(path, chosen(ada, found, encoding="cp1252", delimiter=";", do="show"))
    check(ada, found)
    apply(ada, found)
    assert table(Account, "name") == [("Zoë",)]


def test_a_header_that_cannot_be_read_leaves_only_the_reading_to_change(ada: Client) -> None:
    found = upload(ada, "id;name\nA1;Zoë\n".encode("cp1252"))
    path = f"/imports/files/{found.pk}/columns/"
    ada.post(path, chosen(ada, found, encoding="utf-16-be", do="show"))
    answer = ada.get(f"/imports/files/{found.pk}/")
    assert lead(answer).startswith("This is not readable as a table yet.")
    assert problems(answer) != []
    ada.post(path, chosen(ada, found, encoding="cp1252", delimiter=";", do="show"))
    assert chosen(ada, found)["column.external_id"] == "h0"


def test_a_file_without_a_row_below_its_header_says_so(ada: Client) -> None:
    found = upload(ada, b"id,name\n")
    html = ada.get(f"/imports/files/{found.pk}/").content.decode()
    assert "No row below the header." in html
    assert "First rows of the file" not in html
    assert lead(ada.get(f"/imports/files/{found.pk}/")).startswith("Which of its columns is which?")


def test_moments_without_a_zone_are_read_in_the_zone_that_is_chosen(ada: Client) -> None:
    Organisation.objects.update_or_create(id=1, defaults={"timezone": "Europe/Paris"})
    imported(ada, b"external_id,name\nA1,Acme\n")
    data = b"id,account,created at\nP1,A1,2026-03-01 10:00\n"
    found = upload(ada, data, "people")
    assert chosen(ada, found)["timezone"] == "Europe/Paris"
    answer = ada.post(
        f"/imports/files/{found.pk}/columns/", chosen(ada, found, timezone="Mars/Olympus")
    )
    assert problems(answer) == ["&#x27;Mars/Olympus&#x27; is not a known time zone"]
    check(ada, found, timezone="Asia/Tokyo")
    apply(ada, found)
    assert Person.objects.get().provisioned_at == at(DAY.replace(month=3, day=1), 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty: it has not even a header."),
        (b"PK\x03\x04\x00\x01", "This is a spreadsheet or an archive"),
        (b"\x89PNG\r\n\x1a\n\x00", "This is a picture, no CSV file."),
        (b"na\0me,id\n", "Line 1, the header: it holds NUL characters"),
        (",".join(f"c{n}" for n in range(201)).encode(), "Line 1: 201 columns, at most 200"),
        (b"id,name,id\n1,2,3\n", "Line 1: the column id is there twice"),
        (b'"id,name\n1,2\n', "Line 1, the header: quotes do not match"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_line_and_reason(
    ada: Client, data: bytes, reason: str
) -> None:
    answer = send(ada, data)
    assert answer.status_code == 422
    assert reason in " ".join(problems(answer))
    assert Upload.objects.count() == UploadPart.objects.count() == 0


def test_no_file_is_no_upload(ada: Client) -> None:
    answer = ada.post("/imports/new/accounts/upload/")
    assert (answer.status_code, problems(answer)) == (422, ["Choose a file."])


def test_hostile_content_stays_text_and_names_its_line(ada: Client) -> None:
    rows = [f'A1,"{HOSTILE.replace(chr(34), chr(34) * 2)}"', "A2,Bo\0lt", "A3,\ud800", "A4,=1+1"]
    data = ("id,name\n" + "\n".join(rows) + "\n").encode("utf-8", "surrogatepass")
    found = upload(ada, data, name=f"{HOSTILE}.csv")
    html = ada.get(f"/imports/files/{found.pk}/").content.decode()
    assert "<img src=x" not in html
    check(ada, found, encoding="utf-8")
    assert [(reject["line"], reject["code"]) for reject in found.report["sample"]] == [
        (3, "nul_character"),
        (4, "bad_encoding"),
    ]
    assert "<img src=x" not in ada.get(f"/imports/files/{found.pk}/").content.decode()
    batch = apply(ada, found)
    assert table(Account, "name") == [(HOSTILE,), ("=1+1",)]
    for path in ("/imports/", f"/imports/{batch.pk}/"):
        assert "<img src=x" not in ada.get(path).content.decode()
    listed = b"".join(ada.get("/imports.csv")).decode()
    assert ",=" not in listed


def test_a_file_of_two_hundred_columns_is_taken(ada: Client) -> None:
    header = ["id", "name", *(f"c{n}" for n in range(198))]
    data = (",".join(header) + "\n" + ",".join(["A1", "Acme", *["x"] * 198]) + "\n").encode()
    assert counts(imported(ada, data)) == (1, 1, 0, 0)


def test_what_is_too_large_is_refused_before_it_is_read(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new, "ENVELOPE", 1_000)

    def read(*_: Any) -> None:
        raise AssertionError("the body was read")

    monkeypatch.setattr("django.http.request.HttpRequest.parse_file_upload", read)
    answer = send(ada, b"id,name\n" + b"x" * 2_000)
    assert (answer.status_code, problems(answer)) == (413, ["At most 50 MB are taken."])
    assert Upload.objects.count() == 0


def test_no_file_is_taken_where_the_disk_is_nearly_full(
    ada: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DISKS = ["/data"]
    fill(monkeypatch, {"/data": 95.0})
    answer = send(ada, ACCOUNTS)
    full = "The disk of the database is nearly full: no file is taken until somebody makes room."
    assert (answer.status_code, problems(answer)) == (507, [full])
    assert Upload.objects.count() == 0
    assert ada.get("/imports/").status_code == 200


def test_a_file_above_the_limit_is_refused_whatever_its_envelope(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = type(UPLOAD)(max_bytes=20, max_rows=5)
    monkeypatch.setattr("metrics.forms.imports.UPLOAD", limit)
    answer = send(ada, ACCOUNTS)
    assert (answer.status_code, problems(answer)) == (422, ["61 bytes; at most 50 MB are taken."])


def test_more_rows_than_the_limit_are_told_by_the_check(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.uploads.UPLOAD", type(UPLOAD)(max_rows=1))
    found = check(ada, upload(ada, ACCOUNTS))
    assert table(Upload, *FIELDS) == [
        ("mapping", "accounts", "crm.csv", "import", "More than 1 rows; send the file in parts")
    ]
    assert "send the file in parts" in problems(ada.get(f"/imports/files/{found.pk}/"))[0]


def test_the_token_against_forged_requests_is_asked_for() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_team()["ada"])
    assert send(client, ACCOUNTS).status_code == 403
    assert Upload.objects.count() == 0
    token = client.get("/imports/new/accounts/").cookies["csrftoken"].value
    answer = client.post(
        "/imports/new/accounts/upload/",
        {"csrfmiddlewaretoken": token, "file": io.BytesIO(ACCOUNTS)},
    )
    assert answer.status_code == 302


def test_bytes_lie_in_parts_of_a_megabyte(ada: Client) -> None:
    data = b"id,name\n" + b"".join(b"A%07d,%s\n" % (n, b"x" * 40) for n in range(60_000))
    found = upload(ada, data)
    sizes = [len(part.data) for part in UploadPart.objects.order_by("number")]
    assert sizes == [1 << 20, 1 << 20, len(data) - 2 * (1 << 20)]
    assert b"".join(found.chunks()) == data
    assert (found.size, found.lines) == (len(data), 60_001)
