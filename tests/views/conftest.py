"""The four users, and a run whose rows a test makes; both only where a test asks for them."""

from __future__ import annotations

import pytest

from accounts.models import User
from metrics.models import Run
from tests.views.nights import make_team
from tests.views.rows import make_run


@pytest.fixture
def team(db: None) -> dict[str, User]:
    return make_team()


@pytest.fixture
def run(db: None) -> Run:
    return make_run()
