"""An installation with synthetic data becomes an empty one again."""

from __future__ import annotations

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from accounts.models import Organisation, User
from metrics.ingest import batches
from metrics.ingest.invented import PASSWORD, USERS
from metrics.ingest.retries import again
from metrics.ingest.tables import execute
from metrics.models.demo import DemoLoad, NotInvented

# who works here, and what they set up; a table that is not named here is emptied
KEPT = {
    "accounts_organisation",
    "accounts_user",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "metrics_expectation",
    "metrics_heartbeat",
    "metrics_hook",
    "metrics_hooksecret",
    "metrics_savedview",
    "metrics_scorecard",
    "metrics_writekey",
}
PATIENCE = "5s"  # for chunks and imports that are just being written


def emptied() -> list[str]:
    """Tables of accounts, of facts about them, and of what was made of those."""
    ours = {
        model._meta.db_table
        for name in ("accounts", "metrics")
        for model in apps.get_app_config(name).get_models(include_auto_created=True)
    }
    return sorted(ours - KEPT)


def remove_all(*, by: User) -> bool:
    """All or nothing: without accounts, facts, imports and nights; invented colleagues other than
    `by` can no longer log in, for everybody knows their password. A chunk or an import that is on
    its way finds its row gone, and stores nothing. Raises NotInvented; OperationalError (55P03)
    where something held its tables for too long.

    Whether `by` herself has that password still, and so leaves a door open.
    """
    again(lambda: _remove(by))
    return by.check_password(PASSWORD)


@transaction.atomic
def _remove(by: User) -> None:
    batches.enter_pushed(alone=True)
    execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    organisation = Organisation.objects.select_for_update().get(pk=Organisation.current().pk)
    if not organisation.is_demo or any(load.is_open for load in DemoLoad.objects.all()):
        raise NotInvented
    tables = sql.SQL(", ").join(map(sql.Identifier, emptied()))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {}").format(tables))
    invented = [email for email, *_ in USERS]
    User.objects.filter(email__in=invented).exclude(pk=by.pk).update(is_active=False)
    organisation.is_demo = False
    organisation.save(update_fields=["is_demo"])
