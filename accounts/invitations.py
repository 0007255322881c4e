"""Letting somebody in: a user without a password, and the link with which she sets it.

The link is mailed; where there is no mail server the admin sees it once, to pass it on herself.
"""

from __future__ import annotations

import logging

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.models import Account, User

KEY = "invitation"
log = logging.getLogger(__name__)


class Taken(Exception):
    """Somebody else has invited the same e-mail in the meantime."""


def invite(user: User) -> User:
    """Stores a user who cannot log in yet; accounts that an import gave to her e-mail are hers.
    Raises Taken.
    """
    user.set_unusable_password()
    with transaction.atomic():
        _store(user)
        Account.objects.all().waiting_for(user).update(owner=user)
    return user


def _store(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if not User.objects.filter(email__iexact=user.email).exists():
            raise
        raise Taken from error


def has_mail_server() -> bool:
    """Whether mails reach anybody: without a server they stand in the log of the web process."""
    return "console" not in settings.EMAIL_BACKEND


def send_link(request: HttpRequest, user: User) -> bool:
    """Mails the link and says so; without a mail server, or while it is down, the link is kept for
    `pop_link`.
    """
    adapter = get_adapter(request)
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    link = adapter.get_reset_password_from_key_url(f"{user_pk_to_url_str(user)}-{token}")
    if has_mail_server():
        context = {"user": user, "link": link, "by": request.user}
        try:
            adapter.send_mail("account/email/invitation", user.email, context)
        except OSError as error:  # whatever smtplib raises is one
            log.warning("an invitation was not mailed: %s", error)
        else:
            return True
    request.session[KEY] = {"to": user.email, "link": link}
    return False


def pop_link(request: HttpRequest) -> dict[str, str] | None:
    """The link that waits to be copied, {"to", "link"}: it is shown once and then forgotten."""
    waiting: dict[str, str] | None = request.session.pop(KEY, None)
    return waiting
