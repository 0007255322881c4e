"""Formulas in cells: harmless on export, themselves again on import."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sources.formulas import neutralise, restore
from tests.sources.reading import header, read

TEXT = st.text(st.sampled_from("=+-@\t\r'a1 "), max_size=6) | st.text(max_size=6)


@given(TEXT)
def test_importing_our_own_export_gives_the_same_text(text: str) -> None:
    assert restore(neutralise(text)) == text


@given(TEXT)
def test_no_exported_cell_begins_like_a_formula(text: str) -> None:
    assert not neutralise(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("text", "exported"),
    [
        ("=cmd()", "'=cmd()"),
        ("'=cmd()", "''=cmd()"),
        ("-5", "'-5"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("Acme", "Acme"),
        ("", ""),
    ],
)
def test_only_what_looks_like_a_formula_is_touched(text: str, exported: str) -> None:
    assert neutralise(text) == exported


def test_a_formula_is_stored_as_it_is_and_exactly_one_apostrophe_is_stripped() -> None:
    found = read(f"{header('features')}\na,=cmd(),core,,\nb,'=cmd(),core,,\nc,\"''=1,2\",core,,\n")
    assert [item.values[1] for item in found] == ["=cmd()", "=cmd()", "'=1,2"]
