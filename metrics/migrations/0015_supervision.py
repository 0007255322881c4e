"""Attempts to publish a run are counted, and workers leave signs of life."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0014_write_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="publishing",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "name",
                    models.CharField(max_length=200, primary_key=True, serialize=False),
                ),
                ("queues", models.CharField(blank=True, max_length=200)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("is_busy", models.BooleanField(default=False)),
            ],
        ),
    ]
