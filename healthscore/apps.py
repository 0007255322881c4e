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


# What browsers get from Inter is the upright font; of Tabler, see healthscore/tabler.py.
UNUSED_FONTS = ("*-italic*", "*opsz*", "*standard*", "*.scss", "*.d.css.ts")


class StaticConfig(StaticFilesConfig):
    """collectstatic without the files of front-end packages that no page asks for."""

    ignore_patterns: list[str] = [
        *StaticFilesConfig.ignore_patterns,
        *UNUSED_FONTS,
    ]
