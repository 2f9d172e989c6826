"""Cache keys that carry the organization, so that no cached value crosses; and a Redis whose client is made once."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis

from tenancy.scope import current_organization_id


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key under which Django's cache stores `key` for the organization in scope (`KEY_FUNCTION`)."""
    return f"{key_prefix}:{current_organization_id() or '-'}:{version}:{key}"


class _KeptClient(RedisCacheClient):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[Any, Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        # Making one costs more than asking it; connections come from its pool, so one serves all.
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        if pool not in self._clients:
            self._clients[pool] = Redis(connection_pool=pool)
        return self._clients[pool]


class KeptRedisCache(RedisCache):
    """Django's cache on Redis, which makes one client for each server instead of one for each value that is read."""

    def __init__(self, server: Any, params: Any) -> None:
        super().__init__(server, params)
        self._class = _KeptClient
