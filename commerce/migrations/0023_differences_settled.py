from django.db import migrations, models

# What the ledger has for differences that were settled before this was counted.
COUNT_PAST = """
UPDATE commerce_difference SET settled_minor = past.amount
FROM (
    SELECT movement.organization_id, split_part(movement.reference, '-', 2)::bigint AS difference_id, sum(entry.amount_minor) AS amount
    FROM commerce_ledgertransaction movement
    JOIN commerce_ledgerentry entry ON entry.transaction_id = movement.id AND entry.account = 'stripe'
    WHERE movement.kind = 'adjustment' AND movement.reference ~ '^difference-[0-9]+-'
    GROUP BY 1, 2
) past
WHERE commerce_difference.id = past.difference_id AND commerce_difference.organization_id = past.organization_id;
"""


class Migration(migrations.Migration):
    dependencies = [("commerce", "0022_reconciliation")]

    operations = [
        migrations.AddField(
            model_name="difference",
            name="settled_minor",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name="difference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("amount", "Another amount at Stripe"),
                    ("unknown_here", "Not booked here"),
                    ("unknown_stripe", "Unknown at Stripe"),
                    ("other_currency", "Stripe settles in another currency"),
                    ("failed", "Could not be compared"),
                ],
                editable=False,
                max_length=16,
                verbose_name="what",
            ),
        ),
        migrations.RunSQL(COUNT_PAST, migrations.RunSQL.noop),
    ]
