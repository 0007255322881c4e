"""A suite that cannot fail proves nothing: each guard is taken away in turn, and its case goes red.

    .venv/bin/python -m tests.faults.mutations [NAME ...]

Works on a copy of the folder; prints a table; exit code 1 where a guard was not missed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".tools", "node_modules", ".data", "__pycache__", ".*_cache", "bench"
)
LONGEST = 600  # seconds for a case


@dataclass(frozen=True)
class Mutation:
    """`edits`: (file, what stands there, what shall stand there)."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    case: str


SMOKE = "tests/faults/test_smoke.py::"
WORKERS = "tests/faults/test_workers.py::"
NIGHTS = "tests/faults/test_nights.py::"
INGEST = "tests/faults/test_ingest.py::"
CHANGED = "tests/rollups/test_changed_days.py::"
MUTATIONS = (
    Mutation(
        "fence",
        (
            (
                "metrics/nightly/chunks.py",
                "lease_until = NULL\nWHERE id = %s AND state = 'leased' AND fence = %s\n",
                "lease_until = NULL\nWHERE id = %s AND fence >= %s\n",
            ),
        ),
        f"{WORKERS}test_case_07_what_a_frozen_worker_brings_after_its_lease_is_refused",
    ),
    Mutation(
        "renewed lease",
        (
            (
                "metrics/nightly/leases.py",
                "            if not _renew(chunk):",
                "            if False:",
            ),
        ),
        f"{WORKERS}test_case_07_a_message_that_comes_again_while_its_work_goes_on_finds_nothing",
    ),
    Mutation(
        "results and done in one transaction",
        (
            (
                "metrics/nightly/score_chunk.py",
                "    with transaction.atomic():\n        finish(chunk)",
                "    finish(chunk)\n    with transaction.atomic():",
            ),
        ),
        f"{WORKERS}test_case_02_a_worker_killed_before_its_commit_leaves_nothing",
    ),
    Mutation(
        "attempts cap",
        (
            ("metrics/models/runs.py", "MAX_ATTEMPTS = 5", "MAX_ATTEMPTS = 500"),
            ("metrics/models/runs.py", "Q(attempts__lte=5)", "Q(attempts__lte=500)"),
            (
                "metrics/migrations/0001_facts_and_runs.py",
                '("attempts__lte", 5)',
                '("attempts__lte", 500)',
            ),
        ),
        f"{SMOKE}test_case_05_a_chunk_that_kills_whoever_does_it_is_dead_after_five_times",
    ),
    Mutation(
        "attempts cap in the database (CHECK)",
        (
            (
                "metrics/migrations/0001_facts_and_runs.py",
                '("attempts__lte", 5)',
                '("attempts__lte", 500)',
            ),
        ),
        "tests/nightly/test_chunks.py::test_attempts_cannot_pass_five",
    ),
    Mutation(
        "one snapshot an account, day and run (ON CONFLICT)",
        (
            (
                "metrics/nightly/store.py",
                "f\" ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {updates}\"",
                '""',
            ),
        ),
        "tests/nightly/test_chunks.py::test_rows_that_are_written_twice_are_there_once",
    ),
    Mutation(
        "days that are found dirty once more (ON CONFLICT)",
        (
            (
                "metrics/rollups/__init__.py",
                "FROM changed ORDER BY account_id, day\n"
                "ON CONFLICT (account_id, day) DO UPDATE SET marked_at = excluded.marked_at\n",
                "FROM changed ORDER BY account_id, day\n",
            ),
        ),
        f"{CHANGED}test_the_list_is_shortened_between_two_nights",
    ),
    Mutation(
        "imports wait for no rollup (a list that is only added to)",
        (
            (
                "metrics/ingest/usage.py",
                "INSERT INTO metrics_changedday (account_id, day)\n"
                "SELECT DISTINCT account_id, day FROM stage_changed\n",
                "INSERT INTO metrics_dirtyday (account_id, day, marked_at)\n"
                "SELECT DISTINCT account_id, day, now() FROM stage_changed\n"
                "ON CONFLICT (account_id, day) DO UPDATE SET marked_at = excluded.marked_at\n",
            ),
        ),
        f"{CHANGED}test_an_import_waits_for_no_rollup_and_its_days_are_done_by_the_next",
    ),
    Mutation(
        "one open run a day (UNIQUE)",
        (
            (
                "metrics/migrations/0001_facts_and_runs.py",
                'fields=("business_day",),\n                name="run_one_open_per_day"',
                'fields=("id",),\n                name="run_one_open_per_day"',
            ),
        ),
        "tests/nightly/test_chunks.py::test_the_ledger_refuses_two_open_runs_of_a_day",
    ),
    Mutation(
        "a day that is asked for twice is one run",
        (("metrics/models/runs.py", "            if already:\n", "            if None:\n"),),
        "tests/nightly/test_chunks.py::test_a_day_asked_for_twice_is_one_run",
    ),
    Mutation(
        "sent on commit",
        (("metrics/tasks.py", "transaction.on_commit(_send, robust=True)", "_send()"),),
        "tests/test_tasks.py::test_nothing_is_sent_for_a_request_that_was_rolled_back",
    ),
    Mutation(
        "broker asked before it is sent to",
        (("metrics/tasks.py", "            broker.ping()\n", "            pass\n"),),
        "tests/test_tasks.py::test_a_broker_that_is_down_neither_blocks_nor_loses_a_request",
    ),
    Mutation(
        "publishing in one transaction",
        (
            (
                "metrics/nightly/publish.py",
                "    with transaction.atomic():\n        if not (_alone() and _close(run)):",
                "    if True:\n        if not _close(run):",
            ),
        ),
        f"{NIGHTS}test_case_23_a_night_whose_finaliser_is_killed_ten_times_is_published_once",
    ),
    Mutation(
        "a run that cannot be published is given up",
        (("metrics/models/runs.py", "MAX_PUBLISHING = 20", "MAX_PUBLISHING = 20_000"),),
        f"{NIGHTS}test_a_night_that_can_never_be_published_is_given_up",
    ),
    Mutation(
        "readers join the published run",
        (
            (
                "metrics/models/runs.py",
                'return self.published().select_related("scorecard")',
                'return self.exclude(state="new").select_related("scorecard")',
            ),
        ),
        f"{NIGHTS}test_case_24_whoever_reads_while_a_night_breaks",
    ),
    Mutation(
        "the database's clock",
        (("metrics/tasks.py", "now = nightly.database_now()", "now = timezone.now()"),),
        f"{NIGHTS}test_case_22_workers_with_wrong_clocks_do_nothing_twice",
    ),
    Mutation(
        "the pool begins anew",
        (("healthscore/databases.py", ', "reconnect_timeout": 3', ""),),
        "tests/faults/test_database.py::test_case_13_pages_say_503_while_the_database_is_away",
    ),
    Mutation(
        "watchdog",
        (("healthscore/watchdog.py", "            self._end()\n", "            pass\n"),),
        "tests/faults/test_broker.py::test_a_worker_that_hears_nothing_ends_itself",
    ),
    Mutation(
        "the connection of a large upload is cut, it goes on",
        (
            (
                "metrics/ingest/uploads.py",
                "(is_half and is_cut_off(error) and upload.go_on())",
                "(is_half and None)",
            ),
        ),
        f"{INGEST}test_case_15_an_upload_that_is_cut_at_row_100_000",
    ),
    Mutation(
        "a large file goes on after what was stored",
        (
            (
                "metrics/ingest/parts.py",
                "next(islice(items, self.tally.received, self.tally.received), None)",
                "pass",
            ),
        ),
        f"{INGEST}test_case_15_an_import_that_is_cut_at_row_100_000",
    ),
    Mutation(
        "systems are told in JSON while the database is away",
        (
            (
                "metrics/api/doors.py",
                "    except AWAY as error:\n",
                "    except EOFError as error:\n",
            ),
        ),
        f"{INGEST}test_case_13_what_a_batch_was_answered_for",
    ),
    Mutation(
        "a migration gives up waiting (lock_timeout)",
        (("healthscore/databases.py", '"migrate": {"lock_timeout": "2s"},', '"migrate": {},'),),
        "tests/faults/test_upgrade.py::test_case_18_pages_are_read_and_batches_sent",
    ),
    Mutation(
        "a chunk reads as of one moment",
        (
            (
                "metrics/frames/moment.py",
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                "SET TRANSACTION READ ONLY",
            ),
        ),
        "tests/frames/test_past.py::test_a_change_that_is_committed",
    ),
    Mutation(
        "NUL in what is kept of a refused row",
        (("metrics/ingest/batches.py", 'cell.replace("\\0", "␀")', "cell"),),
        "tests/faults/test_bytes.py::test_case_41_any_bytes_for_minutes",
    ),
    Mutation(
        "what waits for too long is found",
        (
            (
                "metrics/management/commands/verify.py",
                "for title, query in ASKED]",
                "for title, query in ()]",
            ),
        ),
        "tests/management/test_verify_asked.py::test_damage_is_named_line_by_line",
    ),
    Mutation(
        "whose accounts (visible_to)",
        (
            (
                "accounts/access.py",
                "Account.objects.all().visible_to(user_of(request))",
                "Account.objects.all()",
            ),
        ),
        "tests/views/test_permissions.py",
    ),
)


def main(names: list[str]) -> int:
    """The exit code."""
    chosen = [one for one in MUTATIONS if not names or any(name in one.name for name in names)]
    found = []
    for one in chosen:
        began = time.monotonic()
        why = _why_red(one)
        found.append(bool(why))
        seconds = time.monotonic() - began
        case = one.case.rpartition("/")[2].replace("test_", "")[:70]
        sys.stdout.write(f"| {one.name} | {case} | {why or 'GREEN'} | {seconds:.0f} s |\n")
        sys.stdout.flush()
    return 0 if all(found) else 1


def _why_red(one: Mutation) -> str:
    """The first error of the case; empty where it stayed green."""
    with tempfile.TemporaryDirectory(prefix="hm-") as name:
        copy = Path(name) / "c"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
        (copy / "node_modules").symlink_to(ROOT / "node_modules")
        for path, there, instead in one.edits:
            text = (copy / path).read_text("utf-8")
            if text.count(there) < 1:
                raise SystemExit(f"{one.name}: {path} does not hold {there!r}")
            (copy / path).write_text(text.replace(there, instead), "utf-8")
        path, _, test = one.case.partition("::")
        select = ["-k", test] if test else []
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
             "-m", "faults or not faults", path, *select],
            cwd=copy,
            env={**os.environ, "HEALTHSCORE_TEST_DB": "test_mutations"},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )  # fmt: skip
        errors = [line[1:].strip() for line in done.stdout.splitlines() if line.startswith("E  ")]
        if done.returncode not in (0, 1) or (done.returncode == 1 and not errors):
            raise SystemExit(f"{one.name}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return errors[0][:70] if done.returncode == 1 else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
