"""Settings of `make demo` and of a developer's machine."""

from config.settings.base import *  # noqa: F403
from config.settings.base import EMAIL_FILE_PATH, INSTALLED_APPS, PLATFORM_PATHS, env

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)

PLATFORM_HOST_SUFFIX = env.str("PLATFORM_HOST_SUFFIX", default="localhost")
INSTALLED_APPS = [*INSTALLED_APPS, "devtools"]
PLATFORM_PATHS = (*PLATFORM_PATHS, "/__mail__/")
if EMAIL_FILE_PATH:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
# Static files as they lie in the packages and the sources: nothing needs to be collected.
WHITENOISE_USE_FINDERS = True
