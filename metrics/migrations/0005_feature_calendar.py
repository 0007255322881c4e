"""What Django cannot describe: feature calendars, new columns of snapshots, append-only flags."""

from __future__ import annotations

from django.db import migrations

# like metrics_activity_calendar: rows of fixed width, read by a binary COPY as they are
CALENDAR = """
CREATE TABLE metrics_feature_calendar (
    account_id bigint NOT NULL,
    person_id bigint NOT NULL,
    feature_id bigint NOT NULL,
    base date NOT NULL,
    first_day date NOT NULL,
    known_at timestamptz NOT NULL,
    used_days bit(448) NOT NULL,
    PRIMARY KEY (account_id, person_id, feature_id),
    CONSTRAINT feature_calendar_base_is_monday CHECK (EXTRACT(isodow FROM base) = 1)
);
"""
# days that were rolled up before the table was there are rolled up once more
AGAIN = """
INSERT INTO metrics_dirtyday (account_id, day, marked_at)
SELECT DISTINCT account_id, day, now() FROM metrics_usageevent
ON CONFLICT (account_id, day) DO NOTHING;
"""
SNAPSHOT = """
ALTER TABLE metrics_snapshot
    ADD COLUMN trend_28 double precision,
    ADD COLUMN trend_91 double precision,
    ADD COLUMN trend varchar(7) NOT NULL DEFAULT '',
    ADD COLUMN flags jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN details jsonb NOT NULL DEFAULT '{}';
-- trends and sparklines read 90 scores of every account each night: from the index alone
ALTER TABLE metrics_snapshot DROP CONSTRAINT metrics_snapshot_pkey;
ALTER TABLE metrics_snapshot
    ADD CONSTRAINT metrics_snapshot_pkey PRIMARY KEY (account_id, day, run_id)
    INCLUDE (score, band, scorecard_id);
"""
UNDO_SNAPSHOT = """
ALTER TABLE metrics_snapshot DROP CONSTRAINT metrics_snapshot_pkey;
ALTER TABLE metrics_snapshot
    ADD CONSTRAINT metrics_snapshot_pkey PRIMARY KEY (account_id, day, run_id);
ALTER TABLE metrics_snapshot
    DROP COLUMN trend_28, DROP COLUMN trend_91, DROP COLUMN trend, DROP COLUMN flags,
    DROP COLUMN details;
"""
ONLY_ADDED = """
CREATE FUNCTION metrics_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is a history: rows are only ever added', TG_TABLE_NAME;
END $$;
CREATE TRIGGER flag_change_only_added BEFORE UPDATE OR DELETE ON metrics_flagchange
    FOR EACH STATEMENT EXECUTE FUNCTION metrics_refuse();
"""
UNDO_ONLY_ADDED = """
DROP TRIGGER flag_change_only_added ON metrics_flagchange;
DROP FUNCTION metrics_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0004_flags_overrides_lines")]

    operations = [
        migrations.RunSQL(CALENDAR, "DROP TABLE metrics_feature_calendar"),
        migrations.RunSQL(AGAIN, migrations.RunSQL.noop),
        migrations.RunSQL(SNAPSHOT, UNDO_SNAPSHOT),
        migrations.RunSQL(ONLY_ADDED, UNDO_ONLY_ADDED),
    ]
