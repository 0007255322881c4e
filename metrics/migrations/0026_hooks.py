"""Webhooks: addresses, their secrets, and which deliveries came."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0025_kept_replies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Hook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("source", models.CharField(max_length=20)),
                ("mapping", models.TextField()),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            (
                                "standard",
                                "Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature)",
                            ),
                            ("stripe", "One header t=…,v1=… over timestamp.body (as Stripe)"),
                            ("dotted", "timestamp.body, the timestamp in a header of its own"),
                            ("joined", "Timestamp and body with nothing between (as Zendesk)"),
                            ("body", "The body alone (as Typeform, GitHub)"),
                        ],
                        max_length=10,
                    ),
                ),
                ("signature_header", models.CharField(blank=True, max_length=100)),
                ("timestamp_header", models.CharField(blank=True, max_length=100)),
                ("delivery_header", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("refused", models.BigIntegerField(default=0)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="batch",
            name="hook",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="batches",
                to="metrics.hook",
            ),
        ),
        migrations.CreateModel(
            name="HookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("delivery_id", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField()),
                ("received", models.IntegerField(default=0)),
                ("accepted", models.IntegerField(default=0)),
                ("duplicate", models.IntegerField(default=0)),
                ("quarantined", models.IntegerField(default=0)),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="metrics.batch",
                    ),
                ),
                (
                    "hook",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="metrics.hook",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HookSecret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("sealed", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="metrics.hook",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="hook",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="hook_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="hook",
            constraint=models.CheckConstraint(
                condition=models.Q(("mapping", ""), _negated=True), name="hook_has_a_mapping"
            ),
        ),
        migrations.AddIndex(
            model_name="hookdelivery",
            index=models.Index(fields=["received_at"], name="hook_delivery_old"),
        ),
        migrations.AddConstraint(
            model_name="hookdelivery",
            constraint=models.UniqueConstraint(
                fields=("hook", "delivery_id"), name="hook_delivery_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="hooksecret",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("hook", "place"),
                name="hook_two_live_secrets",
            ),
        ),
        migrations.AddConstraint(
            model_name="hooksecret",
            constraint=models.CheckConstraint(
                condition=models.Q(("place__gte", 1), ("place__lte", 2)), name="hook_secret_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="hooksecret",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), models.Q(("sealed", ""), _negated=True)),
                    models.Q(("ended_at__isnull", False), ("sealed", "")),
                    _connector="OR",
                ),
                name="hook_secret_is_wiped",
            ),
        ),
    ]
