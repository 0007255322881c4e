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
    longer than its making takes, and would copy pages that forked workers share. Rounds come
    at every tenth page or so and take 3 ms; at every hundredth they took 70, and more in all, for
    what a page leaves behind has left the processor's caches by then.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 20)


application = get_wsgi_application()
settle()
