"""Cache keys that carry the organization, so that no cached value crosses."""

from tenancy.scope import current_organization_id


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key under which Django's cache stores `key` for the organization in scope (`KEY_FUNCTION`)."""
    return f"{key_prefix}:{current_organization_id() or '-'}:{version}:{key}"
