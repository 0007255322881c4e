"""Every door from outside. A page that shows health lives in metrics."""

from django.urls import include, path

from healthscore.health import healthz, readyz

handler500 = "healthscore.health.unavailable"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("accounts.urls")),
    path("", include("metrics.urls")),
]
