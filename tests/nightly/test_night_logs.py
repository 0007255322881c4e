"""What a worker writes of a chunk that fails: the line itself says which run and chunk."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from healthscore.logs import formatter
from metrics import failpoints, nightly
from metrics.models import RunChunk
from tests.nightly.test_night import make_lively_account, request

pytestmark = pytest.mark.django_db


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that metrics logs, as production writes it."""
    out, log = io.StringIO(), logging.getLogger("metrics")
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter())
    log.addHandler(handler)
    yield out
    log.removeHandler(handler)


def test_a_line_about_a_chunk_names_its_run_and_itself(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_lively_account()
    run = request()
    failpoints._passed.clear()
    monkeypatch.setenv("FAILPOINT", "mid_compute:raise:1")
    nightly.work("tests", seconds=5)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    failed = [line for line in lines if "FailpointError" in line.get("exception", "")]
    chunks = set(RunChunk.objects.filter(run=run, attempts__gt=0).values_list("pk", flat=True))
    assert failed
    assert {line["run"] for line in failed} == {run.pk}
    assert {line["chunk"] for line in failed} <= chunks
