import os

from celery import Celery
from celery.signals import worker_process_init

from config.memory import keep_loaded_code

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("waypost")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect(weak=False)
def begin_process(**_kwargs):
    keep_loaded_code()
