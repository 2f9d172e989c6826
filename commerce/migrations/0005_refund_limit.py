import tenancy.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commerce', '0004_refund_by_hand'),
        ('tenancy', '0003_row_level_security'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='payment',
            options={'permissions': [('confirm_payment', 'Can confirm a payment that came in'), ('refund_payment', 'Can pay money back'), ('refund_any_amount', "Can pay money back above the organization's limit")], 'verbose_name': 'payment', 'verbose_name_plural': 'payments'},
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='refund_limit_minor',
            field=tenancy.fields.MinorUnitsField(blank=True, help_text='All refunds of the order together. Empty: no limit. Owners and admins can always pay back any amount.', null=True, verbose_name='most that managers pay back of one order'),
        ),
        migrations.AddConstraint(
            model_name='paymentsettings',
            constraint=models.CheckConstraint(condition=models.Q(('refund_limit_minor__isnull', True), ('refund_limit_minor__gte', 0), _connector='OR'), name='refund_limit_amount'),
        ),
    ]
