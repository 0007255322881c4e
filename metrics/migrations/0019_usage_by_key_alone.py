"""An event is known by its key alone: one probe of one index says whether it was there before."""

from django.db import migrations, models

from accounts.indexes import RunBeside

OLD = models.UniqueConstraint(fields=["event_key", "account"], name="usage_event_once")
NEW = models.UniqueConstraint(fields=["event_key"], name="usage_event_once")
# the new index is built beside those who write, and takes the old one's place in one short step
BUILD = "CREATE UNIQUE INDEX CONCURRENTLY {} ON metrics_usageevent ({})"
SWAP = (
    "ALTER TABLE metrics_usageevent DROP CONSTRAINT usage_event_once,"
    " ADD CONSTRAINT usage_event_once UNIQUE USING INDEX {}"
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("metrics", "0018_rows_in_chunks"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name="usageevent", name=OLD.name),
                migrations.AddConstraint(model_name="usageevent", constraint=NEW),
            ],
            database_operations=[
                RunBeside(BUILD.format("usage_event_key", "event_key"), migrations.RunSQL.noop),
                migrations.RunSQL(
                    SWAP.format("usage_event_key"), SWAP.format("usage_event_account")
                ),
                RunBeside(
                    migrations.RunSQL.noop,
                    BUILD.format("usage_event_account", "event_key, account_id"),
                ),
            ],
        ),
    ]
