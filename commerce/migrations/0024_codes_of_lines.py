"""Promotions say themselves whether they are for all tours, and the steps of lines say which code each is of."""

from django.db import migrations, models

FOR_SOME = """
UPDATE commerce_promotion AS promotion SET for_all = false
WHERE EXISTS (SELECT FROM commerce_promotiontarget target WHERE target.promotion_id = promotion.id)
"""

# Until now a step had only its words, in which the code stands.
STEPS = """
UPDATE commerce_orderline AS line SET price_steps = (
    SELECT jsonb_agg(
        CASE WHEN step->>'kind' = 'promo' AND discount.promo_code_id IS NOT NULL
            THEN step || jsonb_build_object('code_id', discount.promo_code_id) ELSE step END
        ORDER BY place)
    FROM jsonb_array_elements(line.price_steps) WITH ORDINALITY AS steps (step, place)
    LEFT JOIN LATERAL (
        SELECT promo_code_id FROM commerce_applieddiscount
        WHERE order_id = line.order_id AND position(code IN step->>'label') > 0
        ORDER BY length(code) DESC, id LIMIT 1
    ) AS discount ON true)
WHERE line.price_steps @> '[{"kind": "promo"}]'
"""


class Migration(migrations.Migration):
    dependencies = [("commerce", "0023_differences_settled")]

    operations = [
        migrations.AddField(
            model_name="promotion",
            name="for_all",
            field=models.BooleanField(db_default=True, default=True, verbose_name="for all tours"),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="name",
            field=models.CharField(max_length=330, verbose_name="what"),
        ),
        migrations.RunSQL(FOR_SOME, migrations.RunSQL.noop),
        migrations.RunSQL(STEPS, migrations.RunSQL.noop),
    ]
