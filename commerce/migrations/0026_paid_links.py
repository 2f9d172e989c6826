import django.db.models.deletion
from django.db import migrations, models

from tenancy.rls import SameOrganization


class Migration(migrations.Migration):

    dependencies = [
        ("commerce", "0025_authorisations"),
    ]

    operations = [
        migrations.AddField(
            model_name="paymentlink",
            name="payment",
            field=models.ForeignKey(
                editable=False,
                help_text="The card payment that it began last.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="links",
                to="commerce.payment",
                verbose_name="payment",
            ),
        ),
        SameOrganization("commerce_paymentlink", "payment_id", "commerce_payment"),
    ]
