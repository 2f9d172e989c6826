from django.db import migrations

# What is written for a customer who was merged into another one goes to that one: `crm.migrations.0013_merging`.
FOLLOW = (
    "CREATE TRIGGER follow_merge BEFORE INSERT OR UPDATE OF customer_id ON {table} FOR EACH ROW"
    " WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION crm_follow_merge()"
)
UNDO = "DROP TRIGGER follow_merge ON {table}"


class Migration(migrations.Migration):
    dependencies = [("tours", "0017_accessibility_is_a_list"), ("crm", "0013_merging")]

    operations = [
        migrations.RunSQL(FOLLOW.format(table="tours_booking"), UNDO.format(table="tours_booking")),
    ]
