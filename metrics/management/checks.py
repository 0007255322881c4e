"""What must be so in the database, as queries that find where it is not."""

from __future__ import annotations

# each query finds wrong rows: (what is wrong, rows that show it)
CHECKS: tuple[tuple[str, str], ...] = (
    (
        "a day has finished runs and shows none",
        "SELECT 'day ' || business_day FROM metrics_run WHERE state IN ('complete', 'partial')"
        " GROUP BY business_day HAVING NOT bool_or(is_published)",
    ),
    (
        "a run is shown that is not finished",
        "SELECT 'run ' || id || ' of ' || business_day || ' is ' || state FROM metrics_run"
        " WHERE is_published AND state NOT IN ('complete', 'partial')",
    ),
    (
        "the portfolio has rows of no run",
        "SELECT 'account ' || c.account_id || ', run ' || c.run_id FROM metrics_accountcurrent c"
        " WHERE NOT EXISTS (SELECT FROM metrics_run r WHERE r.id = c.run_id) LIMIT 20",
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
        # of the last two weeks: an account that a finished chunk was cut for and nobody scored
        "a chunk that is done has not a snapshot for each of its accounts",
        "SELECT 'chunk ' || c.id || ' of run ' || r.id || ' was cut for ' || c.accounts"
        " FROM metrics_runchunk c JOIN metrics_run r ON r.id = c.run_id"
        " WHERE c.kind = 'score' AND c.state = 'done' AND r.state IN ('complete', 'partial')"
        " AND r.business_day > (SELECT max(business_day) FROM metrics_run) - 14"
        " AND c.accounts <> (SELECT count(*)"
        "   FROM metrics_snapshot s WHERE s.run_id = r.id AND s.day = r.business_day"
        "   AND s.account_id >= c.lo AND s.account_id < c.hi) LIMIT 20",
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
        " FROM metrics_snapshot WHERE raw_score IS NOT NULL AND abs(raw_score - (SELECT"
        "   coalesce(sum(w * p), 0) FROM unnest(weights, points) AS parts(w, p))) > 1e-9 LIMIT 20",
    ),
    (
        "weights do not sum to 1",
        "SELECT 'account ' || account_id || ', day ' || day || ', run ' || run_id"
        " FROM metrics_snapshot WHERE abs((SELECT coalesce(sum(w), 0) FROM unnest(weights) AS w)"
        "   - (raw_score IS NOT NULL)::int) > 1e-9 LIMIT 20",
    ),
    (
        "a score after caps has none before",
        "SELECT 'account ' || account_id || ', day ' || day || ', run ' || run_id"
        " FROM metrics_snapshot WHERE (score IS NULL) <> (raw_score IS NULL) LIMIT 20",
    ),
    (
        "a signal's state and its value disagree",
        "SELECT 'account ' || account_id || ', day ' || day || ', run ' || run_id || ', S' ||"
        "   lpad(place::text, 2, '0') FROM metrics_snapshot,"
        "   unnest(states, raw, points, weights) WITH ORDINALITY AS slot(state, raw, p, w, place)"
        " WHERE coalesce(CASE WHEN state = 'OK' THEN slot.raw IS NULL OR p IS NULL"
        "   WHEN state IN ('TOO_LITTLE', 'NOT_APPLICABLE')"
        "   THEN slot.raw IS NOT NULL OR p IS NOT NULL"
        "   ELSE state NOT IN ('STALE', 'BROKEN') END, true)"
        " OR w IS NULL OR w > 0 AND p IS NULL LIMIT 20",
    ),
    (
        "a detail belongs to no signal",
        "SELECT 'account ' || account_id || ', day ' || day || ', run ' || run_id || ', ' || code"
        " FROM metrics_snapshot, jsonb_object_keys(details) AS code"
        " WHERE code !~ '^S(0[1-9]|1[0-9]|2[0-4])$' LIMIT 20",
    ),
    (
        "a snapshot has a scorecard that its run was not asked with",
        "SELECT 'account ' || s.account_id || ', run ' || s.run_id || ', scorecard '"
        " || s.scorecard_id FROM metrics_snapshot s JOIN metrics_run r ON r.id = s.run_id"
        " WHERE s.scorecard_id <> r.scorecard_id AND s.scorecard_id <> ALL (r.other_scorecards)"
        " LIMIT 20",
    ),
    (
        "a run was asked with a scorecard that is no published version",
        "SELECT 'run ' || r.id || ', scorecard ' || pinned FROM metrics_run r,"
        "   unnest(r.scorecard_id || r.other_scorecards) AS pinned"
        " WHERE NOT EXISTS (SELECT FROM metrics_scorecard c"
        "   WHERE c.id = pinned AND c.state = 'published')",
    ),
    (
        "the history of flags and the snapshots disagree",
        "SELECT 'run ' || f.run_id || ', account ' || f.account_id || ': ' || f.rule || ' '"
        "   || f.change FROM metrics_flagchange f JOIN metrics_run r ON r.id = f.run_id"
        " WHERE r.state IN ('complete', 'partial') AND (f.change = 'opened') <> EXISTS ("
        "   SELECT FROM metrics_snapshot s, jsonb_array_elements(s.flags) AS flag"
        "   WHERE s.run_id = f.run_id AND s.day = r.business_day AND s.account_id = f.account_id"
        "   AND flag->>'rule' = f.rule AND flag->>'state' = 'open') LIMIT 20",
    ),
    (
        "a flag stands of whose opening nothing is written",
        "SELECT 'run ' || s.run_id || ', account ' || s.account_id || ': ' || (flag->>'rule')"
        " FROM metrics_snapshot s, jsonb_array_elements(s.flags) AS flag"
        " WHERE flag->>'state' = 'open' AND flag->>'since' = s.day::text AND NOT EXISTS ("
        "   SELECT FROM metrics_flagchange f WHERE f.run_id = s.run_id AND f.change = 'opened'"
        "   AND f.account_id = s.account_id AND f.rule = flag->>'rule') LIMIT 20",
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
        "the portfolio and its night disagree",
        "SELECT 'account ' || s.account_id || ', run ' || s.run_id"
        " FROM metrics_accountcurrent c JOIN metrics_run r ON r.id = c.run_id"
        " JOIN metrics_snapshot s ON s.account_id = c.account_id AND s.run_id = r.id"
        "   AND s.day = r.business_day"
        " WHERE (s.score, s.band, s.status, s.coverage)"
        "   IS DISTINCT FROM (c.score, c.band, c.status, c.coverage) LIMIT 20",
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
        # older ones are gone, see metrics.nightly.purge
        " WHERE b.state = 'finished' AND b.finished_at > now() - interval '89 days'"
        " GROUP BY b.id HAVING count(r.id) <> b.quarantined",
    ),
    (
        "a day's rollup differs from its facts",
        "SELECT 'account ' || account_id || ', day ' || day FROM ("
        "   SELECT account_id, day, sum(events + logins) AS uses FROM metrics_usage_user_day"
        "   GROUP BY account_id, day) rolled"
        " FULL JOIN (SELECT account_id, day, sum(count) AS uses FROM metrics_usageevent"
        "   GROUP BY account_id, day) facts USING (account_id, day)"
        " WHERE rolled.uses IS DISTINCT FROM facts.uses"
        # joined, where NOT IN would read a list that does not fit into memory once a row
        "   AND NOT EXISTS (SELECT FROM metrics_dirtyday w WHERE (w.account_id, w.day)"
        "     = (coalesce(rolled.account_id, facts.account_id), coalesce(rolled.day, facts.day)))"
        "   AND NOT EXISTS (SELECT FROM metrics_changedday w WHERE (w.account_id, w.day)"
        "     = (coalesce(rolled.account_id, facts.account_id), coalesce(rolled.day, facts.day)))"
        " LIMIT 20",
    ),
)
