"""A real browser opens a page of ours under the strict policy."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_is_told_and_the_console_stays_quiet(
    page: Page, live_server: LiveServer
) -> None:
    User.objects.create_user("ana@example.com", "correct horse battery")

    page.goto(f"{live_server.url}/log-in/")
    page.fill("[name=login]", "ana@example.com")
    page.fill("[name=password]", "wrong")
    page.click("button[type=submit]")

    assert "not correct" in page.inner_text("body")
