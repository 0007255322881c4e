"""Every door from outside. A page that shows health lives in metrics."""

from django.urls import include, path

from healthscore.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("accounts.urls")),
    path("", include("metrics.urls")),
]
