"""The web door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthscore.settings")
os.environ["HEALTHSCORE_ROLE"] = "web"

application = get_wsgi_application()
