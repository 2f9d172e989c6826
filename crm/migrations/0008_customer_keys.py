import django.db.models.deletion
from django.db import migrations, models

import tenancy.scope
from tenancy.rls import ProtectTables

# The keys of a customer, as `crm.models.CustomerKey` describes them. The e-mail's domain is no word: too many share it.
KEYS = r"""
CREATE FUNCTION crm_customer_keys(search_text text, folded_email text, phone text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH words AS (
        SELECT DISTINCT word
        FROM regexp_split_to_table(
            regexp_replace(search_text, '@\S*', ''), '[\u0001-/:-@\[-`{-~\u00a0\u3000]+'
        ) AS word
        WHERE word <> ''
    )
    SELECT 'w' || left(word, 60) FROM words
    UNION
    SELECT '~' || overlay(left(word, 7) PLACING '' FROM at FOR CASE WHEN at > 7 THEN 0 ELSE 1 END)
    FROM words, generate_series(1, least(length(word), 7) + 1) AS at
    WHERE length(word) >= 3
    UNION
    SELECT 'e' || left(split_part(search_text, ' ', -2), 254) WHERE folded_email <> ''
    UNION
    SELECT 'p' || substr(digits, at)
    FROM regexp_replace(phone, '\D', '', 'g') AS digits, generate_series(1, length(digits) - 3) AS at
$$
"""

# For each statement rather than each row, so that an import writes the keys of all its rows at once.
TRIGGERS = """
CREATE FUNCTION crm_write_customer_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM crm_customerkey k USING old_rows o WHERE k.customer_id = o.id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO crm_customerkey (organization_id, customer_id, key)
        SELECT n.organization_id, n.id, crm_customer_keys(n.search_text, n.email_folded, n.phone) FROM new_rows n;
    ELSIF EXISTS (
        SELECT 1 FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.search_text, n.phone) IS DISTINCT FROM (o.search_text, o.phone)
    ) THEN
        DELETE FROM crm_customerkey k USING new_rows n JOIN old_rows o USING (id)
        WHERE k.customer_id = n.id AND (n.search_text, n.phone) IS DISTINCT FROM (o.search_text, o.phone);
        INSERT INTO crm_customerkey (organization_id, customer_id, key)
        SELECT n.organization_id, n.id, crm_customer_keys(n.search_text, n.email_folded, n.phone)
        FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.search_text, n.phone) IS DISTINCT FROM (o.search_text, o.phone);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_keys_insert AFTER INSERT ON crm_customer REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION crm_write_customer_keys();
CREATE TRIGGER customer_keys_update AFTER UPDATE ON crm_customer REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION crm_write_customer_keys();
CREATE TRIGGER customer_keys_delete AFTER DELETE ON crm_customer REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION crm_write_customer_keys();
-- Also for those who write much at once with triggers off.
ALTER TABLE crm_customer ENABLE ALWAYS TRIGGER customer_keys_insert;
ALTER TABLE crm_customer ENABLE ALWAYS TRIGGER customer_keys_update;
ALTER TABLE crm_customer ENABLE ALWAYS TRIGGER customer_keys_delete;
"""

FILL = """
INSERT INTO crm_customerkey (organization_id, customer_id, key)
SELECT organization_id, id, crm_customer_keys(search_text, email_folded, phone) FROM crm_customer
"""

UNDO = """
DROP TRIGGER customer_keys_insert ON crm_customer;
DROP TRIGGER customer_keys_update ON crm_customer;
DROP TRIGGER customer_keys_delete ON crm_customer;
DROP FUNCTION crm_write_customer_keys();
DROP FUNCTION crm_customer_keys(text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0007_customer_pays_by_invoice"), ("tenancy", "0007_audit")]

    operations = [
        migrations.CreateModel(
            name="CustomerKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(db_collation="C")),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="keys",
                        to="crm.customer",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "key of a customer",
                "verbose_name_plural": "keys of customers",
                "indexes": [
                    models.Index(fields=["organization", "key"], include=["customer"], name="customer_key"),
                    models.Index(fields=["customer", "key"], name="customer_key_of"),
                ],
            },
        ),
        ProtectTables(["crm_customerkey"]),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, UNDO),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
