"""How the points of each signal are spread over the accounts of a run."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0011_expectations"),
    ]

    operations = [
        migrations.CreateModel(
            name="PointsSpread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.BigIntegerField()),
                ("code", models.CharField(max_length=3)),
                (
                    "below",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), size=101
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run_id", "code"), name="points_spread_once")
                ],
            },
        ),
    ]
