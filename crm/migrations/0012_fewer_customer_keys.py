from django.db import migrations

# As `crm.models.CustomerKey` describes them. One statement that PostgreSQL writes into the statement that asks (`FROM customers,
# crm_customer_keys(…)`), so that nothing is prepared anew for each customer. The e-mail's domain is no word: too many share it.
KEYS = r"""
CREATE OR REPLACE FUNCTION crm_customer_keys(search_text text, folded_email text, phone text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT DISTINCT key FROM (
        SELECT unnest(
            CASE WHEN length(word) > 7 THEN ARRAY['w' || left(word, 60), '~' || left(word, 7)] ELSE ARRAY['w' || word] END
        ) AS key
        FROM regexp_split_to_table(
            regexp_replace(search_text, '@\S*', ''), '[\u0001-/:-@\[-`{-~\u00a0\u3000]+'
        ) AS word
        WHERE word <> ''
        UNION ALL
        SELECT 'e' || left(split_part(search_text, ' ', -2), 254) WHERE folded_email <> ''
        UNION ALL
        SELECT 'p' || substr(digits, at)
        FROM regexp_replace(phone, '\D', '', 'g') AS digits, generate_series(1, length(digits) - 3) AS at
    ) AS keys
$$;
CREATE OR REPLACE FUNCTION crm_write_customer_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM crm_customerkey k USING old_rows o WHERE k.customer_id = o.id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO crm_customerkey (organization_id, customer_id, key)
        SELECT n.organization_id, n.id, k FROM new_rows n, crm_customer_keys(n.search_text, n.email_folded, n.phone) AS k;
    ELSIF EXISTS (
        SELECT 1 FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.search_text, n.phone) IS DISTINCT FROM (o.search_text, o.phone)
    ) THEN
        DELETE FROM crm_customerkey k USING new_rows n JOIN old_rows o USING (id)
        WHERE k.customer_id = n.id AND (n.search_text, n.phone) IS DISTINCT FROM (o.search_text, o.phone);
        INSERT INTO crm_customerkey (organization_id, customer_id, key)
        SELECT n.organization_id, n.id, k
        FROM new_rows n JOIN old_rows o USING (id), crm_customer_keys(n.search_text, n.email_folded, n.phone) AS k
        WHERE (n.search_text, n.phone) IS DISTINCT FROM (o.search_text, o.phone);
    END IF;
    RETURN NULL;
END $$;
DELETE FROM crm_customerkey;
INSERT INTO crm_customerkey (organization_id, customer_id, key)
SELECT c.organization_id, c.id, k FROM crm_customer c, crm_customer_keys(c.search_text, c.email_folded, c.phone) AS k
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0011_tasks_and_projects")]

    # The keys of before would be wrong for the search of before only; going back is for an empty table.
    operations = [migrations.RunSQL(KEYS, migrations.RunSQL.noop)]
