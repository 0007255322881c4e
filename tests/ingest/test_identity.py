"""Whom a row is about: an explicit id, else the e-mail, else its domain; never a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.ingest import BatchReport, import_file
from metrics.ingest.directory import FREE_MAIL, domain_of
from metrics.models import Survey, TrainingRecord
from tests.ingest.sending import Sender, codes, counts, table

pytestmark = pytest.mark.django_db

SURVEYS = """
[columns]
external_id = "id"
account_external_id = "account"
person_external_id = "person"
person_email = "mail"
kind = { value = "nps" }
answered_at = { value = "2026-11-20" }
score = { value = "9" }
"""
TRAINING = """
[columns]
external_id = "id"
person_email = "mail"
course = { value = "Basics" }
status = { value = "passed" }
"""


def send_mapped(folder: Path, source: str, toml: str, *rows: str) -> BatchReport:
    """Sends a foreign file whose rows name people by e-mail."""
    (folder / "map.toml").write_text(toml, encoding="utf-8")
    head = "id,mail" if source == "training" else "id,account,person,mail"
    (folder / "data.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return import_file(source, folder / "data.csv", mapping=folder / "map.toml")


def test_ids_come_before_e_mails_and_e_mails_before_domains(acme: Sender) -> None:
    report = send_mapped(
        acme.folder,
        "surveys",
        SURVEYS,
        "S1,,P2,Ann@Acme.example",
        "S2,,,ann@acme.example",
        "S3,,,new@acme.example",
        "S4,A2,,new@acme.example",
        "S5,A1,,bo@acme.example",
        "S6,A2,,bo@acme.example",
    )
    assert counts(report) == (6, 6, 0, 0)
    fields = ("external_id", "account__external_id", "person__external_id")
    assert table(Survey, *fields) == [
        ("S1", "A1", "P2"),
        ("S2", "A1", "P1"),
        ("S3", "A1", None),
        ("S4", "A2", None),
        ("S5", "A1", "P2"),
        ("S6", "A2", None),
    ]


def test_an_address_that_everybody_could_have_says_nothing(acme: Sender) -> None:
    acme("accounts", "A3,Mail,gmail.com")
    report = send_mapped(acme.folder, "surveys", SURVEYS, "S1,,,ann@gmail.com")
    assert codes(report) == [(2, "person_email", "unknown_person")]
    assert domain_of("ann@gmail.com") == ""
    assert domain_of("ann@acme.example") == "acme.example"
    assert all(name == name.lower() for name in FREE_MAIL)


def test_an_address_or_domain_that_several_have_is_not_guessed(acme: Sender) -> None:
    acme("people", "P4,A1,ann@acme.example")
    acme("accounts", "A3,Acme Asia,acme.example")
    report = send_mapped(
        acme.folder, "surveys", SURVEYS, "S1,,,ann@acme.example", "S2,,,eve@acme.example"
    )
    assert codes(report) == [
        (2, "person_email", "ambiguous_person"),
        (3, "person_email", "ambiguous_account"),
    ]


def test_an_unknown_address_waits_for_the_person_or_for_an_account_with_its_domain(
    acme: Sender,
) -> None:
    rows = ["S1,,,eve@bolt.example", "S2,,,fay@cog.example", "S3,,,gil@gmail.com"]
    assert counts(send_mapped(acme.folder, "surveys", SURVEYS, *rows)) == (3, 0, 0, 3)
    assert acme("accounts", "A2,Bolt,bolt.example").replayed == 1
    assert acme("people", "P8,A1,fay@cog.example", "P9,A1,gil@gmail.com").replayed == 2
    fields = ("external_id", "account__external_id", "person__external_id")
    assert table(Survey, *fields) == [("S1", "A2", None), ("S2", "A1", "P8"), ("S3", "A1", "P9")]


def test_training_always_needs_the_person(acme: Sender) -> None:
    report = send_mapped(
        acme.folder, "training", TRAINING, "R1,eve@acme.example", "R2,bo@acme.example"
    )
    assert codes(report) == [(2, "person_email", "unknown_person")]
    assert acme("people", "P8,A1,eve@acme.example").replayed == 1
    assert table(TrainingRecord, "external_id", "person__external_id") == [
        ("R1", "P8"), ("R2", "P2")
    ]  # fmt: skip
