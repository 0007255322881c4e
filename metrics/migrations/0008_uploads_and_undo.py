"""Uploads in parts, what imports replaced, and batches that were undone."""

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_tags_shortcuts_setup"),
        ("metrics", "0007_notes_tasks_marks_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Replaced",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("batch_id", models.BigIntegerField()),
                ("table", models.CharField(max_length=40)),
                ("object_id", models.BigIntegerField()),
                ("before", models.JSONField()),
                ("after", models.JSONField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=20)),
                ("file_name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField(default=0)),
                ("lines", models.BigIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("mapping", models.JSONField(default=dict)),
                (
                    "known_at_mode",
                    models.CharField(
                        choices=[("import", "Import"), ("occurred", "Occurred")],
                        default="import",
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mapping", "Columns to be chosen"),
                            ("checking", "Being checked"),
                            ("checked", "Checked"),
                            ("applying", "Being imported"),
                            ("applied", "Imported"),
                        ],
                        default="mapping",
                        max_length=8,
                    ),
                ),
                ("report", models.JSONField(blank=True, default=dict)),
                ("error", models.TextField(blank=True)),
                ("rows_done", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="UploadPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="batch",
            name="batch_law_of_counts",
        ),
        migrations.AddField(
            model_name="batch",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="is_undoable",
            field=models.BooleanField(db_default=False, default=True),
        ),
        migrations.AddField(
            model_name="batch",
            name="undo_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="batch",
            name="undo_note",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="batch",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="batch",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="batch",
            name="state",
            field=models.CharField(
                choices=[
                    ("running", "Running"),
                    ("finished", "Finished"),
                    ("failed", "Failed"),
                    ("undone", "Undone"),
                ],
                default="running",
                max_length=8,
            ),
        ),
        # read in one go and small: a second for millions of rows
        migrations.AddIndex(
            model_name="usageevent",
            index=BrinIndex(fields=["batch_id"], name="usage_batch"),
        ),
        migrations.AddIndex(
            model_name="replaced",
            index=models.Index(fields=["batch_id", "table"], name="replaced_batch"),
        ),
        migrations.AddIndex(
            model_name="replaced",
            index=models.Index(fields=["table", "object_id"], name="replaced_object"),
        ),
        migrations.AddField(
            model_name="upload",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="upload",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="batches",
                to="metrics.upload",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["finished", "undone"]), _negated=True),
                    (
                        "received",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("accepted"), "+", models.F("duplicate")
                            ),
                            "+",
                            models.F("quarantined"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="batch_law_of_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "undone"), ("undone_at__isnull", False)),
                    models.Q(
                        models.Q(("state", "undone"), _negated=True), ("undone_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="batch_undone_has_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["finished", "undone"])),
                fields=("upload",),
                name="batch_upload_once",
            ),
        ),
        migrations.AddField(
            model_name="uploadpart",
            name="upload",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="metrics.upload",
            ),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(
                condition=models.Q(("state__in", ["checking", "applying"])),
                fields=["asked_at"],
                name="upload_to_do",
            ),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["source", "-id"], name="upload_source_newest"),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_at__isnull", True),
                    ("state__in", ["checking", "applying"]),
                    _connector="OR",
                ),
                name="upload_claimed_while_worked_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadpart",
            constraint=models.UniqueConstraint(
                fields=("upload", "number"), name="upload_part_once"
            ),
        ),
    ]
