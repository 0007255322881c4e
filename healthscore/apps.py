"""The project as a Django app, so that every process has the Celery app as its default one."""

from django.apps import AppConfig


class HealthscoreConfig(AppConfig):
    name = "healthscore"

    def ready(self) -> None:
        # Without this import a view or a command would send to Celery's built-in default
        # broker instead of ours.
        import healthscore.celery  # noqa: F401
