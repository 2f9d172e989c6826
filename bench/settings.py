"""Settings of the measured web server: those of a real installation, spoken to without a proxy in front."""

from config.settings.production import *  # noqa: F403
from config.settings.production import STORAGES, env

# What a proxy would do.
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "session", "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
# Nothing was collected; the names of static files are no part of what is measured.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = env.str("BENCH_DIR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
