"""The floor of a page: a bare Django view that returns the same bytes with the same headers, from memory."""

import json
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="unused", MIDDLEWARE=[])  # noqa: S106
django.setup()

FOLDER = Path(os.environ["BENCH_DIR"]) / "floor"
BODIES = {file.stem: file.read_bytes() for file in FOLDER.glob("*.body")}
HEADERS = {file.stem: json.loads(file.read_text()) for file in FOLDER.glob("*.json")}


def page(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(BODIES[name], headers=HEADERS[name])


urlpatterns = [path("<slug:name>/", page)]
application = get_wsgi_application()
