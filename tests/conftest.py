"""What every test may rely on: the embedded servers and a browser, started when first needed."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django import DjangoDbBlocker

from healthscore.embedded.servers import in_use
from metrics.models import Scorecard
from tests.chromium import CHROMIUM, OPTIONS

# A law holds however slow a machine is that has other work, too: parallel workers are such work.
hypothesis_settings.register_profile(
    "patient",
    hypothesis_settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("patient")

# What takes minutes begins first: at the end one worker would be left alone with it. What keeps a
# processor busy stands beside what mostly waits for other processes.
LONGEST = (
    "tests/browser/test_pages.py",
    "tests/test_run.py",
    "tests/browser/test_hostile.py",
    "tests/faults/",
    "tests/browser/test_scorecard.py",
    "tests/test_compose.py",
    "tests/signals/test_laws.py",
    "tests/signals/test_heard_laws.py",
    "tests/operations/",
    "tests/browser/",
    "tests/nightly/",
    "tests/management/",
    "tests/reference/test_from_files.py",
)


# what counts lines and branches runs these, see .ci/run
CORE = ("tests/signals/", "tests/scoring/", "tests/accounts/")


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests of the pure core say so."""
    if item.nodeid.startswith(CORE):
        item.add_marker("core")


@pytest.hookimpl(trylast=True)  # pytest-django has sorted by how tests use the database
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; all others, and the tests of a file, in the order they were in."""
    items.sort(key=lambda item: begins(item.nodeid))


def begins(nodeid: str) -> int:
    """The place in LONGEST, or behind all of them."""
    found = (place for place, start in enumerate(LONGEST) if nodeid.startswith(start))
    return next(found, len(LONGEST))


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """The embedded test servers run until the end of this process."""
    with in_use(settings.TEST_PLACE):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    servers: None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Before pytest-django makes its database: one for each worker of a parallel run."""


@pytest.fixture(scope="session")
def installed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[Scorecard]:
    """The rows that migrations made."""
    with django_db_blocker.unblock():
        return list(Scorecard.objects.all())


# Django empties the tables that it manages after a test with real transactions; these it does not
UNMANAGED = (
    "metrics_usage_user_day, metrics_activity_calendar, metrics_feature_calendar, metrics_snapshot"
)
REAL = {"transactional_db", "live_server"}


@pytest.fixture(autouse=True)
def as_installed(request: pytest.FixtureRequest, _django_db_marker: None) -> Iterator[None]:
    """Whatever ran before, every test finds what migrations made, and nothing else in any table."""
    marker = request.node.get_closest_marker("django_db")
    real = REAL & set(request.fixturenames) or (marker and marker.kwargs.get("transaction"))
    if marker or {"db", *REAL} & set(request.fixturenames):
        rows = request.getfixturevalue("installed")  # read before the first test empties them
        request.getfixturevalue("transactional_db" if real else "db")
        if not Scorecard.objects.exists():
            Scorecard.objects.bulk_create(rows)
    yield
    if real:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {UNMANAGED}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine. Without one a test is skipped, but fails where CI is set."""
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with a session of its own; afterwards its console must be free of errors.

    A violation of the content security policy is such an error.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    opened = context.new_page()
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()
    assert problems == []
