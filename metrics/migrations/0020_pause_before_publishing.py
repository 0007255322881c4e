"""A run that could not be published is tried again after a pause."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0019_usage_by_key_alone"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="publish_after",
            field=models.DateTimeField(null=True),
        ),
    ]
