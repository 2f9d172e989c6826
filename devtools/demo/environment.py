"""What the demo's processes are told about each other."""

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def kept_secrets(folder: Path) -> dict[str, str]:
    """Return the keys of this demo: made once, kept in its folder, readable by its owner only."""
    path = folder / "secrets.json"
    if not path.exists():
        made = {"SECRET_KEY": secrets.token_urlsafe(50), "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file)
        unfinished.rename(path)
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def child_environment(
    folder: Path, *, port: int, stripe_port: int, database_url: str, redis_url: str
) -> dict[str, str]:
    """Return the environment of every process of a demo in `folder`."""
    mail = folder / "mail"
    media = folder / "media"
    for made in (mail, media):
        made.mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "DEMO_DIR": str(folder),
        "BASE_URL": f"http://localhost:{port}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe_port}",
        # The browser's address of the emulator: `localhost`, as the sites' own.
        "STRIPE_JS_URL": f"http://localhost:{stripe_port}/v3/stripe.js",
        "EMAIL_FILE_PATH": str(mail),
        "MEDIA_ROOT": str(media),
        "PYTHONUNBUFFERED": "1",
        **kept_secrets(folder),
    }
