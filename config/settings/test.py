"""Settings of the tests: real PostgreSQL and Redis, quick passwords, e-mails kept in memory, jobs run where they are enqueued."""

from cryptography.fernet import Fernet

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, PLATFORM_PATHS

SECRET_KEY = "only-for-tests-" + "x" * 50
FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
INSTALLED_APPS = [*INSTALLED_APPS, "devtools"]
PLATFORM_PATHS = (*PLATFORM_PATHS, "/__mail__/")
BASE_URL = "http://localhost:8000"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Static files as they lie in the sources: nothing was collected.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
