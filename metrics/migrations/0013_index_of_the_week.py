"""An index for who moved most in seven days."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # built beside those who write
    atomic = False

    dependencies = [
        ("metrics", "0012_points_spread"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="accountcurrent",
            index=models.Index(fields=["run_id", "change_7"], name="current_week"),
        ),
    ]
