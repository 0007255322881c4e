"""Whether a day before was published since the portfolio's rows of a run were written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0020_pause_before_publishing"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="are_rows_stale",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
