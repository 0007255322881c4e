"""The web door for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthscore.settings")
os.environ["HEALTHSCORE_ROLE"] = "web"


def settle() -> None:
    """Loads every view before the first request, and takes what was loaded so far out of the
    garbage collector's rounds: with numpy and pandas in memory a full one would hold up a page for
    longer than its making takes, and would copy pages that forked workers share. What a page
    leaves behind goes by itself: rounds that look for circles are rare.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


application = get_wsgi_application()
settle()
