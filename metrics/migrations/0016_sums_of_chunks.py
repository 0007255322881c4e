"""The first pass of a run in chunks of its own, and what each of them found."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0015_supervision"),
    ]

    operations = [
        migrations.AlterField(
            model_name="runchunk",
            name="kind",
            field=models.CharField(
                choices=[
                    ("prepare", "Prepare"),
                    ("sum", "Sum"),
                    ("combine", "Combine"),
                    ("score", "Score"),
                ],
                default="score",
                max_length=7,
            ),
        ),
        migrations.CreateModel(
            name="ChunkSums",
            fields=[
                (
                    "chunk",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sums",
                        serialize=False,
                        to="metrics.runchunk",
                    ),
                ),
                ("body", models.BinaryField()),
            ],
        ),
    ]
