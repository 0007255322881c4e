"""Who is logged in: allauth's backend, but for how it reads the user of a session."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from accounts.models.lookup import row_of


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """By e-mail and password; every request asks for the user again."""

    def get_user(self, user_id: int) -> User | None:
        """The user of a session; None for one who may not log in any more."""
        user = row_of(User, user_id)
        return user if user and self.user_can_authenticate(user) else None
