from django.db import migrations

# What is written for a customer who was merged into another one goes to that one: `crm.migrations.0013_merging`.
FOLLOW = (
    "CREATE TRIGGER follow_merge BEFORE INSERT OR UPDATE OF customer_id ON {table} FOR EACH ROW"
    " WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION crm_follow_merge()"
)
UNDO = "DROP TRIGGER follow_merge ON {table}"


class Migration(migrations.Migration):
    dependencies = [("commerce", "0028_let_off"), ("crm", "0013_merging")]

    operations = [
        migrations.RunSQL(FOLLOW.format(table="commerce_order"), UNDO.format(table="commerce_order")),
        migrations.RunSQL(FOLLOW.format(table="commerce_promotioncustomer"), UNDO.format(table="commerce_promotioncustomer")),
    ]
