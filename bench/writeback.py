"""A night's snapshots written so that it may be done again, beside COPY into a bare table.

Both are given the same rows, encoded beforehand. The peer is COPY into an unindexed copy of the
table, without its checks; ours is what a chunk does: COPY into staging, then an upsert, chunk by
chunk, each in a transaction of its own. Target: at most 3.5 times the peer's CPU. Writing the same
rows once more, as after a lost lease, is shown beside it. Nothing is left in the database.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

import numpy as np

from bench._gauge import Spent, spent_by
from bench._stage import Report, arguments, portfolio, say  # first: it sets Django up

from django.conf import settings  # isort: skip
from django.db import connection, transaction

from metrics.frames import read_frames
from metrics.models import Run
from metrics.nightly import binary
from metrics.nightly.night import Past, score_frames
from metrics.nightly.nights import nights_before
from metrics.nightly.policy import configs_of
from metrics.nightly.prepare import window_of
from metrics.nightly.rows import rows
from metrics.nightly.store import (
    COLUMNS,
    PACKED,
    read_before,
    read_scores,
    write_snapshots,
)
from metrics.scoring.trend import LONG_DAYS
from metrics.signals.evaluate import measure
from metrics.signals.portfolio import from_json

# rows as in a partition
BARE = f"CREATE TABLE bench_bare (LIKE metrics_snapshot) WITH (toast_tuple_target = {PACKED})"
TARGET = 3.5
REVISION = 1_000_000  # run ids that no run has


def main() -> None:
    """Peer, first time and second time in turn, round after round."""
    asked = arguments(__doc__, accounts=1_000)
    run = portfolio(asked.accounts, fresh=asked.fresh)
    assert run is not None  # noqa: S101  # a portfolio with nights has a last one
    report = Report("writeback", asked.accounts)
    ways: dict[str, list[Spent]] = {"COPY, no index": [], "first time": [], "once more": []}
    _execute("DROP TABLE IF EXISTS bench_bare", BARE)
    try:
        for round_ in range(asked.rounds):
            parts = _parts(run, REVISION + round_)
            ways["COPY, no index"].append(spent_by(lambda given=parts: _bare(given)))
            ways["first time"].append(spent_by(lambda given=parts: _write(given)))
            ways["once more"].append(spent_by(lambda given=parts: _write(given)))
            say(f"round {round_ + 1} of {asked.rounds}")
    finally:
        _execute(
            "DROP TABLE bench_bare",
            f"DELETE FROM metrics_snapshot WHERE run_id >= {REVISION}",  # noqa: S608
            "VACUUM metrics_snapshot",
        )
    _tell(report, ways, accounts=run.accounts)
    report.end(asked)


def _parts(run: Run, run_id: int) -> list[bytes]:
    """The chunks of a night, encoded as a night does, under another run's id."""
    config = configs_of(run)[0]
    parts = []
    for lo, hi in run.chunks.filter(kind="score").order_by("lo").values_list("lo", "hi"):
        frames = read_frames(window_of(run, lo=lo, hi=hi), from_json(run.portfolio or {}))
        ids = frames.accounts["account_id"].to_numpy()
        past = Past(
            before=read_before(nights_before(run), ids, lo=lo, hi=hi),
            scores=np.full((len(ids), LONG_DAYS - 1), np.nan),
            cards=np.zeros((len(ids), LONG_DAYS - 1), dtype=np.int64),
            half_year_ago=read_scores(None, lo=lo, hi=hi),
        )
        night = score_frames(
            frames, config, past, scorecard_id=run.scorecard_id, tables=measure(frames)
        )
        parts.append(rows(Run(pk=run_id, business_day=run.business_day), night, _every(ids)))
    return parts


def _every(ids: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray:
    return np.arange(len(ids))


def _bare(parts: list[bytes]) -> None:
    for part in parts:
        with transaction.atomic(), connection.cursor() as cursor:
            statement = f"COPY bench_bare ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
            with cursor.cursor.copy(statement) as copy:
                copy.write(binary.START + part + binary.END)


def _write(parts: list[bytes]) -> None:
    for part in parts:
        with transaction.atomic():
            write_snapshots([part])


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _tell(report: Report, ways: dict[str, list[Spent]], *, accounts: int) -> None:
    middle: Callable[[list[float]], float] = statistics.median
    peer = middle([spent.cpu for spent in ways["COPY, no index"]])
    for name, spent in ways.items():
        cpu = middle([one.cpu for one in spent])
        report.hold(name, value=cpu / peer, most=TARGET)
        report.add(
            name,
            wall=middle([one.wall for one in spent]),
            cpu=cpu,
            database=middle([one.database for one in spent]),
            us_per_row=1e6 * cpu / accounts,
            ratio=cpu / peer,
        )
    report.add("rows", accounts=accounts, chunk=settings.CHUNK_ACCOUNTS)


if __name__ == "__main__":
    main()
