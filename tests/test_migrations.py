"""Migrations are complete, and safe to run under a working installation."""

import pytest
from django.core.management import call_command

CHECKED_BY_HAND = [
    "0004_flags_overrides_lines",  # a unique index on a handful of scorecards
    "0005_feature_calendar",  # new columns have defaults; the old key is replaced, no row is lost
]


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_no_migration_locks_out_readers_or_breaks_the_release_before() -> None:
    call_command("lintmigrations", ignore_name=CHECKED_BY_HAND, warnings_as_errors=[], verbosity=0)
