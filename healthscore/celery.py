"""The Celery app. Messages are wake-up calls only: what there is to do stands in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthscore.settings")

app = Celery("healthscore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# by name: it needs the models, which are not there before Django is set up
app.steps["worker"].add("healthscore.watchdog:Watchdog")
