"""Background jobs: one way to start one, and the base that gives each its organization.

A job is only a nudge: whatever must happen stands in a row (an outbox delivery, a message, a provider event) that a sweep finds
again, so a lost message or a killed worker loses nothing.
"""

import logging
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from celery import Task, current_app, shared_task
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from tenancy.origin import JOB, Origin, origin_scope
from tenancy.scope import ScopeError, every_organization, organization_scope, require_organization_id

logger = logging.getLogger(__name__)

ORGANIZATION_HEADER: Final = "organization_id"
# Names the key in the cache that stands there while a job waits.
WAITING_HEADER: Final = "waiting"
# After this long a job that nobody has begun is taken for lost, in seconds.
LOST_AFTER: Final = 300


class TenantTask(Task):  # type: ignore[misc]  # celery has no types
    """A task that runs for the organization it was enqueued for, and refuses to run without one."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        organization_id = (self.request.headers or {}).get(ORGANIZATION_HEADER)
        if organization_id is None:
            raise ScopeError(f"{self.name} was started without an organization.")
        with organization_scope(int(organization_id)), origin_scope(Origin(f"{JOB}{self.name}")):
            if waiting := (self.request.headers or {}).get(WAITING_HEADER):
                # Before the work: what changes from here on needs another job.
                cache.delete(waiting)
            return self.run(*args, **kwargs)


class SweepTask(Task):  # type: ignore[misc]  # celery has no types
    """A task that looks through the rows of all organizations for work that is due, and enqueues it for each."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with every_organization(), origin_scope(Origin(f"{JOB}{self.name}")):
            return self.run(*args, **kwargs)


def tenant_job(name: str, **options: Any) -> Callable[[Callable[..., None]], Any]:
    """Register a function as the job `name` of one organization; it takes keyword arguments only and is idempotent.

    `options` are Celery's, such as how it is tried again.
    """
    return shared_task(
        name=name, base=TenantTask, ignore_result=True, acks_late=True, reject_on_worker_lost=True, **options
    )


def sweep_job(name: str) -> Callable[[Callable[..., None]], Any]:
    """Register a function as the sweep `name`, started by the beat, which sees the rows of all organizations."""
    return shared_task(name=name, base=SweepTask, ignore_result=True)


def enqueue(name: str, /, **kwargs: Any) -> None:
    """Start the job `name` for the organization in scope once the running transaction has committed.

    Raises `ScopeError` without an organization. A broker that cannot be reached is logged, not raised: the sweep of the rows behind
    the job starts it later.
    """
    organization_id = require_organization_id()
    transaction.on_commit(lambda: _send(organization_id, name, kwargs))


def enqueue_once(organization_id: int, name: str, /, **kwargs: Any) -> None:
    """Start the job `name` for an organization by its primary key, unless the last one started so still waits; what sweeps use.

    A sweep finds a row again and again while the queue is long. Would each time make it longer, it might never be short again.
    """
    waiting = f"job:{name}:{urlencode(sorted(kwargs.items()))}"
    transaction.on_commit(lambda: _send_unless_waiting(organization_id, name, kwargs, waiting))


def _send_unless_waiting(organization_id: int, name: str, kwargs: dict[str, Any], waiting: str) -> None:
    try:
        with organization_scope(organization_id):
            if not cache.add(waiting, 1, LOST_AFTER):
                return
    except RedisError:
        logger.warning("Whether the job %s waits already is not known.", name, exc_info=True)
    _send(organization_id, name, kwargs, **{WAITING_HEADER: waiting})


def _send(organization_id: int, name: str, kwargs: dict[str, Any], **headers: str) -> None:
    try:
        current_app.send_task(
            name,
            kwargs=kwargs,
            headers={ORGANIZATION_HEADER: organization_id, **headers},
            retry=False,
            ignore_result=True,
        )
    except OperationalError:
        logger.warning("The job %s could not be queued; the sweep will start it.", name, exc_info=True)
