"""The settings of a real installation refuse what is not secret, and set what browsers are told."""

import runpy
import sys

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

GOOD = {
    "SECRET_KEY": "k3yq-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOP",
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "BASE_URL": "https://waypost.example",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
    "DEFAULT_FROM_EMAIL": "bookings@waypost.example",
    "DATABASE_URL": "postgres://waypost:secret@db.example/waypost",
    "REDIS_URL": "redis://cache.example:6379/0",
}


@pytest.fixture
def production(monkeypatch):
    """A function that returns the production settings as an environment makes them; `None` takes a variable away."""

    def load(**changes: str | None) -> dict:
        for name, value in {**GOOD, **changes}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        # The base reads the environment when it is imported.
        monkeypatch.delitem(sys.modules, "config.settings.base", raising=False)
        return runpy.run_module("config.settings.production")

    yield load
    monkeypatch.undo()


def test_production_is_strict(production):
    names = [
        *(
            "DEBUG",
            "SECURE_SSL_REDIRECT",
            "SECURE_HSTS_SECONDS",
            "SECURE_HSTS_INCLUDE_SUBDOMAINS",
            "SECURE_HSTS_PRELOAD",
        ),
        *("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_SAMESITE"),
        *("CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY"),
    ]
    settings = production()
    assert {name: settings[name] for name in names} == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SECURE_HSTS_PRELOAD": False,
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
    }


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", None, "SECRET_KEY"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY"),
        ("SECRET_KEY", "change-me-" + "0123456789" * 5, "SECRET_KEY"),
        ("SECRET_KEY", "only-for-tests-" + "0123456789" * 5, "SECRET_KEY"),
        ("FIELD_ENCRYPTION_KEYS", None, "FIELD_ENCRYPTION_KEYS"),
        ("FIELD_ENCRYPTION_KEYS", "not-a-key", "FIELD_ENCRYPTION_KEYS"),
        ("BASE_URL", None, "BASE_URL"),
        ("BASE_URL", "http://waypost.example", "BASE_URL"),
        ("DATABASE_URL", None, "DATABASE_URL"),
        ("REDIS_URL", None, "REDIS_URL"),
        ("EMAIL_URL", None, "EMAIL_URL"),
        ("DEFAULT_FROM_EMAIL", None, "DEFAULT_FROM_EMAIL"),
        ("STRIPE_SECRET_KEY", "sk_test_123", "STRIPE_WEBHOOK_SECRET"),
        ("STRIPE_API_BASE", "http://stripe.example", "STRIPE_API_BASE"),
        ("STRIPE_JS_URL", "http://stripe.example/v3.js", "STRIPE_API_BASE"),
    ],
)
def test_production_refuses_what_is_missing_or_not_secret(production, name, value, says):
    with pytest.raises(ImproperlyConfigured, match=says):
        production(**{name: value})
