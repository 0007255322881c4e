"""`python -m healthscore.prepare`: bring the database up to date; safe to run twice or at once.

Prints one JSON line, {"accounts": how many there are}.
"""

import json
import os
import sys
import time

import django
from django.core.management import call_command
from django.db import OperationalError, connection

# Any number, as long as nobody else locks it.
LOCK = 0x4EA1_7A5C
TRIES = 15


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthscore.settings")
    os.environ["HEALTHSCORE_ROLE"] = "migrate"
    django.setup()
    from accounts.models import Account  # needs django.setup()

    migrate()
    sys.stdout.write(json.dumps({"accounts": Account.objects.count()}) + "\n")


def migrate() -> None:
    """Migrations and the cache's table.

    The connection gives up waiting for a lock after two seconds, so that nobody queues behind a
    migration; then it tries again.
    """
    for left in reversed(range(TRIES)):
        try:
            _wait_for_others()
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
        except OperationalError:
            if not left:
                raise
            time.sleep(1)
        else:
            return
        finally:
            connection.close()


def _wait_for_others() -> None:
    """Until nobody else prepares this database, however long an index takes. Asked again and again:
    a statement that waits would itself be waited for by who builds an index beside it.
    """
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.5)


if __name__ == "__main__":
    main()
