"""An index for who moved most in seven days."""

from django.db import migrations, models

from accounts.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # built beside those who write
    atomic = False

    dependencies = [
        ("metrics", "0012_points_spread"),
    ]

    operations = [
        AddIndexBeside(
            model_name="accountcurrent",
            index=models.Index(fields=["run_id", "change_7"], name="current_week"),
        ),
    ]
