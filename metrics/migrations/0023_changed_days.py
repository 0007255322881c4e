"""Imports only add to a list of changed days, which rollups take from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0022_past_of_a_run"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("day", models.DateField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id"], name="changed_day_by_account"),
                    models.Index(fields=["day"], name="changed_day_newest"),
                ],
            },
        ),
    ]
