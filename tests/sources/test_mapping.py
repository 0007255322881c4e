"""Mapping files: what they can say."""

from __future__ import annotations

import pytest

from metrics.sources.base import FileError, Refusal, Row
from tests.sources.reading import Folder


def test_headers_are_renamed_and_what_is_ignored_is_left_out(folder: Folder) -> None:
    toml = 'ignore = ["Colour"]\n[columns]\nkey = "Id"\nname = "Title"'
    found = folder.cells("features", toml, "Title,Colour,Id", "Reports,red,r1")
    assert found == [{"key": "r1", "name": "Reports"}]
    everything = 'ignore = ["*"]\n[columns]\nkey = "Id"'
    assert folder.cells("features", everything, "Title,Colour,Id", "x,y,r1") == [{"key": "r1"}]


def test_a_column_can_be_constant_joined_translated_multiplied_or_filled_up(
    folder: Folder,
) -> None:
    toml = """
    [columns]
    external_id = { join = ["firm", "no"], with = "/" }
    name = { from = "firm", default = "unnamed" }
    segment = { from = "size", map = { S = "SMB", L = "Enterprise" } }
    plan = { from = "size", map = { S = "Basic" }, otherwise = "Pro" }
    arr = { from = "mrr", times = 12 }
    currency = { value = "USD" }
    """
    found = folder.cells(
        "accounts", toml, "firm,no,size,mrr", "Acme,7,S,100.50", ",8,L,", "Zed,9,M,x"
    )
    assert found == [
        {
            "external_id": "Acme/7",
            "name": "Acme",
            "segment": "SMB",
            "plan": "Basic",
            "arr": "1206.00",
            "currency": "USD",
        },
        {
            "external_id": "/8",
            "name": "unnamed",
            "segment": "Enterprise",
            "plan": "Pro",
            "currency": "USD",
        },
        {"unmapped_value": "segment"},
    ]


def test_numbers_that_are_multiplied_must_be_numbers(folder: Folder) -> None:
    toml = '[columns]\nexternal_id = "id"\narr = { from = "mrr", times = 12 }'
    lines = ["id,mrr", "a,x", "b,NaN", "c,1e50", f"d,{'9' * 50}"]
    assert folder.cells("accounts", toml, *lines) == [
        {"bad_number": "arr"},
        {"not_finite": "arr"},
        {"bad_number": "arr"},
        {"bad_number": "arr"},
    ]


def test_dates_come_in_a_form_and_a_zone_and_can_be_moved_on(folder: Folder) -> None:
    toml = """
    timezone = "Europe/Paris"
    [columns]
    external_id = "id"
    account_external_id = { value = "A" }
    opened_at = { from = "opened", format = "%d.%m.%Y %H:%M" }
    first_answer_at = { from = "opened", format = "%d.%m.%Y %H:%M", plus = { minutes = "wait" } }
    """
    lines = [
        "id,opened,wait",
        "1,20.11.2026 09:30,15",
        "2,20.11.2026 09:30,",
        "3,2026-11-20,1",
        "4,20.11.2026 09:30,soon",
        "5,20.11.2026 09:30,1e12",
        "6,20.11.2026 09:30,99999",
        "7,25.10.2026 01:30,120",
    ]
    assert folder.cells("tickets", toml, *lines) == [
        {
            "external_id": "1",
            "account_external_id": "A",
            "opened_at": "2026-11-20T08:30:00+00:00",
            "first_answer_at": "2026-11-20T08:45:00+00:00",
        },
        {
            "external_id": "2",
            "account_external_id": "A",
            "opened_at": "2026-11-20T08:30:00+00:00",
        },
        {"bad_moment": "opened_at"},
        {"bad_number": "first_answer_at"},
        {"out_of_range": "first_answer_at"},
        {"future_timestamp": "first_answer_at"},
        {
            "external_id": "7",
            "account_external_id": "A",
            "opened_at": "2026-10-24T23:30:00+00:00",
            "first_answer_at": "2026-10-25T01:30:00+00:00",
        },
    ]


def test_days_are_read_in_a_form_without_a_zone(folder: Folder) -> None:
    toml = """
    [columns]
    external_id = "id"
    starts_on = { from = "start", format = "%m/%d/%Y" }
    renews_on = { from = "start", format = "%m/%d/%Y", plus = { days = "term" } }
    """
    found = folder.cells("accounts", toml, "id,start,term", "a,02/28/2026,365", "b,28/02/2026,1")
    assert found == [
        {"external_id": "a", "starts_on": "2026-02-28", "renews_on": "2027-02-28"},
        {"bad_moment": "starts_on"},
    ]


def test_seconds_since_1970_are_moments_and_days_where_the_mapping_is(folder: Folder) -> None:
    toml = """
    timezone = "America/New_York"
    [columns]
    external_id = "id"
    account_external_id = { value = "A" }
    opened_at = { from = "opened", format = "unix", plus = { hours = "more" } }
    """
    lines = [
        "id,opened,more",
        "1,1795165200,0",  # 2026-11-20T09:00:00Z
        "2,1795165200500,0",  # the same in milliseconds, and a half second
        "3,1793509200,3",  # 2026-11-01T05:00Z: an hour before New York’s clocks go back
        "4,2026-11-20,0",
        "5,1e400,0",
        "6,0,0",
        "7,nan,0",
    ]
    assert [row.get("opened_at") or row for row in folder.cells("tickets", toml, *lines)] == [
        "2026-11-20T09:00:00+00:00",
        "2026-11-20T09:00:00.500000+00:00",
        "2026-11-01T08:00:00+00:00",
        {"bad_number": "opened_at"},
        {"bad_number": "opened_at"},
        {"out_of_range": "opened_at"},
        {"not_finite": "opened_at"},
    ]
    toml = (
        toml.split("external_id")[0]
        + """
    external_id = "id"
    starts_on = { from = "start", format = "unix", plus = { days = "term" } }
    """
    )
    lines = ["id,start,term", "a,1795147200,1"]  # 2026-11-20T04:00Z: 23 hours of the 19th there
    found = folder.cells("accounts", toml, *lines)
    assert found == [{"external_id": "a", "starts_on": "2026-11-20"}]


def test_moments_with_a_zone_keep_it(folder: Folder) -> None:
    toml = 'timezone = "Europe/Paris"\n[columns]\naccount_external_id="a"\noccurred_at = "at"'
    found = folder.cells("usage", toml, "a,at", "A,2026-11-20T09:30:00Z", "A,", "A,noon")
    assert found == [
        {"account_external_id": "A", "occurred_at": "2026-11-20T09:30:00+00:00"},
        {"missing_value": "occurred_at"},
        {"bad_moment": "occurred_at"},
    ]


LOOKUP = """
ignore = ["x"]
[lookups.subs]
file = "subs.csv"
key = "sub"
[columns]
external_id = "id"
name = { lookup = "subs", key = "sub", take = "account" }
"""


def test_a_value_is_looked_up_in_another_file(folder: Folder) -> None:
    folder.write("subs.csv", "sub,account", "S1,A1", "S2,A2", "S1,A1")
    lines = ["id,sub,x", "1,S1,", "2,S9,", "3,S2,"]
    assert folder.cells("accounts", LOOKUP, *lines) == [
        {"external_id": "1", "name": "A1"},
        {"lookup_failed": "name"},
        {"external_id": "3", "name": "A2"},
    ]
    missing = LOOKUP.replace('take = "account"', 'take = "account", missing = "?"')
    assert folder.cells("accounts", missing, "id,sub,x", "2,S9,")[0]["name"] == "?"


@pytest.mark.parametrize(
    ("combine", "arr"), [("first", "1"), ("last", "4"), ("sum", "7.5"), ("only", None)]
)
def test_several_rows_of_a_key_are_combined_as_the_mapping_says(
    folder: Folder, combine: str, arr: str | None
) -> None:
    folder.write("subs.csv", "sub,arr,end", "S1,1,", "S1,2.5,", "S1,99,2026-01-01", "S2,,", "S1,4,")
    toml = f"""
    [lookups.subs]
    file = "subs.csv"
    key = "sub"
    where = [{{ column = "end", is = [""] }}, {{ column = "sub", is_not = ["S2"] }}]
    [columns]
    external_id = "sub"
    arr = {{ lookup = "subs", key = "sub", take = "arr", combine = "{combine}" }}
    """
    if arr is None:
        with pytest.raises(FileError, match="line 3: 'S1' is there twice"):
            folder.cells("accounts", toml, "sub", "S1")
    else:
        assert folder.cells("accounts", toml, "sub", "S1") == [{"external_id": "S1", "arr": arr}]


def test_rows_can_be_left_out_and_are_counted(folder: Folder) -> None:
    toml = """
    [columns]
    key = "key"
    [[skip]]
    column = "kind"
    is = ["trial", "test"]
    [[skip]]
    column = "state"
    is_not = ["on"]
    """
    lines = ["key,kind,state", "a,paid,on", "b,trial,on", "c,paid,off"]
    assert folder.cells("features", toml, *lines) == [{"key": "a"}]
    assert folder.skipped == 2


def test_one_row_can_become_several(folder: Folder) -> None:
    toml = """
    [columns]
    account_external_id = "account"
    amount = "arr"
    [[rows]]
    columns = { external_id = "id", type = { value = "new" }, on = "start" }
    [[rows]]
    when = { column = "end", is_not = [""] }
    [rows.columns]
    external_id = { from = "id", prefix = "end " }
    type = { value = "churn" }
    on = "end"
    """
    lines = ["id,account,arr,start,end", "1,A,10,2026-01-01,2026-06-30", "2,B,20,2026-01-02,"]
    found = folder.cells("arr_movements", toml, *lines)
    assert [(row["external_id"], row["type"], row["on"]) for row in found] == [
        ("1", "new", "2026-01-01"),
        ("end 1", "churn", "2026-06-30"),
        ("2", "new", "2026-01-02"),
    ]


def test_a_mapping_can_fill_columns_that_the_canonical_file_does_not_have(folder: Folder) -> None:
    toml = '[columns]\nperson_email = "mail"\noccurred_at = "at"'
    (row,) = folder.read("usage", toml, "mail,at", "Ann@Acme.example,2026-11-20")
    assert isinstance(row, Row)
    assert row.values[-1] == "ann@acme.example"


def test_a_mapping_names_the_delimiter_and_the_encoding(folder: Folder) -> None:
    toml = 'delimiter = "|"\nencoding = "utf-8"\n[columns]\nkey = "k,1"'
    assert folder.cells("features", toml, "k,1", "a,b") == [{"key": "a,b"}]


def test_the_foreign_row_is_kept_where_the_mapping_cannot_read_it(folder: Folder) -> None:
    folder.write("subs.csv", "sub,account")
    (refusal,) = folder.read("accounts", LOOKUP, "id,sub,x", "1,S9,note")
    assert isinstance(refusal, Refusal)
    assert refusal.raw == {"id": "1", "sub": "S9", "x": "note"}


def test_a_text_without_a_translation_may_stay_as_it_is(folder: Folder) -> None:
    toml = '[columns]\nkey = "k"\nlevel = { from = "l", map = { hard = "advanced" }, keep = true }'
    found = folder.cells("features", toml, "k,l", "a,hard", "b,core", "c,odd", "d,")
    assert found == [
        {"key": "a", "level": "advanced"},
        {"key": "b", "level": "core"},
        {"bad_choice": "level"},
        {"key": "d"},
    ]


@pytest.mark.parametrize("said", ["keep = 1", 'keep = true, otherwise = "core"'])
def test_to_keep_stands_in_place_of_otherwise(folder: Folder, said: str) -> None:
    toml = f'[columns]\nkey = "k"\nlevel = {{ from = "l", map = {{}}, {said} }}'
    with pytest.raises(FileError, match="keep must be true or false"):
        folder.read("features", toml, "k,l")
