"""Indexes for the newest record of a source."""

from django.db import migrations, models

from accounts.indexes import AddIndexBeside, RunBeside


class Migration(migrations.Migration):
    # built beside those who write
    atomic = False

    dependencies = [
        ("metrics", "0016_sums_of_chunks"),
    ]

    operations = [
        AddIndexBeside(
            model_name="survey",
            index=models.Index(fields=["sent_at"], name="survey_newest_sent"),
        ),
        AddIndexBeside(
            model_name="survey",
            index=models.Index(fields=["answered_at"], name="survey_newest_answered"),
        ),
        AddIndexBeside(
            model_name="ticket",
            index=models.Index(fields=["opened_at"], name="ticket_newest"),
        ),
        AddIndexBeside(
            model_name="trainingrecord",
            index=models.Index(fields=["completed_at"], name="training_newest"),
        ),
        # the page of sources asks for the newest day of usage
        RunBeside(
            "CREATE INDEX CONCURRENTLY activity_newest ON metrics_activity_calendar (last_day)",
            "DROP INDEX CONCURRENTLY IF EXISTS activity_newest",
        ),
    ]
