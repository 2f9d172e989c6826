"""Settings of the tests: real PostgreSQL and Redis, quick passwords, e-mails kept in memory, jobs run where they are enqueued."""

import os
from urllib.parse import urlsplit, urlunsplit

from cryptography.fernet import Fernet

# Each worker of a parallel run has a database and a Redis database of its own on the servers that the run started.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
for _name, _path in (
    ("DATABASE_URL", f"/waypost_test_{_worker or 'main'}"),
    ("REDIS_URL", f"/{1 + 2 * int(_worker.removeprefix('gw') or 0)}"),
):
    os.environ[_name] = urlunsplit(urlsplit(os.environ[_name])._replace(path=_path))

os.environ.setdefault("LOG_LEVEL", "WARNING")

from config.settings.base import *  # noqa: E402, F403
from config.settings.base import INSTALLED_APPS, PLATFORM_PATHS  # noqa: E402

SECRET_KEY = "only-for-tests-" + "x" * 50
FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
INSTALLED_APPS = [*INSTALLED_APPS, "devtools"]
PLATFORM_PATHS = (*PLATFORM_PATHS, "/__mail__/")
BASE_URL = "http://localhost:8000"
PLATFORM_HOST_SUFFIX = "localhost"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Static files as they lie in the sources: nothing was collected.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
