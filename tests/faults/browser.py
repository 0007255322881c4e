"""Somebody at a browser: logged in, with cookies, against a real web process."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User

TOKEN = "t" * 32


@dataclass
class Answer:
    """Of a page, and how long it took."""

    status: int
    body: str
    headers: Mapping[str, str]
    seconds: float


class Browser:
    """A user with a session in the database of the case."""

    def __init__(self, port: int, email: str = "ada@example.com") -> None:
        self.port = port
        user = User.objects.get(email=email)
        engine = import_module("django.contrib.sessions.backends.db")
        session: SessionStore = engine.SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        self.headers = {
            "Cookie": f"sessionid={session.session_key}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }

    @classmethod
    def stranger(cls, port: int) -> Browser:
        """Without a session: a load balancer, say."""
        found = cls.__new__(cls)
        found.port, found.headers = port, {}
        return found

    def get(self, path: str) -> Answer:
        """Raises OSError where nothing answers."""
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        """A form."""
        return self._ask("POST", path, urlencode(fields), "application/x-www-form-urlencoded")

    def send(self, path: str, name: str, data: str) -> Answer:
        """A form with a file."""
        lines = [
            "--b",
            f'Content-Disposition: form-data; name="file"; filename="{name}"',
            "Content-Type: text/csv",
            "",
            data,
            "--b--",
            "",
        ]
        return self._ask("POST", path, "\r\n".join(lines), "multipart/form-data; boundary=b")

    def _ask(self, method: str, path: str, body: str = "", kind: str = "") -> Answer:
        began = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
            headers = self.headers | ({"Content-Type": kind} if kind else {})
            line.request(method, path, body=body or None, headers=headers)
            answer = line.getresponse()
            text = answer.read().decode("utf-8", errors="replace")
            took = time.monotonic() - began
            return Answer(answer.status, text, dict(answer.getheaders()), took)
