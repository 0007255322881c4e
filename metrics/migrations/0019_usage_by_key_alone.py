"""An event is known by its key alone: one probe of one index says whether it was there before."""

from django.db import migrations, models

OLD = models.UniqueConstraint(fields=["event_key", "account"], name="usage_event_once")
NEW = models.UniqueConstraint(fields=["event_key"], name="usage_event_once")
# the new index is built beside those who write, and takes the old one's place in one short step
FORWARDS = (
    "CREATE UNIQUE INDEX CONCURRENTLY usage_event_key ON metrics_usageevent (event_key)",
    "ALTER TABLE metrics_usageevent DROP CONSTRAINT usage_event_once,"
    " ADD CONSTRAINT usage_event_once UNIQUE USING INDEX usage_event_key",
)
BACKWARDS = (
    "ALTER TABLE metrics_usageevent DROP CONSTRAINT usage_event_once,"
    " ADD CONSTRAINT usage_event_once UNIQUE USING INDEX usage_event_account",
    "CREATE UNIQUE INDEX CONCURRENTLY usage_event_account"
    " ON metrics_usageevent (event_key, account_id)",
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
                migrations.RunSQL(sql=forwards, reverse_sql=backwards)
                for forwards, backwards in zip(FORWARDS, BACKWARDS, strict=True)
            ],
        ),
    ]
