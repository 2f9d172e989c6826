"""Counts changes of rows that are not an organization's own; the count is kept when what was changed is undone."""

from django.db import connection

from tenancy.scope import every_organization

NOTE = """
CREATE SEQUENCE isolation_changes;
CREATE FUNCTION isolation_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    own text := TG_ARGV[0];
    changed jsonb;
BEGIN
    FOREACH changed IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[to_jsonb(NEW)]
        WHEN 'DELETE' THEN ARRAY[to_jsonb(OLD)]
        ELSE ARRAY[to_jsonb(OLD), to_jsonb(NEW)] END
    LOOP
        IF TG_TABLE_NAME = 'tenancy_organization' THEN
            CONTINUE WHEN changed ->> 'id' = own;
        ELSIF TG_TABLE_NAME = 'tenancy_user' THEN
            CONTINUE WHEN NOT EXISTS (
                SELECT 1 FROM tenancy_membership
                WHERE user_id = (changed ->> 'id')::bigint AND organization_id::text <> own);
        ELSE
            CONTINUE WHEN changed ->> 'organization_id' = own;
        END IF;
        PERFORM nextval('isolation_changes');
    END LOOP;
    RETURN NULL;
END $$;
"""

CROSSING_KEYS = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, f.attname
FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]
WHERE c.contype = 'f' AND cardinality(c.conkey) = 1
  AND EXISTS (SELECT 1 FROM pg_attribute o WHERE o.attrelid = c.conrelid AND o.attname = 'organization_id')
  AND EXISTS (SELECT 1 FROM pg_attribute o WHERE o.attrelid = c.confrelid AND o.attname = 'organization_id')
"""


def watch(organization_id: int) -> None:
    """Count from now on each change of a row that is not this organization's."""
    with every_organization(), connection.cursor() as cursor:
        cursor.execute(NOTE)
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'CREATE TRIGGER isolation_note AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
                f" FOR EACH ROW EXECUTE FUNCTION isolation_note('{int(organization_id)}')"
            )


def changes() -> int:
    """How many changes were counted so far."""
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM isolation_changes")
        return int(cursor.fetchone()[0])


def crossing_keys() -> list[str]:
    """The foreign keys by which a row of one organization points at a row of another."""
    with every_organization(), connection.cursor() as cursor:
        cursor.execute(CROSSING_KEYS)
        found = cursor.fetchall()
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}.{column}' WHERE EXISTS (SELECT 1 FROM {table} a JOIN {target} b ON b.{key} = a.{column}"  # noqa: S608
                " WHERE a.organization_id <> b.organization_id)"
                for table, column, target, key in found
            )
        )
        return [name for (name,) in cursor.fetchall()]
