"""Who sees to a value task."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_set_up_step_and_names_by_pieces"),
    ]

    operations = [
        migrations.AddField(
            model_name="milestone",
            name="owner",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
