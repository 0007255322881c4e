"""Log-in, health check, and the headers of every answer."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.fixture(autouse=True)
def ana() -> User:
    cache.clear()
    return User.objects.create_user("ana@example.com", PASSWORD)


def log_in(client: Client, *, email: str = "ana@example.com", password: str = PASSWORD) -> int:
    answer = client.post("/log-in/", {"login": email, "password": password})
    return answer.status_code


def test_a_user_logs_in_by_e_mail_and_out_again(client: Client) -> None:
    assert log_in(client) == 302
    assert client.session["_auth_user_id"]

    assert client.post("/log-out/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_stays_outside(client: Client) -> None:
    assert log_in(client, password="wrong") == 200
    assert "_auth_user_id" not in client.session


def test_a_deactivated_user_stays_outside(client: Client, ana: User) -> None:
    ana.is_active = False
    ana.save()

    log_in(client)

    assert "_auth_user_id" not in client.session


def test_the_sixth_wrong_password_locks_that_user_and_no_other(client: Client) -> None:
    User.objects.create_user("ben@example.com", PASSWORD)
    for _ in range(5):
        log_in(client, password="wrong")

    log_in(client)
    assert "_auth_user_id" not in client.session

    log_in(client, email="ben@example.com")
    assert "_auth_user_id" in client.session


def test_a_forged_proxy_header_does_not_reset_the_lock(client: Client) -> None:
    for number in range(30):
        client.post("/log-in/", {}, headers={"X-Forwarded-For": f"192.0.2.{number}"})

    answer = client.post("/log-in/", {}, headers={"X-Forwarded-For": "192.0.2.99"})

    assert answer.status_code == 429


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_set_password"])
def test_nobody_signs_up(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["/healthz", "/log-in/", "/no-such-page"])
def test_every_answer_carries_the_strict_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers

    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


def test_what_a_user_sees_is_not_kept_by_caches(client: Client) -> None:
    log_in(client)

    assert client.get("/no-such-page").headers["Cache-Control"] == "no-store"


def test_the_health_check_needs_nobody_logged_in(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def gone() -> None:
    raise OperationalError


def test_a_process_lives_without_its_database_but_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "cursor", gone)

    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert (answer.json()["database"], answer.json()["reasons"][-1]) == (
        "away",
        "the database does not answer",
    )


def test_a_page_without_its_database_asks_to_come_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(client)
    client.raise_request_exception = False
    monkeypatch.setattr(connection, "cursor", gone)

    answer = client.get("/profile/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
