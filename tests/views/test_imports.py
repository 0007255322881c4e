"""Imports: who may, how columns are chosen, what is stored, and its undo."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from metrics import ingest
from metrics.models import Batch, Reject, Run, Upload, UploadPart
from metrics.sources.catalogue import SOURCES
from tests.facts import DAY, at, live_scorecard
from tests.ingest.sending import counts, table
from tests.nightly.test_night import request
from tests.views.nights import client_of, make_team, make_user
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
ACTS = ("columns", "apply", "again", "discard")
FIELDS = ("state", "source", "file_name", "known_at_mode", "error")


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(at(DAY, 12), tick=False):
        yield


@pytest.fixture
def ada() -> Client:
    return client_of(make_team()["ada"])


def test_imports_exist_for_admins_only() -> None:
    team = make_team()
    ada = client_of(team["ada"])
    batch = imported(ada, ACCOUNTS)
    waiting = upload(ada, ACCOUNTS)
    gets = [
        "/imports/", "/imports.csv", "/imports/new/", "/imports/new/accounts/",
        "/imports/templates/accounts.csv", f"/imports/files/{waiting.pk}/",
        f"/imports/{batch.pk}/",
    ]  # fmt: skip
    posts = [
        "/imports/new/accounts/upload/", f"/imports/{batch.pk}/undo/",
        *(f"/imports/files/{waiting.pk}/{act}/" for act in ACTS),
    ]  # fmt: skip
    for name in ("ana", "ben", "cy"):
        client = client_of(team[name])
        assert {client.get(path).status_code for path in gets} == {404}
        assert {client.post(path).status_code for path in posts} == {404}
    assert {client_of(None).get(path).status_code for path in gets} == {302}
    assert {client_of(None).post(path).status_code for path in posts} == {302}
    assert {ada.get(path).status_code for path in gets} == {200}
    assert {ada.get(path).status_code for path in posts} == {405}
    assert table(Upload, "state") == [("applied",), ("mapping",)]
    assert table(Batch, "state") == [("finished",)]


def test_what_does_not_exist_is_not_found(ada: Client) -> None:
    for path in ("/imports/new/wages/", "/imports/templates/wages.csv", "/imports/files/9/"):
        assert ada.get(path).status_code == 404
    assert ada.get("/imports/9/").status_code == 404
    assert send(ada, ACCOUNTS, "wages").status_code == 404


def test_templates_are_imported_without_rejects_in_the_order_given(ada: Client) -> None:
    for source in SOURCES:
        data = ada.get(f"/imports/templates/{source.name}.csv").content
        batch = imported(ada, data, source.name)
        assert (batch.received, batch.accepted) == (batch.accepted, batch.received)
        assert (batch.source, batch.received >= 2) == (source.name, True)


def test_a_file_goes_from_its_upload_to_its_report(ada: Client) -> None:
    found = upload(ada, ACCOUNTS)
    page = ada.get(f"/imports/files/{found.pk}/").content.decode()
    assert "Account ID" in page
    assert chosen(ada, found)["column.external_id"] == "h0"
    assert table(Account, "external_id") == []

    check(ada, found)
    assert table(Upload, *FIELDS) == [("checked", "accounts", "crm.csv", "import", "")]
    answer = ada.get(f"/imports/files/{found.pk}/")
    assert lead(answer) == ("2 rows would go in. Every row can be read. Nothing is stored yet.")
    assert table(Account, "external_id") == table(Batch, "pk") == []

    batch = apply(ada, found)
    assert counts(batch) == (2, 2, 0, 0)
    assert (batch.file_name, str(batch.created_by)) == ("crm.csv", "Ada")
    assert table(Account, "external_id", "name", "contracts__seats_sold") == [
        ("A1", "Acme", 20),
        ("A2", "Bolt", None),
    ]
    assert table(Upload, *FIELDS) == [("applied", "accounts", "crm.csv", "import", "")]
    assert UploadPart.objects.count() == 0
    assert ada.get(f"/imports/files/{found.pk}/").headers["Location"] == f"/imports/{batch.pk}/"
    assert lead(ada.get(f"/imports/{batch.pk}/")) == (
        "2 rows went in. 2 received = 2 accepted + 0 known already + 0 refused or waiting."
        " The next night reads them."
    )


def test_rejects_are_shown_before_and_after_with_line_column_value_and_reason(ada: Client) -> None:
    data = b"id,name,seats\nA1,Acme,20\nA2,Bolt,many\nA3,,5\n"
    found = check(ada, upload(ada, data))
    assert [
        (reject["line"], reject["column"], reject["value"], reject["message"])
        for reject in found.report["sample"]
    ] == [
        (3, "seats_sold", "many", "'many' is not a whole number"),
        (4, "name", "", "a new account needs a name"),
    ]
    html = ada.get(f"/imports/files/{found.pk}/").content.decode()
    assert "&#x27;many&#x27; is not a whole number" in html
    batch = apply(ada, found)
    assert counts(batch) == (3, 1, 0, 2)
    html = ada.get(f"/imports/{batch.pk}/").content.decode()
    assert "a new account needs a name" in html
    rejects = b"".join(ada.get(f"/runs/rejects/{batch.pk}.csv")).decode()
    assert rejects.splitlines()[1].startswith("3,seats_sold,bad_number,'many' is not")


def test_columns_days_and_words_are_chosen_by_hand(ada: Client) -> None:
    data = b"who;what;when;how\nA1;upsell;03/02/2026;10\nA1;New;28/02/2026;20\n"
    imported(ada, b"external_id,name\nA1,Acme\n")
    found = upload(ada, data, "arr_movements")
    fields = chosen(ada, found)
    assert fields["delimiter"] == ";"
    over = {
        "column.external_id": "h2", "column.account_external_id": "h0", "column.type": "h1",
        "column.amount": "h3", "column.on": "h2", "form.on": "%d/%m/%Y", "do": "show",
    }  # fmt: skip
    answer = ada.post(f"/imports/files/{found.pk}/columns/", fields | over)
    assert answer.status_code == 302
    html = ada.get(f"/imports/files/{found.pk}/").content.decode()
    assert "read as 3 Feb 2026" in html
    (word,) = [name for name in chosen(ada, found) if name.startswith("word.")]
    check(ada, found, **{word: "expansion"})
    assert (found.error, found.report["sample"]) == ("", [])
    assert counts(apply(ada, found)) == (2, 2, 0, 0)
    assert found.mapping["columns"]["type"] == {
        "from": "what",
        "map": {"upsell": "expansion"},
        "keep": True,
    }


def test_a_word_can_be_the_same_for_all_rows(ada: Client) -> None:
    imported(ada, b"external_id,name\nA1,Acme\n")
    data = b"token,company,submitted at,NPS\nS1,A1,2026-03-01T10:00:00Z,9\n"
    found = upload(ada, data, "surveys")
    answer = ada.post(f"/imports/files/{found.pk}/columns/", chosen(ada, found))
    assert answer.status_code == 422
    assert problems(answer) == ["Choose a column: it must be there."]
    check(ada, found, **{"column.kind": "=nps"})
    assert counts(apply(ada, found)) == (1, 1, 0, 0)


def test_the_columns_of_the_last_import_are_chosen_where_they_fit(ada: Client) -> None:
    data = b"K1,K2\nA1,Acme\n"
    found = upload(ada, data)
    assert chosen(ada, found)["column.external_id"] == ""
    check(ada, found, **{"column.external_id": "h0", "column.name": "h1"})
    apply(ada, found)
    again = upload(ada, b"Extra,K2,K1\nx,Bolt,A2\n")
    fields = chosen(ada, again)
    assert (fields["column.external_id"], fields["column.name"]) == ("h2", "h1")
    other = upload(ada, b"K1,Company\nA2,Bolt\n")
    fields = chosen(ada, other)
    assert (fields["column.external_id"], fields["column.name"]) == ("", "h1")


def test_history_is_known_since_it_happened(ada: Client) -> None:
    data = b"id,name,start date\nA1,Acme,2019-01-01\n"
    found = check(ada, upload(ada, data), known_at="occurred")
    apply(ada, found)
    assert table(Batch, "known_at_mode") == [("occurred",)]
    assert Account.objects.get().known_at.year == 2019


def test_a_file_can_be_discarded_until_a_worker_has_it(ada: Client) -> None:
    found = upload(ada, ACCOUNTS)
    check(ada, found)
    ada.post(f"/imports/files/{found.pk}/apply/")
    assert found.claim()
    assert ada.post(f"/imports/files/{found.pk}/discard/").headers["Location"] == (
        f"/imports/files/{found.pk}/"
    )
    assert Upload.objects.count() == 1
    Upload.objects.update(claimed_at=None)
    assert ada.post(f"/imports/files/{found.pk}/discard/").headers["Location"] == "/imports/"
    assert Upload.objects.count() == UploadPart.objects.count() == 0


def test_columns_can_be_changed_after_the_check(ada: Client) -> None:
    found = check(ada, upload(ada, ACCOUNTS), **{"column.seats_sold": ""})
    ada.post(f"/imports/files/{found.pk}/again/")
    assert chosen(ada, found)["column.seats_sold"] == ""
    check(ada, found, **{"column.seats_sold": "h2"})
    apply(ada, found)
    assert table(Account, "external_id", "contracts__seats_sold") == [("A1", 20), ("A2", None)]


def test_of_two_admins_who_apply_at_once_one_wins_and_the_other_is_told(ada: Client) -> None:
    eve = client_of(make_user("Eve", "admin"))
    found = check(ada, upload(ada, ACCOUNTS))
    ada.post(f"/imports/files/{found.pk}/apply/")
    answer = eve.post(f"/imports/files/{found.pk}/apply/", follow=True)
    assert "Ada is importing this file already" in answer.content.decode()
    ingest.work_uploads()
    answer = eve.post(f"/imports/files/{found.pk}/apply/", follow=True)
    assert "Ada has imported this file already" in answer.content.decode()
    assert table(Batch, "state", "received", "accepted") == [("finished", 2, 2)]


def test_nothing_is_applied_that_was_not_checked(ada: Client) -> None:
    found = upload(ada, ACCOUNTS)
    answer = ada.post(f"/imports/files/{found.pk}/apply/", follow=True)
    assert "at another step now: columns to be chosen" in answer.content.decode()
    assert ingest.work_uploads() == 0
    assert table(Account, "external_id") == []


def test_the_same_file_again_is_recognised_and_changes_nothing(ada: Client) -> None:
    first = imported(ada, ACCOUNTS)
    found = check(ada, upload(ada, ACCOUNTS))
    answer = ada.get(f"/imports/files/{found.pk}/")
    assert lead(answer).startswith("Nothing in this file is new.")
    assert f"import {first.pk}" in problems(answer)[0]
    assert counts(apply(ada, found)) == (2, 0, 2, 0)


def test_an_import_is_undone_as_a_whole(ada: Client) -> None:
    batch = imported(ada, ACCOUNTS)
    page = ada.get(f"/imports/{batch.pk}/?undo=1").content.decode()
    assert f"Undo import {batch.pk}?" in page
    ada.post(f"/imports/{batch.pk}/undo/")
    assert "Being undone" in ada.get(f"/imports/{batch.pk}/").content.decode()
    assert ingest.work_uploads() == 1
    assert table(Account, "external_id") == []
    assert lead(ada.get(f"/imports/{batch.pk}/")) == (
        "It is undone. 18 Mar 2026, 12:00, Ada. 2 rows went, 0 went back."
        " Scores that are published stay; the next night reads what is left."
    )
    answer = ada.post(f"/imports/{batch.pk}/undo/", follow=True)
    assert "This import is undone already" in answer.content.decode()
    assert counts(imported(ada, ACCOUNTS)) == (2, 2, 0, 0)


def test_an_undo_that_is_refused_says_why_and_may_be_asked_for_again(ada: Client) -> None:
    first = imported(ada, ACCOUNTS)
    second = imported(ada, b"id,name\nA1,Acme Ltd\n")
    ada.post(f"/imports/{first.pk}/undo/")
    ingest.work_uploads()
    assert problems(ada.get(f"/imports/{first.pk}/")) == [
        f"Not undone. Import {second.pk} (crm.csv) changed the same rows later:"
        " undo that one first."
    ]
    # asked for together, the newer one goes first
    ada.post(f"/imports/{first.pk}/undo/")
    ada.post(f"/imports/{second.pk}/undo/")
    assert ingest.work_uploads() == 2
    assert table(Batch, "pk", "state") == [(first.pk, "undone"), (second.pk, "undone")]


def test_an_undo_waits_while_a_night_is_being_calculated(ada: Client) -> None:
    batch = imported(ada, ACCOUNTS)
    live_scorecard()
    request()
    ada.post(f"/imports/{batch.pk}/undo/")
    assert ingest.work_uploads() == 0
    assert ingest.is_work_waiting()
    Run.objects.all().delete()
    assert ingest.work_uploads() == 1
    assert table(Account, "external_id") == []


def test_the_undo_warns_of_rows_that_later_imports_repeated(ada: Client) -> None:
    batch = imported(ada, ACCOUNTS)
    assert "Later imports held rows" not in ada.get(f"/imports/{batch.pk}/").content.decode()
    imported(ada, ACCOUNTS)
    assert "Later imports held rows" in ada.get(f"/imports/{batch.pk}/").content.decode()


def test_progress_is_a_fragment_that_ends_with_the_whole_page(ada: Client) -> None:
    found = upload(ada, ACCOUNTS)
    ada.post(f"/imports/files/{found.pk}/columns/", chosen(ada, found))
    path = f"/imports/files/{found.pk}/"
    waiting = ada.get(path, headers={"HX-Request": "true"})
    assert "Waiting for a worker" in waiting.content.decode()
    assert "HX-Request" in waiting.headers["Vary"]
    assert "<html" not in waiting.content.decode()
    Upload.objects.update(claimed_at=at(DAY), rows_done=1)
    assert "33&nbsp;%" in ada.get(path, headers={"HX-Request": "true"}).content.decode()
    Upload.objects.update(claimed_at=None)
    ingest.work_uploads()
    assert ada.get(path, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_the_list_names_who_when_what_and_filters_by_source(ada: Client) -> None:
    imported(ada, ACCOUNTS)
    Batch.objects.create(source="usage", state="failed", error="ran out of disk", file_name="u.csv")
    html = ada.get("/imports/").content.decode()
    assert ("crm.csv" in html, "u.csv" in html, "command" in html) == (True, True, True)
    html = ada.get("/imports/?source=usage").content.decode()
    assert ("crm.csv" in html, "u.csv" in html) == (False, True)
    lines = b"".join(ada.get("/imports.csv?source=accounts")).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].split(",")[1:4] == ["accounts", "crm.csv", "finished"]
    assert lines[1].split(",")[6:12] == ["Ada", "2", "2", "0", "0", "0"]


def test_the_number_of_queries_does_not_grow_with_the_list(
    ada: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    batch = imported(ada, ACCOUNTS)
    for _ in range(30):
        Batch.objects.create(
            source="usage", state="finished", created_by=batch.created_by, received=3, quarantined=3
        )
        upload(ada, ACCOUNTS)
    Reject.objects.bulk_create(
        Reject(batch=batch, line=n, code="x", message="y", raw={}) for n in range(50)
    )
    found = Upload.objects.under_way()[0]
    with django_assert_max_num_queries(8):
        ada.get("/imports/")
    with django_assert_max_num_queries(8):
        ada.get(f"/imports/{batch.pk}/")
    with django_assert_max_num_queries(9):
        ada.get(f"/imports/files/{found.pk}/")
    with django_assert_max_num_queries(5):
        ada.get("/imports/new/")


def test_files_that_nobody_went_on_with_are_forgotten(ada: Client) -> None:
    upload(ada, ACCOUNTS)
    batch = imported(ada, ACCOUNTS)
    with time_machine.travel(at(DAY.replace(day=26), 13)):
        ingest.recover_uploads()
    assert table(Upload, "state", "batches") == [("applied", batch.pk)]


def test_a_file_that_waits_for_a_worker_is_not_forgotten(ada: Client) -> None:
    upload(ada, ACCOUNTS)
    Upload.objects.update(state="applying", asked_at=at(DAY, 12), claimed_at=None)
    with time_machine.travel(at(DAY.replace(day=26), 13)):
        Upload.objects.forget(timezone.now())
    assert Upload.objects.count() == 1
