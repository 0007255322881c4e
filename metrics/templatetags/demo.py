"""What the log-in page offers: the invented users of a demo, or how the first admin is made."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.db.models import Count

from accounts.forms import DemoLogInForm
from accounts.invitations import has_mail_server
from accounts.models import Organisation, Role, User
from metrics.templatetags.formats import plural

register = template.Library()
SAYS = {Role.MANAGER: "manages the team", Role.ADMIN: "sets up the scorecard"}


@register.simple_tag
def demo_roles() -> list[dict[str, Any]]:
    """One per user with what she does; none where the data is real."""
    if not (settings.DEMO_LOG_IN and Organisation.current().is_demo):
        return []
    order = DemoLogInForm.EMAILS
    users = User.objects.filter(email__in=order, is_active=True).annotate(owned=Count("book"))
    return [
        {
            "user": user,
            "name": user.name.split(" ")[0],
            "says": SAYS.get(Role(user.role)) or f"owns {plural(user.owned, 'account')}",
        }
        for user in sorted(users, key=lambda user: order.index(user.email))
    ]


@register.simple_tag
def has_no_user() -> bool:
    """Whether nobody could log in yet: a fresh installation."""
    return not User.objects.exists()


@register.simple_tag
def mails_go_to_log() -> bool:
    """Whether mails are only printed, because no mail server is set."""
    return not has_mail_server()
