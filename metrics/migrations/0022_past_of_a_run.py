"""A run keeps to the revisions of the nights before that it began with."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0021_stale_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="past",
            field=ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
    ]
