"""What every test may rely on: an embedded PostgreSQL and a broker, started when first needed."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from healthscore.embedded.servers import in_use


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """The embedded test servers run until the end of this process."""
    with in_use(settings.TEST_PLACE):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """Before pytest-django makes its database."""
