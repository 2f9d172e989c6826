"""Settings of a real installation. It refuses to start with a secret that is missing or not a secret."""

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import (
    FIELD_ENCRYPTION_KEYS,
    SILENCED_SYSTEM_CHECKS,
    STORAGES,
    STRIPE_API_BASE,
    STRIPE_JS_URL,
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRET,
    env,
)

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", default="")
_NO_SECRETS = ("change-me", "django-insecure", "only-for-tests")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith(_NO_SECRETS):
    raise ImproperlyConfigured("SECRET_KEY must be a random text of at least 50 characters.")
if not FIELD_ENCRYPTION_KEYS:
    raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS must hold at least one Fernet key.")
for _key in FIELD_ENCRYPTION_KEYS:
    try:
        Fernet(_key)
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS must be Fernet keys, separated by commas.") from error
if not env.str("BASE_URL", default="").startswith("https://"):
    raise ImproperlyConfigured("BASE_URL must be the https:// address under which the platform is reached.")
# The measurements speak to an emulator on their own machine.
if not STRIPE_API_BASE.startswith(("https://", "http://127.0.0.1:")) or not STRIPE_JS_URL.startswith("https://"):
    raise ImproperlyConfigured("STRIPE_API_BASE and STRIPE_JS_URL must be https:// addresses.")
if STRIPE_SECRET_KEY and not STRIPE_WEBHOOK_SECRET:
    raise ImproperlyConfigured(
        "STRIPE_WEBHOOK_SECRET belongs to STRIPE_SECRET_KEY: without it no payment is confirmed."
    )

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
# The hosts are the organizations' own: what else runs below their domains is theirs to decide.
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "security.W005", "security.W021"]
# With this prefix browsers keep a cookie only from https, for the whole of one host, and let no other host set it.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if env.str("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
            "querystring_auth": True,
        },
    }

_email = env.email_url("EMAIL_URL")
EMAIL_HOST = _email["EMAIL_HOST"]
EMAIL_PORT = _email["EMAIL_PORT"]
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
