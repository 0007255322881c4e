"""Feature calendars tell what came in about the newest day from what came in about all before it."""

from django.db import migrations

# empty in the rows that there are: they are as late as whatever came last, until their next change
COLUMNS = """
ALTER TABLE metrics_feature_calendar
    ADD COLUMN newest_day date, ADD COLUMN known_before timestamptz
"""
UNDO = "ALTER TABLE metrics_feature_calendar DROP COLUMN newest_day, DROP COLUMN known_before"


class Migration(migrations.Migration):
    dependencies = [("metrics", "0023_changed_days")]

    operations = [migrations.RunSQL(COLUMNS, UNDO)]
