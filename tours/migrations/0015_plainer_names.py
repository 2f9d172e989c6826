import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tours", "0014_price_rules")]

    operations = [
        migrations.AlterField(
            model_name="availabilitypattern",
            name="every_weeks",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(52),
                ],
                verbose_name="repeats every (weeks)",
            ),
        ),
        migrations.AlterField(
            model_name="availabilitypattern",
            name="excluded_dates",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateField(), blank=True, default=list, size=None, verbose_name="days left out"
            ),
        ),
        migrations.AlterConstraint(
            model_name="resourceneed",
            name="resource_once_per_variant",
            constraint=models.UniqueConstraint(
                fields=("resource", "variant"),
                name="resource_once_per_variant",
                violation_error_message="This variant is listed twice.",
            ),
        ),
    ]
