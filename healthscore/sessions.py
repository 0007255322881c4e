"""Sessions in PostgreSQL, read with a statement that stands ready: every request asks for one."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


# the name is part of what signs a session
class SessionStore(db.SessionStore):
    """Django's own, but for how it reads."""

    def _validate_session_key(self, key: str) -> bool:
        """What was never given to anybody is not asked for: PostgreSQL refuses NUL as a text."""
        is_key = super()._validate_session_key(key)  # type: ignore[misc]  # not in the stubs
        return bool(is_key) and "\x00" not in key

    def load(self) -> dict[str, Any]:
        """What is kept under this key; nothing, and no key, where that is over or unknown."""
        with connection.cursor() as cursor:
            cursor.execute(READ, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])
