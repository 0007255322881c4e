"""What was asked for, as queries that find where it is not done, or is not what it says.

What waits or is under way is nothing wrong until it has waited for too long: a system at work
passes. `AT_REST` asks of one in which nobody works any more that nothing waits at all.
"""

from __future__ import annotations

import datetime as dt

from metrics.ingest.uploads import UPLOADS
from metrics.models.alerts import LATEST, MOST_TRIES
from metrics.models.demo import MAX_ATTEMPTS

# `waits`: a large file takes up to two hours, and others stand behind it; nights wait as long
# `dead`: every tick looks whether whoever holds it lives
AT_WORK = {"waits": dt.timedelta(hours=6), "dead": dt.timedelta(minutes=15)}
AT_REST = dict.fromkeys(AT_WORK, dt.timedelta(0))
LIMITS = {"uploads": UPLOADS, "attempts": MAX_ATTEMPTS, "mails": MOST_TRIES, "fresh": LATEST}

# each query finds wrong rows: (what is wrong, rows that show it)
ASKED: tuple[tuple[str, str], ...] = (
    (
        # a year of past days takes longer, as long as somebody is at work
        "a run is not closed",
        "SELECT 'run ' || id || ' of ' || business_day || ' is ' || state FROM metrics_run"
        " WHERE state IN ('new', 'running') AND created_at < now() - %(waits)s"
        " AND (kind = 'nightly' OR %(waits)s = '0'::interval OR NOT EXISTS ("
        "   SELECT FROM metrics_runchunk WHERE state = 'leased' AND lease_until >= now()))",
    ),
    (
        "a lease is overdue",
        "SELECT 'chunk ' || id || ' of run ' || run_id || ', held by ' || owner"
        " FROM metrics_runchunk WHERE state = 'leased' AND lease_until < now() - %(dead)s",
    ),
    (
        "an upload was asked for and is not done",
        "SELECT 'upload ' || id || ' (' || source || ') is ' || state FROM metrics_upload"
        " WHERE state IN ('checking', 'applying')"
        " AND (asked_at IS NULL OR asked_at < now() - %(waits)s)",
    ),
    (
        "an upload is held by nobody who lives",
        "SELECT 'upload ' || u.id || ' (' || u.source || ') is ' || u.state FROM metrics_upload u"
        " WHERE u.claimed_at < now() - %(dead)s AND NOT EXISTS ("
        "   SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        "   WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted"
        "   AND l.classid = %(uploads)s AND l.objid = u.id AND l.objsubid = 2)",
    ),
    (
        "an upload is not as long as the file that came",
        "SELECT 'upload ' || u.id || ' had ' || u.size || ' bytes, kept are '"
        "   || coalesce(sum(octet_length(p.data)), 0)"
        " FROM metrics_upload u LEFT JOIN metrics_uploadpart p ON p.upload_id = u.id"
        " WHERE u.state <> 'applied' GROUP BY u.id"
        " HAVING coalesce(sum(octet_length(p.data)), 0) <> u.size",
    ),
    (
        "an upload that is imported is still kept",
        "SELECT 'upload ' || u.id FROM metrics_upload u WHERE u.state = 'applied'"
        " AND EXISTS (SELECT FROM metrics_uploadpart p WHERE p.upload_id = u.id)",
    ),
    (
        "a dry run's rows are not accepted + duplicate + quarantined",
        "SELECT 'upload ' || id FROM metrics_upload WHERE state IN ('checked', 'applying')"
        " AND (report->>'received')::bigint IS DISTINCT FROM (report->>'accepted')::bigint"
        "   + (report->>'duplicate')::bigint + (report->>'quarantined')::bigint",
    ),
    (
        # the same large file that came before and was stopped goes on in the batch of that one
        "an upload is imported without a batch",
        "SELECT 'upload ' || u.id || ' (' || u.source || ')' FROM metrics_upload u"
        " WHERE u.state = 'applied' AND NOT EXISTS (SELECT FROM metrics_batch b"
        "   WHERE b.state IN ('finished', 'undone') AND (b.upload_id = u.id"
        "   OR b.source = u.source AND b.digest <> '' AND b.finished_at >= u.asked_at))",
    ),
    (
        "an upload's rows are stored, and it says that they are not",
        "SELECT 'upload ' || u.id || ' is ' || u.state || ', batch ' || b.id || ' ' || b.state"
        " FROM metrics_upload u JOIN metrics_batch b ON b.upload_id = u.id"
        " WHERE b.state = 'finished' AND u.state NOT IN ('applying', 'applied')",
    ),
    (
        "an undo was asked for and is not done",
        "SELECT 'batch ' || id || ' (' || source || ')' FROM metrics_batch"
        " WHERE state IN ('finished', 'partial') AND undo_asked_at < now() - %(waits)s",
    ),
    (
        "an undo was asked for of a batch that stores nothing",
        "SELECT 'batch ' || id || ' (' || source || ') is ' || state FROM metrics_batch"
        " WHERE state IN ('running', 'failed') AND undo_asked_at IS NOT NULL",
    ),
    (
        "a batch is undone and facts of it are there",
        "SELECT 'batch ' || b.id || ' (' || b.source || ')' FROM metrics_batch b"
        " WHERE b.state = 'undone' AND ("
        "   EXISTS (SELECT FROM metrics_usageevent f WHERE f.batch_id = b.id)"
        "   OR EXISTS (SELECT FROM metrics_trainingrecord f WHERE f.batch_id = b.id)"
        "   OR EXISTS (SELECT FROM metrics_ticket f WHERE f.batch_id = b.id)"
        "   OR EXISTS (SELECT FROM metrics_survey f WHERE f.batch_id = b.id)"
        "   OR EXISTS (SELECT FROM accounts_arrmovement f WHERE f.batch_id = b.id))",
    ),
    (
        "a batch is undone and what it replaced is still kept",
        "SELECT 'batch ' || b.id || ' (' || b.source || ')' FROM metrics_batch b"
        " WHERE b.state = 'undone' AND ("
        "   EXISTS (SELECT FROM metrics_replaced r WHERE r.batch_id = b.id)"
        "   OR EXISTS (SELECT FROM accounts_change c WHERE c.batch_id = b.id))",
    ),
    (
        "a batch is undone and rows of it wait to be taken in",
        "SELECT 'batch ' || b.id || ' (' || b.source || ')' FROM metrics_batch b"
        " WHERE b.state = 'undone' AND EXISTS (SELECT FROM metrics_reject r"
        "   WHERE r.batch_id = b.id AND r.state = 'open')",
    ),
    (
        "synthetic customers were asked for and are not there",
        "SELECT 'step ' || done || ' of ' || steps || ', attempt ' || attempts"
        " FROM metrics_demoload WHERE finished_at IS NULL AND error = ''"
        " AND (asked_at < now() - %(waits)s OR leased_until < now() - %(dead)s)",
    ),
    (
        "synthetic customers were tried too often",
        "SELECT 'attempt ' || attempts || ' of ' || %(attempts)s::int FROM metrics_demoload"
        " WHERE attempts > %(attempts)s",
    ),
    (
        "synthetic customers are said to be there, and are not",
        "SELECT 'step ' || done || ' of ' || steps || ', ' || accounts || ' accounts'"
        " FROM metrics_demoload d WHERE finished_at IS NOT NULL"
        " AND (done <> steps OR leased_until IS NOT NULL OR error <> '' OR NOT EXISTS ("
        "   SELECT FROM metrics_batch b WHERE b.source = 'accounts'"
        "   AND b.state IN ('finished', 'undone') AND b.received >= d.accounts))",
    ),
    (
        "an alias was made and rows that wait for it are not taken in",
        "SELECT 'alias ' || id || ' (' || kind || ')' FROM metrics_alias"
        " WHERE removed_at IS NULL AND taken_in_at IS NULL AND created_at < now() - %(waits)s",
    ),
    (
        # one that a mail server refuses is tried for hours; after a day it is no news
        "a mail about flags is owed and was not sent",
        "SELECT 'mail ' || id || ' of ' || day || ', tries ' || tries FROM metrics_alertmail"
        " WHERE sent_at IS NULL AND tries < %(mails)s AND asked_at > now() - %(fresh)s"
        " AND asked_at < now() - %(waits)s"
        " AND (coalesce(try_after, asked_at) < now() - %(waits)s OR %(waits)s = '0'::interval)",
    ),
)
