"""The first published scorecard: what the catalogue says when the product is installed."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

from metrics.signals.defaults import default_config


def publish_default(apps: Any, schema_editor: Any) -> None:
    apps.get_model("metrics", "Scorecard").objects.create(
        version=1,
        state="published",
        body=default_config().to_dict(),
        published_at=timezone.now(),
        reason="Defaults at installation",
    )


def remove_default(apps: Any, schema_editor: Any) -> None:
    apps.get_model("metrics", "Scorecard").objects.filter(version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("metrics", "0002_partitioned_tables")]

    operations = [migrations.RunPython(publish_default, remove_default)]
