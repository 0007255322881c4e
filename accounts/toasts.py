"""What the next page says of one's own action, with a way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest


def toast(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """One short sentence; `undo` is the address to which its button Undo posts."""
    messages.success(request, text, extra_tags=undo)
