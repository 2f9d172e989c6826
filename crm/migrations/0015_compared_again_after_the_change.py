"""The database marks customers to be compared again once they have been changed, no longer while they are."""

from django.db import migrations

# With a trigger before the update PostgreSQL takes the generated `email_folded`, which is unique, for changed by any update, and locks
# the row as if its key changed: two who each wrote an activity of a customer, and so hold its key, then waited for each other.
AFTER = """
DROP TRIGGER customer_compare_again ON crm_customer;
CREATE OR REPLACE FUNCTION crm_compare_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm_customer SET is_compared = false WHERE id = NEW.id AND is_compared;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_compare_again AFTER UPDATE OF first_name, last_name, email, phone ON crm_customer FOR EACH ROW
    WHEN (
        (NEW.first_name, NEW.last_name, NEW.email, NEW.phone)
        IS DISTINCT FROM (OLD.first_name, OLD.last_name, OLD.email, OLD.phone)
    )
    EXECUTE FUNCTION crm_compare_again();
"""
BEFORE = """
DROP TRIGGER customer_compare_again ON crm_customer;
CREATE OR REPLACE FUNCTION crm_compare_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.is_compared := false;
    RETURN NEW;
END $$;
CREATE TRIGGER customer_compare_again BEFORE UPDATE OF first_name, last_name, email, phone ON crm_customer FOR EACH ROW
    WHEN (
        (NEW.first_name, NEW.last_name, NEW.email, NEW.phone)
        IS DISTINCT FROM (OLD.first_name, OLD.last_name, OLD.email, OLD.phone)
    )
    EXECUTE FUNCTION crm_compare_again();
"""


class Migration(migrations.Migration):

    dependencies = [("crm", "0014_documents")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
