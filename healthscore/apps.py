"""The project as Django apps."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class HealthscoreConfig(AppConfig):
    """Here so that every process has our Celery app as its default one."""

    name = "healthscore"

    def ready(self) -> None:
        # Without this import a view or a command would send to Celery's built-in default
        # broker instead of ours.
        import healthscore.celery  # noqa: F401


class StaticConfig(StaticFilesConfig):
    """collectstatic without the parts of Tabler that nothing uses, flags and cards and the like."""

    ignore_patterns: list[str] = [
        *StaticFilesConfig.ignore_patterns,
        *(f"tabler-{part}*" for part in ("flags", "payments", "socials", "marketing", "vendors")),
        "*.scss",
        "*.d.css.ts",
    ]
