"""When a database is up to date."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def migrations_key() -> str:
    """Return a hash of everything that shapes a fresh database: our migrations and the versions of the packages."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    paths = [*ROOT.glob("*/migrations/*.py"), ROOT / "tenancy/rls.py", ROOT / "config/settings/base.py"]
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
