from django.db import migrations

# The currency of an organization cannot change once it has an order, and an order is in the currency that the organization has when
# the order is committed. The lock makes an order and a change of currency that happen at once wait for each other; orders do
# not hold each other up. Like foreign keys, the functions look at rows as the owner of the tables, whatever scope commits.
CREATE = """
CREATE FUNCTION commerce_refuse_currency() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM commerce_order WHERE organization_id = NEW.id) THEN
        RAISE EXCEPTION 'There are orders in %', OLD.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_currency_locked',
                  TABLE = TG_TABLE_NAME, DETAIL = 'organization_currency_locked';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER currency_locked BEFORE UPDATE OF currency ON tenancy_organization
    FOR EACH ROW WHEN (OLD.currency IS DISTINCT FROM NEW.currency) EXECUTE FUNCTION commerce_refuse_currency();

CREATE FUNCTION commerce_check_currency() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM tenancy_organization WHERE id = NEW.organization_id AND currency = NEW.currency FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'An order in % is not in the currency of its organization', NEW.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_currency',
                  TABLE = TG_TABLE_NAME, DETAIL = 'order_currency';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_currency AFTER INSERT ON commerce_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commerce_check_currency();
"""
DROP = """
DROP TRIGGER order_currency ON commerce_order;
DROP FUNCTION commerce_check_currency();
DROP TRIGGER currency_locked ON tenancy_organization;
DROP FUNCTION commerce_refuse_currency();
"""


class Migration(migrations.Migration):
    """The currency of an organization is locked by its first order."""

    dependencies = [("commerce", "0006_search_text")]

    operations = [migrations.RunSQL(CREATE, DROP)]
