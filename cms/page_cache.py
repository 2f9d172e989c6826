"""Whole guest pages in Redis: one hash for each organization, so that one command forgets them all."""

import gzip
import hashlib
import json
import time
from functools import cache
from typing import Any, Final

import redis
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse

from tenancy.scope import current_organization_id

LIFETIME_SECONDS: Final = 300
KEPT_HEADERS: Final = (
    "X-Frame-Options",
    "Content-Type",
    "Content-Language",
    "Content-Security-Policy",
    "Referrer-Policy",
)


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def _name(organization_id: int) -> str:
    return f"waypost:pages:{organization_id}"


def fetch(organization_id: int, path: str, *, accepts_gzip: bool, etag: str) -> HttpResponse | None:
    """Return the stored page of an organization at `path`, 304 when the browser has it, or None. One round trip, no SQL."""
    try:
        stored: Any = _client().hget(_name(organization_id), path)
    except redis.RedisError:
        return None
    if stored is None:
        return None
    head, _newline, body = stored.partition(b"\n")
    headers = json.loads(head)
    if headers.pop("until") < time.time():
        return None
    if etag and etag == headers["ETag"]:
        return HttpResponse(status=304, headers={"ETag": etag, "X-Cache": "hit"})
    if accepts_gzip:
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return HttpResponse(body, headers={**headers, "X-Cache": "hit", "Content-Length": str(len(body))})


def store(organization_id: int, path: str, response: HttpResponse) -> None:
    """Keep a page for `LIFETIME_SECONDS`; gives the response the ETag it will have."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:20]}"'
    response.headers["ETag"] = etag
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    headers |= {"ETag": etag, "Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
    # The browser asks each time and is answered 304, so that a change is seen at once.
    response.headers["Cache-Control"] = "no-cache"
    value = (
        json.dumps({**headers, "until": time.time() + LIFETIME_SECONDS}).encode()
        + b"\n"
        + gzip.compress(response.content, compresslevel=6, mtime=0)
    )
    try:
        pipeline = _client().pipeline()
        pipeline.hset(_name(organization_id), path, value)
        pipeline.expire(_name(organization_id), LIFETIME_SECONDS)
        pipeline.execute()
    except redis.RedisError:
        return


def forget_pages() -> None:
    """Forget the stored pages of the organization in scope, once the running transaction has committed."""
    organization_id = current_organization_id()
    if organization_id is not None:
        transaction.on_commit(lambda: _forget(organization_id))


def _forget(organization_id: int) -> None:
    try:
        _client().delete(_name(organization_id))
    except redis.RedisError:
        # They end by themselves within minutes.
        return
