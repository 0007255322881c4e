"""Nights, files and pages while servers and processes are killed, frozen, cut off and filled up.

Each case has a number; its tests begin with `test_case_` and that number. Real servers (a cluster
with fsync on, a broker for each case), real workers, beats and web processes, and after each case
`manage verify` and a comparison with a night to which nothing happened, bit by bit.

    python3 run.py test -n0 tests/faults                              a few of them, in CI too
    python3 run.py test -n0 -m "faults or not faults" tests/faults    all of them
    .venv/bin/python -m tests.faults.mutations                        each guard taken away in turn

Cases 1, 5, 8 and 14 are in test_smoke.py: these run on every change. 2 to 7 are in
test_workers.py, 9 to 12 in test_broker.py, 13, 15, 16 and 18 in test_database.py, 17 in
test_disk.py, 19, 20, 22 to 25, 27 and 28 in test_nights.py, 21 in test_days.py, and 29, the
storm, in test_storm.py. Case 26, two admins who save weights at once, is
tests/views/test_scorecard_preview.py::test_of_two_who_save_the_second_sees_both_and_can_go_on and
the test of two who publish beside it. What is broken, and where, is said by FAILPOINT, see
metrics/failpoints.py.
"""
