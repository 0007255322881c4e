"""How often each source is expected to speak."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0010_demo_load"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Expectation",
            fields=[
                ("source", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("every_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("grace_days", models.PositiveSmallIntegerField(default=0)),
                ("is_paused", models.BooleanField(default=False)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("every_days__isnull", True),
                                models.Q(("every_days__gte", 1), ("every_days__lte", 400)),
                                _connector="OR",
                            ),
                            ("grace_days__lte", 400),
                        ),
                        name="expectation_days_are_sane",
                    )
                ],
            },
        ),
    ]
