"""Checks that what stands in the database is right: exit 1 names what is not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

# each query finds wrong rows: (what is wrong, rows that show it)
CHECKS: tuple[tuple[str, str], ...] = (
    (
        "a run is not closed",
        "SELECT 'run ' || id || ' of ' || business_day || ' is ' || state FROM metrics_run"
        " WHERE state IN ('new', 'running')",
    ),
    (
        "a lease is overdue",
        "SELECT 'chunk ' || id || ' of run ' || run_id || ', held by ' || owner"
        " FROM metrics_runchunk WHERE state = 'leased' AND lease_until < now()",
    ),
    (
        "a closed run has an open chunk",
        "SELECT 'chunk ' || c.id || ' of run ' || r.id FROM metrics_runchunk c"
        " JOIN metrics_run r ON r.id = c.run_id"
        " WHERE r.state NOT IN ('new', 'running') AND c.state IN ('new', 'leased')",
    ),
    (
        "a run and its snapshots disagree",
        "SELECT 'run ' || r.id || ' says ' || r.accounts || ' accounts, ' || r.scored || ' scored;'"
        " || ' stored are ' || count(s.account_id) || ', ' || count(s.score)"
        " FROM metrics_run r LEFT JOIN metrics_snapshot s"
        " ON s.run_id = r.id AND s.day = r.business_day"
        " WHERE r.state IN ('complete', 'partial') GROUP BY r.id"
        " HAVING count(s.account_id) <> r.accounts OR count(s.score) <> r.scored"
        " OR r.accounts <> r.scored + r.grey",
    ),
    (
        "a snapshot stands outside its run's day",
        "SELECT 'account ' || s.account_id || ', day ' || s.day || ', run ' || s.run_id"
        " FROM metrics_snapshot s LEFT JOIN metrics_run r ON r.id = s.run_id"
        " WHERE r.id IS NULL OR r.business_day <> s.day LIMIT 20",
    ),
    (
        "contributions do not sum to the score",
        "SELECT 'account ' || account_id || ', day ' || day || ', run ' || run_id"
        " FROM metrics_snapshot WHERE raw_score IS NOT NULL AND abs(raw_score - ("
        "   SELECT sum(w * p) FROM unnest(weights, points) AS parts(w, p))) > 1e-9 LIMIT 20",
    ),
    (
        "a cap does not hold",
        "SELECT 'account ' || account_id || ', day ' || day || ', run ' || run_id"
        " FROM metrics_snapshot WHERE score IS NOT NULL AND abs(score - least(raw_score, ("
        "   SELECT min((cap->>'cap')::float) FROM jsonb_array_elements(caps) AS c(cap)))) > 1e-9"
        " LIMIT 20",
    ),
    (
        "a published night has no row in the portfolio",
        "SELECT 'run ' || r.id FROM metrics_run r WHERE r.id ="
        "   (SELECT id FROM metrics_run WHERE is_published ORDER BY business_day DESC LIMIT 1)"
        " AND r.accounts <> (SELECT count(*) FROM metrics_accountcurrent WHERE run_id = r.id)",
    ),
    (
        "an import is not finished",
        "SELECT 'batch ' || id || ' (' || source || ') began ' || started_at FROM metrics_batch"
        " WHERE state = 'running' AND started_at < now() - interval '6 hours'",
    ),
    (
        "received rows are not accepted + duplicate + quarantined",
        "SELECT 'batch ' || id || ' (' || source || ')' FROM metrics_batch"
        " WHERE state = 'finished' AND received <> accepted + duplicate + quarantined",
    ),
    (
        "quarantined rows and kept rejects disagree",
        "SELECT 'batch ' || b.id || ' says ' || b.quarantined || ', kept are ' || count(r.id)"
        " FROM metrics_batch b LEFT JOIN metrics_reject r"
        " ON r.batch_id = b.id AND r.state <> 'replayed'"
        " WHERE b.state = 'finished' GROUP BY b.id HAVING count(r.id) <> b.quarantined",
    ),
    (
        "a day's rollup differs from its facts",
        "SELECT 'account ' || account_id || ', day ' || day FROM ("
        "   SELECT account_id, day, sum(events + logins) AS uses FROM metrics_usage_user_day"
        "   GROUP BY account_id, day) rolled"
        " FULL JOIN (SELECT account_id, day, sum(count) AS uses FROM metrics_usageevent"
        "   GROUP BY account_id, day) facts USING (account_id, day)"
        " WHERE rolled.uses IS DISTINCT FROM facts.uses AND (account_id, day) NOT IN"
        "   (SELECT account_id, day FROM metrics_dirtyday) LIMIT 20",
    ),
)


class Command(BaseCommand):
    """The correctness checker: a fast wrong answer fails."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = [line for title, query in CHECKS for line in _look(title, query)]
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{len(CHECKS)} checks passed")


def _look(title: str, query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [f"{title}: {row[0]}" for row in cursor.fetchall()]
