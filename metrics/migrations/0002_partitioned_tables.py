"""The tables that Django cannot describe: partitions and bit strings."""

from __future__ import annotations

from django.db import migrations

USER_DAY = """
CREATE TABLE metrics_usage_user_day (
    account_id bigint NOT NULL,
    person_id bigint NOT NULL,
    day date NOT NULL,
    events bigint NOT NULL,
    logins bigint NOT NULL,
    events_known_at timestamptz,
    logins_known_at timestamptz,
    PRIMARY KEY (account_id, person_id, day),
    CONSTRAINT user_day_counts_are_sane CHECK (events >= 0 AND logins >= 0 AND events + logins > 0),
    CONSTRAINT user_day_known CHECK (
        (events = 0) = (events_known_at IS NULL) AND (logins = 0) = (logins_known_at IS NULL)
    )
) PARTITION BY HASH (account_id);
"""
USER_DAY_PARTS = "".join(
    f"CREATE TABLE metrics_usage_user_day_{part:02d} PARTITION OF metrics_usage_user_day"
    f" FOR VALUES WITH (MODULUS 16, REMAINDER {part});\n"
    for part in range(16)
)
# rows of fixed width: a binary COPY of them is read by numpy as it is, without parsing
CALENDAR = """
CREATE TABLE metrics_activity_calendar (
    account_id bigint NOT NULL,
    person_id bigint NOT NULL,
    base date NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    known_at timestamptz NOT NULL,
    event_days bit(448) NOT NULL,
    login_days bit(448) NOT NULL,
    PRIMARY KEY (account_id, person_id),
    CONSTRAINT calendar_base_is_monday CHECK (EXTRACT(isodow FROM base) = 1)
);
"""
SNAPSHOT = """
CREATE TABLE metrics_snapshot (
    account_id bigint NOT NULL,
    day date NOT NULL,
    run_id bigint NOT NULL,
    scorecard_id bigint NOT NULL,
    score double precision,
    raw_score double precision,
    band varchar(5) NOT NULL,
    pending_band varchar(5) NOT NULL DEFAULT '',
    pending_since date,
    pending_count smallint NOT NULL DEFAULT 0,
    stage varchar(10) NOT NULL,
    age_days integer NOT NULL,
    coverage double precision NOT NULL,
    confidence varchar(6) NOT NULL,
    momentum double precision,
    caps jsonb NOT NULL DEFAULT '[]',
    status varchar(10) NOT NULL DEFAULT '',
    raw double precision[] NOT NULL,
    n double precision[] NOT NULL,
    part double precision[] NOT NULL,
    whole double precision[] NOT NULL,
    points double precision[] NOT NULL,
    weights double precision[] NOT NULL,
    states varchar(14)[] NOT NULL,
    as_of date[] NOT NULL,
    dimensions double precision[] NOT NULL,
    dimension_weights double precision[] NOT NULL,
    seats jsonb NOT NULL DEFAULT '{}',
    cause varchar(60) NOT NULL DEFAULT '',
    input_hash bytea NOT NULL,
    PRIMARY KEY (account_id, day, run_id),
    -- NaN sorts above every number, so an upper bound refuses it
    CONSTRAINT snapshot_score_is_sane CHECK (score BETWEEN 0 AND 100),
    CONSTRAINT snapshot_raw_score_is_sane CHECK (raw_score BETWEEN 0 AND 100),
    CONSTRAINT snapshot_coverage_is_sane CHECK (coverage BETWEEN 0 AND 1.000001),
    CONSTRAINT snapshot_momentum_is_sane CHECK (momentum BETWEEN -100 AND 100),
    CONSTRAINT snapshot_grey_has_no_score CHECK ((band = 'grey') = (score IS NULL)),
    CONSTRAINT snapshot_arrays_are_whole CHECK (
        cardinality(raw) = 24 AND cardinality(points) = 24 AND cardinality(weights) = 24
        AND cardinality(states) = 24 AND cardinality(dimensions) = 6
    )
) PARTITION BY RANGE (day);
-- a run is read, counted and pruned by day and run
CREATE INDEX snapshot_day_run ON metrics_snapshot (day, run_id);
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_facts_and_runs")]

    operations = [
        migrations.RunSQL(USER_DAY, "DROP TABLE metrics_usage_user_day"),
        migrations.RunSQL(USER_DAY_PARTS, migrations.RunSQL.noop),
        migrations.RunSQL(CALENDAR, "DROP TABLE metrics_activity_calendar"),
        migrations.RunSQL(SNAPSHOT, "DROP TABLE metrics_snapshot"),
    ]
