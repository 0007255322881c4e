"""Nights, files and pages while servers and processes are killed, frozen, cut off and filled up.

Each case has a number; its tests begin with `test_case_` and that number. Real servers (a cluster
with fsync on, a broker for each case), real workers, beats and web processes, and after each case
`manage verify` and a comparison with a night to which nothing happened, bit by bit.

    python3 run.py test -n0 tests/faults                              a few of them, in CI too
    python3 run.py test -n0 -m "faults or not faults" tests/faults    all of them
    .venv/bin/python -m tests.faults.mutations                        each guard taken away in turn

docs/faults.md says what each number stands for. What is broken, and where, is said by FAILPOINT,
see metrics/failpoints.py.
"""
