"""Every door from outside. A page that shows health lives in metrics.

Of allauth only the log-in is open: nobody signs up, and passwords are given by an admin.
"""

from allauth.account import views as login
from django.urls import path

from healthscore.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("log-in/", login.login, name="account_login"),
    path("log-out/", login.logout, name="account_logout"),
    path("log-in/inactive/", login.account_inactive, name="account_inactive"),
]
