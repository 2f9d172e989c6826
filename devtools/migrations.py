"""When a database is up to date."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def migration_hashes() -> dict[str, str]:
    """Return a hash for each file that shapes a database while it is migrated: our migrations and the versions of the packages."""
    paths = [ROOT / "uv.lock", ROOT / "tenancy/rls.py", *ROOT.glob("*/migrations/*.py")]
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def migrations_key() -> str:
    """Return a hash of everything that shapes a fresh database."""
    digest = hashlib.sha256((ROOT / "config/settings/base.py").read_bytes())
    for name, value in migration_hashes().items():
        digest.update(name.encode() + value.encode())
    return digest.hexdigest()[:16]
