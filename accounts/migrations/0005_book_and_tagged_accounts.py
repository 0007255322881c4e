"""Indexes for the ids of a book, and for the accounts that have tags."""

from django.db import migrations, models

from accounts.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # built beside those who write
    atomic = False

    dependencies = [
        ("accounts", "0004_set_up_step_and_names_by_pieces"),
    ]

    operations = [
        AddIndexBeside(
            model_name="account",
            index=models.Index(
                condition=models.Q(("tags", []), _negated=True),
                fields=["owner"],
                name="account_tagged",
            ),
        ),
        AddIndexBeside(
            model_name="account",
            index=models.Index(fields=["owner", "id"], name="account_book"),
        ),
    ]
