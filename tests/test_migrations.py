"""Migrations are complete, and safe to run under a working installation."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# an index that is built beside those who write cannot be described inside a transaction
@pytest.mark.django_db(transaction=True)
def test_no_migration_locks_out_readers_or_breaks_the_release_before() -> None:
    call_command("lintmigrations", warnings_as_errors=[], verbosity=0)
