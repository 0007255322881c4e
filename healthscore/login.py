"""How people log in: by e-mail, and only those whom an admin has made."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up: users are made by an admin."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
