"""Since when a feature that nobody has described is there."""

from __future__ import annotations

from django.db import migrations, models

KNOWN = """
UPDATE metrics_feature f SET first_used_on = seen.day
FROM (
    SELECT feature_id, min(first_day) AS day FROM metrics_feature_calendar GROUP BY feature_id
) seen
WHERE f.id = seen.feature_id
"""


class Migration(migrations.Migration):
    """A nullable column, and what the calendars know of it: a handful of rows."""

    dependencies = [("metrics", "0005_feature_calendar")]

    operations = [
        migrations.AddField(
            model_name="feature",
            name="first_used_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
