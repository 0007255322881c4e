"""Accounts found by a piece of their name."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper

from accounts.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # built beside those who write
    atomic = False

    dependencies = [
        ("accounts", "0007_newest_records"),
    ]

    operations = [
        AddIndexBeside(
            model_name="account",
            index=GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="account_name_pieces"),
        ),
    ]
