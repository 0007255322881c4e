"""The portfolio's rows of a run are written in chunks, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0017_newest_records"),
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
                    ("show", "Show"),
                ],
                default="score",
                max_length=7,
            ),
        ),
    ]
