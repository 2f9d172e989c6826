"""Whole guest pages in Redis: one hash for each organization, so that one command forgets them all."""

import gzip
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Collection
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import redis
from django.conf import settings
from django.core.cache import cache as values
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tenancy.scope import current_organization_id, organization_scope

LIFETIME_SECONDS: Final = 300
# Under it stands the name of what can be booked, and for how much.
OFFERS: Final = "offers"
# Of pages with a query, of which there may be endless many, so many are kept for each organization.
MOST_QUERIES: Final = 200
LONGEST_QUERY: Final = 500
GENERATION: Final = "generation"
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


class _OwnConnection(threading.local):
    """A connection for each thread: taking one from the pool, and testing it, costs as much as the question itself."""

    def __init__(self) -> None:
        self.connection = _client().connection_pool.make_connection()


@cache
def _own() -> _OwnConnection:
    return _OwnConnection()


def _ask(*command: str) -> Any:
    """Return the answer to one command; a connection that the server closed meanwhile is opened again. Raises `RedisError`."""
    connection = _own().connection
    was_open = connection.is_connected
    try:
        connection.send_command(*command)  # type: ignore[no-untyped-call]
        return connection.read_response()
    except redis.ConnectionError:
        if not was_open:
            raise
    # Both calls have closed it: an answer that comes late is never taken for another one's.
    connection.send_command(*command)  # type: ignore[no-untyped-call]
    return connection.read_response()


def _name(organization_id: int) -> str:
    return f"waypost:pages:{organization_id}"


def _queries(organization_id: int) -> str:
    return f"{_name(organization_id)}:queries"


def _quiet(organization_id: int) -> str:
    return f"{_name(organization_id)}:quiet"


@lru_cache(maxsize=1024)
def _read(head: bytes) -> dict[str, Any]:
    """Return what stands above a stored page; the same until the page is stored again, so it is read once."""
    return json.loads(head)  # type: ignore[no-any-return]


class Lookup(NamedTuple):
    """What was found for a page; `generation` names the state of the organization's pages that a page made now belongs to."""

    response: HttpResponse | None
    generation: bytes | None


def fetch(organization_id: int, path: str, *, accepts_gzip: bool, etag: str, query: str = "") -> Lookup:
    """Return the stored page of an organization at `path`, 304 when the browser has it. One round trip, no SQL.

    With a query it is two when the page is not stored.
    """
    if len(query) > LONGEST_QUERY:
        return Lookup(None, None)
    try:
        if query:
            generation = None
            stored = _ask("HGET", _queries(organization_id), f"{path}?{query}")
            if stored is None:
                generation = _ask("HGET", _name(organization_id), GENERATION)
        else:
            stored, generation = _ask("HMGET", _name(organization_id), path, GENERATION)
    except redis.RedisError:
        return Lookup(None, None)
    if stored is None:
        return Lookup(None, generation)
    head, _newline, body = stored.partition(b"\n")
    headers = _read(head).copy()
    if headers.pop("until") <= time.time():
        return Lookup(None, generation)
    if etag and etag == headers["ETag"]:
        return Lookup(HttpResponse(status=304, headers={"ETag": etag, "X-Cache": "hit"}), generation)
    if accepts_gzip:
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    headers |= {"X-Cache": "hit", "Content-Length": str(len(body))}
    return Lookup(HttpResponse(body, headers=headers), generation)


def note_change(request: HttpRequest, at: datetime) -> None:
    """Say that the page now made for a request will look different from a moment (aware) on, so that it is not kept beyond it."""
    noted = getattr(request, "page_changes_at", None)
    request.page_changes_at = at if noted is None else min(at, noted)  # type: ignore[attr-defined]


def store(
    organization_id: int,
    path: str,
    response: HttpResponse,
    *,
    generation: bytes | None,
    changes_at: datetime | None = None,
    query: str = "",
) -> None:
    """Keep a page for `LIFETIME_SECONDS`, but not beyond `changes_at` (aware); gives the response the ETag it will have.

    It is not kept when the organization's pages were forgotten since `generation` was fetched, or must not be stored for some
    seconds: it may show what was before. Of pages with a query the first
    `MOST_QUERIES` are kept, all until the first of them ends.
    """
    if len(query) > LONGEST_QUERY:
        return
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:20]}"'
    response.headers["ETag"] = etag
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    headers |= {"ETag": etag, "Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
    # The browser asks each time and is answered 304, so that a change is seen at once.
    response.headers["Cache-Control"] = "no-cache"
    until = time.time() + LIFETIME_SECONDS
    if changes_at is not None:
        until = min(until, changes_at.timestamp())
    value = (
        json.dumps({**headers, "until": until}).encode()
        + b"\n"
        + gzip.compress(response.content, compresslevel=6, mtime=0)
    )
    name = _name(organization_id)
    try:
        with _client().pipeline() as pipeline:
            pipeline.watch(name)  # type: ignore[no-untyped-call]
            if pipeline.hget(name, GENERATION) != generation or pipeline.exists(_quiet(organization_id)):
                return
            if query:
                if pipeline.hlen(_queries(organization_id)) >= MOST_QUERIES:
                    return
                # Below zero: nothing is kept yet, or it would be kept for ever.
                ends = pipeline.ttl(_queries(organization_id)) > 0
                pipeline.multi()
                pipeline.hset(_queries(organization_id), f"{path}?{query}", value)
                if not ends:
                    pipeline.expire(_queries(organization_id), LIFETIME_SECONDS)
            else:
                pipeline.multi()
                pipeline.hset(name, path, value)
                pipeline.expire(name, LIFETIME_SECONDS)
            pipeline.execute()
    except redis.RedisError:
        # Without Redis, or when another page was kept meanwhile, the next guest's will be kept.
        return


def forget_pages(*, quiet_seconds: float = 0, paths: Collection[str] | None = None) -> None:
    """Forget the stored pages of the organization in scope, or those at `paths` only, once the running transaction has committed.

    For `quiet_seconds` after that none is stored.
    """
    organization_id = current_organization_id()
    if organization_id is None:
        return
    if paths is None:
        transaction.on_commit(lambda: _forget(organization_id, quiet_seconds))
    elif paths:
        transaction.on_commit(lambda: _forget_some(organization_id, frozenset(paths)))


def _forget_some(organization_id: int, paths: Collection[str]) -> None:
    name, queries = _name(organization_id), _queries(organization_id)
    try:
        client = _client()
        # First: what is being made now, with what was before, is not stored any more.
        client.hset(name, GENERATION, uuid.uuid4().bytes)
        client.expire(name, LIFETIME_SECONDS)
        for key in (name, queries):
            fields: Any = client.hkeys(key)
            stored = [field for field in fields if b"/" in field]
            gone = [field for field in stored if "/" + field.decode().partition("/")[2].partition("?")[0] in paths]
            if gone:
                client.hdel(key, *gone)
    except redis.RedisError:
        # They end by themselves within minutes.
        return


def _forget(organization_id: int, quiet_seconds: float = 0) -> None:
    name = _name(organization_id)
    try:
        with _client().pipeline() as pipeline:
            if quiet_seconds:
                pipeline.set(_quiet(organization_id), 1, px=int(quiet_seconds * 1000))
            pipeline.delete(name, _queries(organization_id))
            pipeline.hset(name, GENERATION, uuid.uuid4().bytes)
            pipeline.expire(name, LIFETIME_SECONDS)
            pipeline.execute()
    except redis.RedisError:
        # They end by themselves within minutes.
        return


def offers_name() -> str:
    """Return a name for what can be booked of the organization in scope and for how much; after each change it is another one.

    What is reckoned from it is kept in the cache under a key with this name, asked for before the reckoning.
    """
    return str(values.get_or_set(OFFERS, lambda: uuid.uuid4().hex, None))


def forget_offers() -> None:
    """Give what can be booked of the organization in scope another name, once the running transaction has committed."""
    organization_id = current_organization_id()
    if organization_id is not None:
        transaction.on_commit(lambda: _forget_offers(organization_id))


def _forget_offers(organization_id: int) -> None:
    try:
        with organization_scope(organization_id):
            values.delete(OFFERS)
    except redis.RedisError:
        # What was reckoned ends by itself within minutes.
        return
