"""Indexes for the newest record of a source."""

from django.db import migrations, models

from accounts.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # built beside those who write
    atomic = False

    dependencies = [
        ("accounts", "0006_milestone_owner"),
    ]

    operations = [
        AddIndexBeside(
            model_name="arrmovement",
            index=models.Index(fields=["on"], name="arr_movement_newest"),
        ),
        AddIndexBeside(
            model_name="milestone",
            index=models.Index(fields=["completed_on"], name="milestone_newest"),
        ),
        AddIndexBeside(
            model_name="person",
            index=models.Index(fields=["provisioned_at"], name="person_newest"),
        ),
    ]
