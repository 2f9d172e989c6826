"""Django's PostgreSQL backend, kept in step with the tenant scope.

Before a statement runs, the connection's role and its `app.organization_id` are compared with the scope and set where they differ.
The backend forgets what it last sent whenever the server may have forgotten too: on connect, rollback, savepoint rollback and close.
"""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from tenancy.scope import Scope, current_scope


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection on which no query can run in another scope than the code that sent it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope_sent: Scope | None = None
        self._rolling_back_to_savepoint = False

    def create_cursor(self, name: str | None = None) -> Any:
        self._enter_current_scope()
        return super().create_cursor(name)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._scope_sent = None
        return super().get_new_connection(conn_params)

    def _enter_current_scope(self) -> None:
        scope = current_scope()
        # In a failed transaction PostgreSQL accepts nothing but the rollback itself.
        if scope == self._scope_sent or self._rolling_back_to_savepoint:
            return
        role = "none" if scope.as_owner else settings.TENANT_ROLE
        organization = "" if scope.organization_id is None else str(scope.organization_id)
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('role', %s, false), set_config('app.organization_id', %s, false)",
                [role, organization],
            )
        self._scope_sent = scope

    def _rollback(self) -> None:
        self._scope_sent = None
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._rolling_back_to_savepoint = True
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
        finally:
            self._rolling_back_to_savepoint = False
            self._scope_sent = None

    def _close(self) -> None:
        self._scope_sent = None
        super()._close()  # type: ignore[misc]
