"""Runs calls on real connections of their own, all at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from tenancy.models import Organization
from tenancy.scope import organization_scope

T = TypeVar("T")


def in_parallel(organization: Organization, count: int, call: Callable[[int], T]) -> list[T | Exception]:
    """Call `call(number)` in `count` threads that begin together; return what each returned or raised."""
    together = threading.Barrier(count)

    def run(number: int) -> T | Exception:
        try:
            with organization_scope(organization.pk):
                connection.ensure_connection()
                together.wait(30)
                return call(number)
        except Exception as error:  # noqa: BLE001  # what a thread raises is the result
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
