"""The tenant scope: which organization the running code works for.

The scope is a context variable. The database backend (`tenancy.postgresql`) brings the connection in line with it before each
statement, so row-level security decides what can be seen. Without a scope there are no rows: it fails closed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple


class Scope(NamedTuple):
    """Whose rows are visible: those of one organization, or all of them when `as_owner` (the role that owns the tables)."""

    organization_id: int | None
    as_owner: bool


NO_SCOPE: Final = Scope(organization_id=None, as_owner=False)

_current: ContextVar[Scope] = ContextVar("tenant_scope", default=NO_SCOPE)


class ScopeError(RuntimeError):
    """Code that works for one organization ran without one."""


def current_scope() -> Scope:
    """Return the scope of the running code."""
    return _current.get()


def current_organization_id() -> int | None:
    """Return the primary key of the organization in scope, or None. The default of every `organization` column."""
    return _current.get().organization_id


def require_organization_id() -> int:
    """Return the primary key of the organization in scope; raise `ScopeError` when there is none."""
    organization_id = _current.get().organization_id
    if organization_id is None:
        raise ScopeError("This needs an organization in scope.")
    return organization_id


@contextmanager
def organization_scope(organization_id: int) -> Iterator[None]:
    """Run the block for one organization: only its rows are seen and written. Scopes nest."""
    token = _current.set(Scope(organization_id=organization_id, as_owner=False))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def every_organization(*, writing_for: int | None = None) -> Iterator[None]:
    """Run the block as the owner of the tables, who sees the rows of all organizations.

    For migrations, sweeps and setting up an organization only. Rows written inside belong to `writing_for` (an organization's
    primary key); without it the database refuses to store a tenant row.
    """
    token = _current.set(Scope(organization_id=writing_for, as_owner=True))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def no_scope() -> Iterator[None]:
    """Run the block without any organization: no tenant row is visible."""
    token = _current.set(NO_SCOPE)
    try:
        yield
    finally:
        _current.reset(token)
