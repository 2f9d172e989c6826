"""Row-level security as migration operations: which rows of a table the tenant role may see and write.

The policies compare a row's `organization_id` with the organization in scope. The setting is read in a sub-select, so PostgreSQL
evaluates it once for a statement and can use indexes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.migrations.operations.base import Operation

CURRENT_ORGANIZATION = "nullif(current_setting('app.organization_id', true), '')::bigint"
IN_SCOPE = f"(SELECT {CURRENT_ORGANIZATION})"
POLICY = "tenant"
SHARED_ROWS_POLICY = "tenant_shared_rows"


def _has_column(cursor: Any, table: str, column: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s AND NOT attisdropped",
        [table, column],
    )
    return cursor.fetchone() is not None


class ProtectTables(Operation):
    """Put tables under row-level security, so that only rows of the organization in scope are seen and written.

    A table without an `organization_id` column (one that another package owns) gets one by SQL, filled from the scope by the
    database, so the ORM need not know of it. `shared_rows` is a SQL condition on rows without an organization that all may read and
    nobody may write (the root of a tree). Rows that exist already must match it: a table is protected before it is used.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, tables: Sequence[str], *, shared_rows: str = "") -> None:
        self.tables = list(tables)
        self.shared_rows = shared_rows

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The ORM's picture of the tables does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table in self.tables:
            with schema_editor.connection.cursor() as cursor:
                owned = _has_column(cursor, table, "organization_id")
            if not owned:
                schema_editor.execute(
                    f'ALTER TABLE "{table}" ADD COLUMN organization_id bigint'
                    " REFERENCES tenancy_organization (id) DEFERRABLE INITIALLY DEFERRED"
                )
                schema_editor.execute(f'CREATE INDEX "{table[:50]}_tenant" ON "{table}" (organization_id)')
            schema_editor.execute(
                f'ALTER TABLE "{table}" ALTER COLUMN organization_id SET DEFAULT {CURRENT_ORGANIZATION}'
            )
            if self.shared_rows:
                schema_editor.execute(
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{table[:40]}_has_tenant"'
                    f" CHECK (organization_id IS NOT NULL OR {self.shared_rows})"
                )
            else:
                schema_editor.execute(f'ALTER TABLE "{table}" ALTER COLUMN organization_id SET NOT NULL')
            schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            schema_editor.execute(f'CREATE POLICY {POLICY} ON "{table}" USING (organization_id = {IN_SCOPE})')
            if self.shared_rows:
                schema_editor.execute(
                    f'CREATE POLICY {SHARED_ROWS_POLICY} ON "{table}" FOR SELECT USING (organization_id IS NULL)'
                )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table in self.tables:
            schema_editor.execute(f'DROP POLICY IF EXISTS {POLICY} ON "{table}"')
            schema_editor.execute(f'DROP POLICY IF EXISTS {SHARED_ROWS_POLICY} ON "{table}"')
            schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table[:40]}_has_tenant"')

    def describe(self) -> str:
        return f"Protect {', '.join(self.tables)} by row-level security"


class WidenUnique(Operation):
    """Make a natural key of a table we do not own unique inside each organization instead of across all of them.

    Otherwise the constraint is a wall: one organization could not store a value that another, invisible one already has.
    """

    reversible = False
    reduces_to_sql = True

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self.table = table
        self.columns = list(columns)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The ORM's picture of the table does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT i.indexrelid::regclass::text, c.conname
                FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
                WHERE i.indrelid = to_regclass(%s) AND i.indisunique AND NOT i.indisprimary
                  AND (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
                       WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)) = %s
                """,
                [self.table, sorted(self.columns)],
            )
            found = cursor.fetchall()
        if not found:
            raise LookupError(f"{self.table} has no unique constraint over {self.columns}")
        for index, constraint in found:
            if constraint:
                schema_editor.execute(f'ALTER TABLE "{self.table}" DROP CONSTRAINT "{constraint}"')
            else:
                schema_editor.execute(f"DROP INDEX {index}")
        columns = ", ".join(f'"{column}"' for column in ["organization_id", *self.columns])
        schema_editor.execute(
            f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.table[:40]}_{self.columns[0][:10]}_tenant" UNIQUE ({columns})'
        )

    def describe(self) -> str:
        return f"Make {self.table} ({', '.join(self.columns)}) unique inside an organization"


class CreateTenantRole(Operation):
    """Create the role that requests and jobs run as, when the server has none yet, and let the owner switch to it.

    It owns nothing and cannot log in. Every table made from here on is granted to it; policies then decide about rows.
    """

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Roles are not part of the ORM's picture."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        role = settings.TENANT_ROLE
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            exists = cursor.fetchone() is not None
        if not exists:
            # Roles belong to the whole server: another database's migration may create it at the same moment.
            schema_editor.execute(
                f'DO $$ BEGIN CREATE ROLE "{role}" NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$'
            )
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT pg_has_role(current_user, %s, 'SET')", [role])
            may_switch = cursor.fetchone()[0]
        if not may_switch:
            schema_editor.execute(f'GRANT "{role}" TO CURRENT_USER WITH INHERIT FALSE, SET TRUE')
        grant_to_tenant_role(schema_editor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The role stays: other databases of the server may use it."""

    def describe(self) -> str:
        return "Create the role that requests and jobs run as"


def grant_to_tenant_role(schema_editor: Any) -> None:
    """Grant the tenant role the use of every table and sequence, those of today and those that later migrations make."""
    role = settings.TENANT_ROLE
    schema_editor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    schema_editor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"')
    schema_editor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
    schema_editor.execute(
        f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{role}"'
    )
    schema_editor.execute(f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "{role}"')


class AppendOnly(Operation):
    """Let rows be added to a table and read, never changed or removed, by anyone, its owner included."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The ORM's picture of the table does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(
            """
            CREATE OR REPLACE FUNCTION tenancy_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
            END $$
            """,
            params=None,
        )
        schema_editor.execute(
            f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{self.table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION tenancy_refuse_change()"
        )
        schema_editor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{self.table}" FROM "{settings.TENANT_ROLE}"')

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f'DROP TRIGGER append_only ON "{self.table}"')

    def describe(self) -> str:
        return f"Make {self.table} append-only"


class LegalChanges(Operation):
    """Let the `status` of a table's rows change only as a table of states allows, by anyone. A later one replaces it.

    `changes` are the states that may follow each state, as the code had them when the migration was written.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, changes: Mapping[str, Sequence[str]]) -> None:
        self.table = table
        self.changes = changes

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The ORM's picture of the table does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        pairs = ", ".join(f"'{old}>{new}'" for old, following in self.changes.items() for new in following)
        schema_editor.execute(
            f"""
            CREATE OR REPLACE FUNCTION "{self.table}_legal_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF (OLD.status || '>' || NEW.status) <> ALL (ARRAY[{pairs}]) THEN
                    RAISE EXCEPTION '% % cannot become %', TG_TABLE_NAME, OLD.status, NEW.status
                        USING ERRCODE = 'check_violation', CONSTRAINT = '{self.table}_legal_changes';
                END IF;
                RETURN NEW;
            END $$
            """,
            params=None,
        )
        schema_editor.execute(f'DROP TRIGGER IF EXISTS legal_changes ON "{self.table}"')
        schema_editor.execute(
            f'CREATE TRIGGER legal_changes BEFORE UPDATE OF status ON "{self.table}" FOR EACH ROW'
            f' WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION "{self.table}_legal_changes"()'
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f'DROP TRIGGER IF EXISTS legal_changes ON "{self.table}"')

    def describe(self) -> str:
        return f"Let the status of {self.table} change only as its table of states allows"


class OnlyErasable(Operation):
    """Let rows be added to a table and read, and their `values` be emptied, never changed otherwise or removed, by anyone."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The ORM's picture of the table does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(
            """
            CREATE OR REPLACE FUNCTION tenancy_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR NEW.values <> '{}'::jsonb OR NEW.erased_at IS NULL
                   OR to_jsonb(NEW) - 'values' - 'erased_at' <> to_jsonb(OLD) - 'values' - 'erased_at' THEN
                    RAISE EXCEPTION '% can only be erased', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
                END IF;
                RETURN NEW;
            END $$
            """,
            params=None,
        )
        schema_editor.execute(
            f'CREATE TRIGGER only_erasable BEFORE UPDATE OR DELETE ON "{self.table}"'
            " FOR EACH ROW EXECUTE FUNCTION tenancy_refuse_rewriting()"
        )
        schema_editor.execute(f'REVOKE DELETE, TRUNCATE ON "{self.table}" FROM "{settings.TENANT_ROLE}"')

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f'DROP TRIGGER only_erasable ON "{self.table}"')

    def describe(self) -> str:
        return f"Let the personal values in {self.table} be erased, and nothing else"


class ReadOnlyTables(Operation):
    """Let the tenant role read tables that belong to the platform, such as languages and permissions, and write none of them."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, tables: Sequence[str]) -> None:
        self.tables = list(tables)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The ORM's picture of the tables does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table in self.tables:
            schema_editor.execute(f'REVOKE INSERT, UPDATE, DELETE ON "{table}" FROM "{settings.TENANT_ROLE}"')

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table in self.tables:
            schema_editor.execute(f'GRANT INSERT, UPDATE, DELETE ON "{table}" TO "{settings.TENANT_ROLE}"')

    def describe(self) -> str:
        return f"Make {', '.join(self.tables)} read-only for organizations"


class SameOrganization(Operation):
    """Let a foreign key point only at rows of the same organization; plain foreign keys do not look at policies."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, column: str, target: str) -> None:
        self.table = table
        self.column = column
        self.target = target

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The ORM's picture of the tables does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [f"{self.target}_tenant_key"])
            keyed = cursor.fetchone() is not None
        if not keyed:
            schema_editor.execute(
                f'ALTER TABLE "{self.target}" ADD CONSTRAINT "{self.target}_tenant_key" UNIQUE (organization_id, id)'
            )
        schema_editor.execute(
            f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.table}_{self.column}_tenant"'
            f' FOREIGN KEY (organization_id, "{self.column}") REFERENCES "{self.target}" (organization_id, id)'
            " DEFERRABLE INITIALLY DEFERRED"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f'ALTER TABLE "{self.table}" DROP CONSTRAINT "{self.table}_{self.column}_tenant"')

    def describe(self) -> str:
        return f"Keep {self.table}.{self.column} inside one organization"
