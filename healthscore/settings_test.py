"""Settings for tests: the same, on a cluster of their own that may lose data."""

import os

os.environ["HEALTHSCORE_LOCAL"] = "1"
os.environ.setdefault("HEALTHSCORE_ROLE", "command")
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
# Playwright's synchronous API runs an event loop, in which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from healthscore.databases import database
from healthscore.embedded.places import TEST, Place
from healthscore.settings import *
from healthscore.settings import BASE_DIR, CELERY_BROKER_TRANSPORT_OPTIONS, INSTALLED_APPS, env

TEST_PLACE = Place(BASE_DIR, TEST)
# Ordinary tests never use the servers of a running installation, even when it is configured.
DATABASE_URL = env.str("HEALTHSCORE_TEST_DATABASE_URL", TEST_PLACE.database_url)
TEST_DATABASE = env.str("HEALTHSCORE_TEST_DB", "test_healthscore")
DATABASES = {
    "default": database(DATABASE_URL, role="command")
    | {"CONN_MAX_AGE": 0, "TEST": {"NAME": TEST_DATABASE}},
}
CELERY_BROKER_URL = env.str("HEALTHSCORE_TEST_REDIS_URL", TEST_PLACE.broker_url)
# Queues of its own for every database: a parallel worker must not purge or do another's tasks.
# pytest-django adds pytest-xdist's name of the worker to that of the database by itself.
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
    "global_keyprefix": f"{TEST_DATABASE}_{env.str('PYTEST_XDIST_WORKER', '')}:"
}
# A test that calls two ticks means two.
TICK_SECONDS = 0.0
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Argon2 is slow on purpose; the tests that look at it name it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Look a static file up when it is asked for: every test client would read all folders anew.
WHITENOISE_AUTOREFRESH = True
# pytest-django's live server looks for this very name before it serves static files.
INSTALLED_APPS[INSTALLED_APPS.index("healthscore.apps.StaticConfig")] = "django.contrib.staticfiles"
# For tests/test_migrations.py. 0002 makes new tables with SQL of its own; the linter takes the
# columns of a new table for changes of an old one.
INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {
    "project_root_path": BASE_DIR,
    "include_apps": ["accounts", "metrics"],
    # checked by hand: new tables; a unique index on a handful of scorecards; new columns with
    # defaults, and a key that is replaced without losing a row; a unique index on a new
    # column, and one of blocks that is made in a second; indexes on accounts and people, of which
    # there are few; a unique index that was built beside those who write and takes the place of a
    # wider one in one short step; two empty columns, which only the way back drops
    "ignore_name": [
        "0002_partitioned_tables",
        "0003_tags_shortcuts_setup",
        "0004_set_up_step_and_names_by_pieces",
        "0004_flags_overrides_lines",
        "0005_feature_calendar",
        "0008_uploads_and_undo",
        "0019_usage_by_key_alone",
        "0024_known_before",
    ],
    "no_cache": True,
}
