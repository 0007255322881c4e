"""Coming in, finding one's way, one's own profile; users, owners and the organisation."""

from accounts.views.doors import demo_log_in
from accounts.views.jump import jump
from accounts.views.organisation import organisation
from accounts.views.owner import owner
from accounts.views.profile import password_change, profile
from accounts.views.users import user, user_close, user_link, user_reopen, users

__all__ = [
    "demo_log_in",
    "jump",
    "organisation",
    "owner",
    "password_change",
    "profile",
    "user",
    "user_close",
    "user_link",
    "user_reopen",
    "users",
]
