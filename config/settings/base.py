"""Settings of every installation. What differs between machines comes from the environment (see `.env.example`)."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF, UNSAFE_HASHES, UNSAFE_INLINE
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()

BASE_URL = env.str("BASE_URL", default="http://localhost:8000")
WAGTAILADMIN_BASE_URL = BASE_URL

INSTALLED_APPS = [
    "cms",
    "commerce",
    "tours",
    "places",
    "crm",
    "tenancy",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.sitemaps",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_htmx",
    "leaflet",
    "phonenumber_field",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
]
# Widgets may have templates of ours.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

MIDDLEWARE = [
    "tenancy.middleware.BrowserRulesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenancy.middleware.OrganizationMiddleware",
    "tenancy.middleware.OriginMiddleware",
    "cms.middleware.HomeLanguageMiddleware",
    "cms.middleware.PromoLinkMiddleware",
    "cms.middleware.PageCacheMiddleware",
    "tenancy.middleware.ContentPolicyMiddleware",
    "tenancy.middleware.ByteRangeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cms.middleware.StaffCookieMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenancy.middleware.SecondFactorMiddleware",
    "tenancy.middleware.SessionActivityMiddleware",
    "cms.middleware.AdminAreasMiddleware",
    "cms.middleware.ThrottleMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cms.middleware.RedirectMiddleware",
    "tenancy.middleware.RequestSizeMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# Every host name is in the database; `OrganizationMiddleware` answers 404 to those it does not know.
ALLOWED_HOSTS = ["*"]
# Paths that belong to the platform and no organization.
PLATFORM_PATHS = ("/livez", "/readyz")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    }
]

DATABASES = {"default": {**env.db_url("DATABASE_URL"), "ENGINE": "tenancy.postgresql"}}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The role that requests and jobs run as: it owns nothing, so row-level security applies to it.
TENANT_ROLE = env.str("TENANT_ROLE", default="waypost_tenant")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "tenancy.cache.KeptRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "waypost",
        "KEY_FUNCTION": "tenancy.cache.make_key",
    }
}

AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["tenancy.adapters.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Links to choose a new password work for this long, in seconds.
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"

# Sign-in is django-allauth's; the address of an account stands in the account alone, and people come by invitation.
ACCOUNT_ADAPTER = "tenancy.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "tenancy.rules.person_name"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# Counted for each organization by itself; an office or a hotel may share one network address.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/300s/key",
    "reset_password": "20/m/ip,3/5m/key",
}
MFA_ADAPTER = "tenancy.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "tenancy.forms.SecondFactorForm",
    "reauthenticate": "tenancy.forms.SecondFactorAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# One step of 30 seconds either way, for phones whose clock is a little off.
MFA_TOTP_TOLERANCE = 1
# Browsers offer passkeys over https, and for *.localhost without it.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BASE_URL.startswith("https://")
USERSESSIONS_ADAPTER = "tenancy.adapters.SessionsAdapter"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_SAMESITE = "Lax"
# Forms carry the token; no script reads the cookie.
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cms.views.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])

LANGUAGE_CODE = "en"
# What the product itself says, it says in these.
WAGTAILADMIN_PERMITTED_LANGUAGES = [("en", _("English")), ("de", _("German"))]
# Guest sites may be written in further ones, such as `fr,ar`; our own words on them are English.
LANGUAGES = [
    *WAGTAILADMIN_PERMITTED_LANGUAGES,
    *(
        (code, LANG_INFO.get(code, {}).get("name", code))
        for code in map(str.strip, env.list("FURTHER_LANGUAGES", default=[]))
    ),
]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
# The first wins; the second says some texts of django-allauth as we say ours.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "allauth"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / ".static"))
MEDIA_URL = "/media/"
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / ".media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="bookings@localhost")
# A mail server that does not answer holds nobody up for longer, in seconds.
EMAIL_TIMEOUT = 10

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "global_keyprefix": "waypost-jobs:",
}
CELERY_TASK_IGNORE_RESULT = True
# No job takes minutes; one that hangs is ended, and the sweep of the row behind it starts it again.
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_DEFAULT_QUEUE = "waypost"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "tenancy.sweep_outbox", "schedule": 30.0},
    "sweep-domains": {"task": "tenancy.sweep_domains", "schedule": 60.0},
    "sweep-invitations": {"task": "tenancy.sweep_invitations", "schedule": crontab(hour="3", minute="10")},
    "sweep-messages": {"task": "crm.sweep_messages", "schedule": 60.0},
    "find-duplicates": {"task": "crm.sweep_duplicates", "schedule": 60.0},
    "forget-merges": {"task": "crm.sweep_merges", "schedule": crontab(hour="3", minute="40")},
    "sweep-imports": {"task": "crm.sweep_imports", "schedule": 60.0},
    "forget-imports": {"task": "crm.forget_imports", "schedule": crontab(hour="3", minute="50")},
    "sweep-documents": {"task": "crm.sweep_documents", "schedule": 300.0},
    "sweep-files": {"task": "crm.sweep_files", "schedule": crontab(hour="3", minute="40")},
    "remind-of-tasks": {"task": "crm.sweep_task_reminders", "schedule": 300.0},
    "sweep-attention": {"task": "crm.sweep_attention", "schedule": 900.0},
    "sweep-digests": {"task": "crm.sweep_digests", "schedule": 900.0},
    "sweep-provider-events": {"task": "commerce.sweep_provider_events", "schedule": 30.0},
    "sweep-holds": {"task": "commerce.sweep_holds", "schedule": 30.0},
    "sweep-choices": {"task": "commerce.sweep_choices", "schedule": 60.0},
    "sweep-notifications": {"task": "commerce.sweep_notifications", "schedule": 300.0},
    "sweep-disputes": {"task": "commerce.sweep_disputes", "schedule": 60.0},
    "sweep-refunds": {"task": "commerce.sweep_refunds", "schedule": 60.0},
    "sweep-stopped-payments": {"task": "commerce.sweep_stopped_payments", "schedule": 300.0},
    "sweep-reservations": {"task": "commerce.sweep_reservations", "schedule": 120.0},
    "sweep-due-payments": {"task": "commerce.sweep_due_payments", "schedule": 3600.0},
    "sweep-reconciliations": {"task": "commerce.sweep_reconciliations", "schedule": 300.0},
    # By night, wherever most people are; what one run misses the next one makes up for, weeks ahead.
    "follow-patterns": {"task": "tours.sweep_patterns", "schedule": crontab(hour="2", minute="40")},
    "complete-schedules": {"task": "tours.sweep_departed", "schedule": 300.0},
    "remind-guides": {"task": "tours.sweep_guide_requests", "schedule": 900.0},
    "read-guide-feeds": {"task": "tours.sweep_guide_feeds", "schedule": 300.0},
    "decide-minimums": {"task": "tours.sweep_minimums", "schedule": 300.0},
    "complete-orders": {"task": "commerce.sweep_completed", "schedule": 300.0},
    # What was published before there was a search; all else is written down at once.
    "index-new-pages": {"task": "cms.sweep_search", "schedule": crontab(hour="3", minute="20")},
    "check-links": {"task": "cms.sweep_links", "schedule": 900.0},
    "find-links": {"task": "cms.sweep_link_holders", "schedule": crontab(day_of_week="1", hour="2", minute="20")},
    "publish-scheduled": {"task": "cms.publish_scheduled", "schedule": 60.0},
}

# Host names one level below this one are given out by the platform itself and need no proof of ownership.
PLATFORM_HOST_SUFFIX = env.str("PLATFORM_HOST_SUFFIX", default="").lower().strip(".")
# Name servers asked about host names (`address` or `address:port`); none: those of the machine.
DNS_RESOLVERS = env.list("DNS_RESOLVERS", default=[])
# Paths that answer at every host name of an organization, also at those that lead guests to the main one.
EVERY_HOST_PATHS = ("/webhooks/", "/.well-known/")

# Networks of one's own that addresses typed by people may lead to, such as 10.1.2.0/24; none of them is reached otherwise.
FETCH_ALLOWED_NETWORKS = env.list("FETCH_ALLOWED_NETWORKS", default=[])

# Whether search engines may list the sites; not those of a copy for trying things out.
SEARCH_ENGINES = env.bool("SEARCH_ENGINES", default=True)

# How long seats are held for a checkout that is not paid yet, in minutes.
HOLD_MINUTES = env.int("HOLD_MINUTES", default=15)

STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")
STRIPE_JS_URL = env.str("STRIPE_JS_URL", default="https://js.stripe.com/v3/")
# Keys for organizations that have none of their own.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")

# Map tiles: an address with {z}, {x} and {y}; without one, maps show their pins and lines on plain ground.
MAP_TILE_URL = env.str("MAP_TILE_URL", default="")
MAP_TILE_ATTRIBUTION = env.str("MAP_TILE_ATTRIBUTION", default="© OpenStreetMap")

WAGTAIL_SITE_NAME = "Waypost"
# The platform's own staff is not written to about the pages of organizations.
WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False
WAGTAIL_I18N_ENABLED = True
# A page that is begun in another language is a draft until somebody has translated and published it.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
# Who translates at the push of a button: `deepl`, `libretranslate`, or a class of one's own by its dotted path. Off without one.
MACHINE_TRANSLATOR = env.str("MACHINE_TRANSLATOR", default="")
MACHINE_TRANSLATOR_URL = env.str("MACHINE_TRANSLATOR_URL", default="http://localhost:5000")
MACHINE_TRANSLATOR_KEY = env.str("MACHINE_TRANSLATOR_KEY", default="")
_translators = {
    "deepl": "wagtail_localize.machine_translators.deepl.DeepLTranslator",
    "libretranslate": "wagtail_localize.machine_translators.libretranslate.LibreTranslator",
}
WAGTAILLOCALIZE_MACHINE_TRANSLATOR = (
    {
        "CLASS": _translators.get(MACHINE_TRANSLATOR, MACHINE_TRANSLATOR),
        "OPTIONS": {
            "AUTH_KEY": MACHINE_TRANSLATOR_KEY,
            "API_KEY": MACHINE_TRANSLATOR_KEY,
            "LIBRETRANSLATE_URL": MACHINE_TRANSLATOR_URL.rstrip("/"),
        },
    }
    if MACHINE_TRANSLATOR
    else None
)
WAGTAILIMAGES_IMAGE_FORM_BASE = "tenancy.forms.TenantImageForm"
WAGTAILIMAGES_IMAGE_MODEL = "tenancy.TenantImage"
WAGTAILDOCS_DOCUMENT_MODEL = "tenancy.TenantDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
# The largest uploads, in bytes; of pictures also in pixels, of packed documents also once they are unpacked.
WAGTAILIMAGES_MAX_UPLOAD_SIZE = env.int("PICTURE_MAX_BYTES", default=20 * 1024 * 1024)
WAGTAILIMAGES_MAX_IMAGE_PIXELS = env.int("PICTURE_MAX_PIXELS", default=60_000_000)
# Longer sides of pictures are made this long, in pixels, when they are uploaded.
PICTURE_LONGEST_SIDE = env.int("PICTURE_LONGEST_SIDE", default=4_000)
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_BYTES", default=50 * 1024 * 1024)
# The largest file with rows to import.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=25 * 1024 * 1024)
# The largest request, in bytes: all files of a form together. The proxy should refuse the same.
REQUEST_MAX_BYTES = env.int("REQUEST_MAX_BYTES", default=60 * 1024 * 1024)
# What all private documents of an organization may take together, in bytes.
DOCUMENT_QUOTA_BYTES = env.int("DOCUMENT_QUOTA_BYTES", default=5 * 1024**3)
DOCUMENT_MAX_UNPACKED_BYTES = env.int("DOCUMENT_MAX_UNPACKED_BYTES", default=300 * 1024 * 1024)
# `tenancy.validators` knows how to tell each of them by its content. No SVG, no web pages, no archives, no macros.
WAGTAILDOCS_EXTENSIONS = [
    *("csv", "docx", "gpx", "ics", "jpeg", "jpg", "m4a", "mp3", "mp4", "odp", "ods"),
    *("odt", "ogg", "pdf", "png", "pptx", "rtf", "txt", "wav", "webm", "xlsx"),
]
# Nobody sees a difference to 80, and pages come a third sooner.
WAGTAILIMAGES_AVIF_QUALITY = 45
WAGTAILIMAGES_WEBP_QUALITY = 72
WAGTAILIMAGES_JPEG_QUALITY = 78
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAIL_ALLOW_UNICODE_SLUGS = False
# Password and e-mail address are changed on pages of their own, which Wagtail's account page leads to.
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = True
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

PHONENUMBER_DB_FORMAT = "E164"

LEAFLET_CONFIG: dict[str, object] = {"TILES": []}


def origin(url: str) -> str:
    """Return scheme, host and port of a URL, as a Content-Security-Policy names a source."""
    scheme, _sep, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


STRIPE_SOURCES = [origin(STRIPE_JS_URL), origin(STRIPE_API_BASE)]
if STRIPE_API_BASE == "https://api.stripe.com":
    STRIPE_SOURCES += ["https://*.js.stripe.com", "https://hooks.stripe.com"]
# Other sites that editors may show inside a page: `cms.rules.find_frame` knows their addresses.
FRAME_SOURCES = [
    "https://www.youtube-nocookie.com",
    "https://player.vimeo.com",
    "https://open.spotify.com",
    "https://www.openstreetmap.org",
    "https://www.komoot.com",
]
_map_sources = [origin(MAP_TILE_URL.replace("{s}", "*"))] if MAP_TILE_URL else []
# The line in the head of guest pages that asks whether this browser has the site's fonts: docs/adr/0042-fonts-of-our-own.md.
_FONTS_LINE = "'sha256-wlJTdELO+aeiNcVV12F7+jOcd5mps3wOvLHnFsufIn4='"
# What guest pages have in themselves instead of in a file.
_SITE_SCRIPT = f"'sha256-{b64encode(sha256((BASE_DIR / 'static/js/site.js').read_bytes()).digest()).decode()}'"
CONTENT_SECURITY_POLICY = {
    # E-mails shown in the demo have their styles in themselves.
    "EXCLUDE_URL_PREFIXES": ("/__mail__/",),
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, _FONTS_LINE, _SITE_SCRIPT, *STRIPE_SOURCES],
        "connect-src": [SELF, *STRIPE_SOURCES],
        "frame-src": [SELF, *STRIPE_SOURCES, *FRAME_SOURCES],
        "img-src": [SELF, "data:", *_map_sources],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}
# The admin's own policy: docs/adr/0011-policy-of-the-admin.md.
ADMIN_CONTENT_POLICY = {
    "default-src": [SELF],
    "script-src": [
        SELF,
        # In previews of guest pages.
        *(_FONTS_LINE, _SITE_SCRIPT),
        # The scripts that wagtail-localize writes into its pages for submitting and for editing a translation.
        "'sha256-Zi6020hVNJQUtMOgLuIImaOaART6TyIrghPC9PESpjg='",
        "'sha256-lLVZz8vyF0vCZL3ZQcc+U/kumGW1SlEfDpwWrXLLSRw='",
        # The handler “return;”, by which the cropping of pictures asks whether there is a touch screen.
        UNSAFE_HASHES,
        "'sha256-i+qr4lq34KgNHiW62lWi9aInEBwiEOrfCzaNPCvkqD8='",
    ],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:", *_map_sources],
    "font-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}
# What browsers let pages do, nothing of it unless a view says so.
PERMISSIONS_POLICY = {
    name: [] for name in ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
}
# Wagtail shows previews in a frame of the same origin.
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.RedactingFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # One line for each row that is indexed says nothing to anybody.
    "loggers": {"django_tasks": {"level": "WARNING"}},
}
