import django.db.models.deletion
from django.db import migrations, models

# Without statistics PostgreSQL reads all customers of an organization where one was asked for by key, and keeps that plan for as long as
# the connection lasts; its own daemon comes by once a minute. Looking at rows is the right of who owns the tables.
CREATE = """
CREATE FUNCTION crm_analyse_imported() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    small text;
BEGIN
    FOR small IN SELECT relname FROM pg_class WHERE reltuples < 10000 AND relnamespace = 'public'::regnamespace AND relname IN (
        'crm_customer', 'crm_customerkey', 'crm_customertag', 'crm_consent', 'crm_externalid', 'crm_importchange', 'crm_importproblem',
        'crm_protocol', 'crm_task', 'crm_activity'
    ) ORDER BY relname LOOP
        EXECUTE format('ANALYZE %I', small);
    END LOOP;
END $$;
"""
DROP = "DROP FUNCTION crm_analyse_imported();"


class Migration(migrations.Migration):
    dependencies = [("crm", "0025_made_by_imports")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        # Its unique constraint begins with the customer.
        migrations.AlterField(
            "customertag",
            "customer",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tags",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
    ]
