"""Addresses of who: log-in, password, profile, users, owners, settings, and the jump box.

Of allauth only these are open: nobody signs up, and users are made by an admin.
"""

from allauth.account import views as allauth
from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("jump/", views.jump, name="jump"),
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.password_change, name="account_change_password"),
    path("users/", views.users, name="users"),
    path("users/<int:pk>/", views.user, name="user"),
    path("users/<int:pk>/close/", views.user_close, name="user_close"),
    path("users/<int:pk>/reopen/", views.user_reopen, name="user_reopen"),
    path("users/<int:pk>/link/", views.user_link, name="user_link"),
    path("settings/", views.organisation, name="organisation"),
    path("accounts/<int:pk>/owner/", views.owner, name="owner"),
    path("log-in/", allauth.login, name="account_login"),
    path("log-in/demo/", views.demo_log_in, name="demo_log_in"),
    path("log-in/inactive/", allauth.account_inactive, name="account_inactive"),
    path("log-out/", allauth.logout, name="account_logout"),
    path("password/", allauth.password_reset, name="account_reset_password"),
    path("password/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    # the key has dashes of its own
    re_path(
        r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
