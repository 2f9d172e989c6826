from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0002_row_level_security"),
        ("crm", "0002_row_level_security"),
        ("tenancy", "0003_row_level_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="checkout_token",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("organization", "checkout_token"), name="order_checkout_once"),
        ),
    ]
