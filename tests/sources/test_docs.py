"""docs/importing.md says all there is: headers, codes and the language of mappings."""

from __future__ import annotations

import re
from pathlib import Path

from metrics.sources.catalogue import SOURCES
from metrics.sources.codes import CODES
from metrics.sources.columns import KEYS
from metrics.sources.mapping import TOP

TEXT = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")


def test_every_header_is_documented_in_the_order_of_import() -> None:
    headers = [f"| {source.name} | `{','.join(source.header)}` |" for source in SOURCES]
    assert [line for line in TEXT.splitlines() if line in headers] == headers


def test_every_code_is_documented_and_no_other() -> None:
    section = TEXT.partition("## Why rows are rejected")[2].partition("## Mapping files")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)) == CODES


def test_every_code_is_used() -> None:
    folder = Path(__file__).parents[2] / "metrics"
    files = [*folder.glob("sources/*.py"), *folder.glob("ingest/*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in files if path.stem != "codes")
    assert [name for name in CODES if f'"{name}"' not in code] == []


def test_every_word_of_a_mapping_is_documented() -> None:
    section = TEXT.partition("## Mapping files")[2]
    words = set(re.findall(r"[a-z_]+", section))
    assert (KEYS | TOP) - words == set()
