"""`python -m devtools.check`: types, structure, templates, migrations and the production settings."""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

from devtools.embedded.postgres import EmbeddedPostgres

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
APPS = ["config", "tenancy", "crm", "places", "tours", "commerce", "cms", "devtools"]


def _environment(database_url: str) -> dict[str, str]:
    """What production needs, with secrets made up for this run."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "BASE_URL": "https://waypost.example",
        "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
        "DEFAULT_FROM_EMAIL": "bookings@waypost.example",
    }


def _run(*command: str | Path, environment: dict[str, str]) -> bool:
    line = " ".join(Path(part).name if isinstance(part, Path) else part for part in command)
    print(f"— {line}", flush=True)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> int:
    """Run every check, also after one failed; return 1 when any did."""
    with tempfile.TemporaryDirectory(prefix="waypost-check-") as scratch:
        Path(scratch).chmod(0o755)
        with EmbeddedPostgres(Path(scratch) / "postgres", durable=False) as database_url:
            environment = _environment(database_url)
            test = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
            production = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings.production"}
            python = Path(sys.executable)
            # The test settings look for their own database.
            subprocess.run([python, "-c", _CREATE], env=test, cwd=ROOT, check=True)
            passed = [
                _run(BIN / "mypy", *APPS, environment=test),
                _run(BIN / "lint-imports", "--no-logo", environment=test),
                _run(BIN / "djlint", "--quiet", "--lint", "templates", environment=test),
                _run(python, "manage.py", "makemigrations", "--check", "--dry-run", environment=test),
                _run(python, "manage.py", "check", "--deploy", "--fail-level", "WARNING", environment=production),
            ]
    return 0 if all(passed) else 1


_CREATE = (
    "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL'], autocommit=True)"
    ".execute('CREATE DATABASE waypost_test_main')"
)

if __name__ == "__main__":
    sys.exit(main())
