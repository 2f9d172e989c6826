import commerce.models.orders
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import tenancy.fields
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):

    dependencies = [
        ('commerce', '0019_plainer_names'),
        ('crm', '0007_customer_pays_by_invoice'),
        ('tenancy', '0007_audit'),
        ('tours', '0011_guide_profiles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DepositRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('percent', models.PositiveSmallIntegerField(blank=True, help_text='Of the price. 0: no deposit for this tour.', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(99)], verbose_name='share in percent')),
                ('amount_minor', tenancy.fields.MinorUnitsField(blank=True, help_text='For each departure that is booked.', null=True, verbose_name='or a fixed amount')),
                ('rest_days', models.PositiveSmallIntegerField(default=30, help_text='Who books later than this pays the whole amount at once.', validators=[django.core.validators.MaxValueValidator(365)], verbose_name='rest due, days before the departure')),
            ],
            options={
                'verbose_name': 'deposit',
                'verbose_name_plural': 'deposits',
                'ordering': ['tour__name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderAdjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'extra charge or reduction',
                'verbose_name_plural': 'extra charges and reductions',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='PaymentLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('secret', models.CharField(default=commerce.models.orders.new_secret, editable=False, max_length=64, unique=True)),
                ('amount_minor', models.BigIntegerField(blank=True, null=True, verbose_name='amount')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='what for')),
                ('expires_at', models.DateTimeField(verbose_name='ends')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
            ],
            options={
                'verbose_name': 'payment link',
                'verbose_name_plural': 'payment links',
                'ordering': ['-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='order',
            name='order_adds_up',
        ),
        migrations.AddField(
            model_name='order',
            name='adjustment_minor',
            field=models.BigIntegerField(db_default=0, default=0, verbose_name='extra charges and reductions'),
        ),
        migrations.AddField(
            model_name='payment',
            name='due_on',
            field=models.DateField(blank=True, null=True, verbose_name='due on'),
        ),
        migrations.AddField(
            model_name='payment',
            name='note',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='note'),
        ),
        migrations.AddField(
            model_name='payment',
            name='purpose',
            field=models.CharField(choices=[('whole', 'Whole amount'), ('deposit', 'Deposit'), ('rest', 'Rest'), ('extra', 'Extra')], db_default='whole', default='whole', editable=False, max_length=12, verbose_name='what for'),
        ),
        migrations.AddField(
            model_name='payment',
            name='recorded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='written down at'),
        ),
        migrations.AddField(
            model_name='payment',
            name='recorded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written down by'),
        ),
        migrations.AddField(
            model_name='payment',
            name='recorded_minor',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='amount written down'),
        ),
        migrations.AddField(
            model_name='payment',
            name='stop_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='cancel_days_after',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Only orders of which nothing was paid. Empty: none is cancelled by itself.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)], verbose_name='cancel unpaid orders, days after a payment was due'),
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='invoice_days',
            field=models.PositiveSmallIntegerField(db_default=14, default=14, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days to pay an invoice'),
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='invoice_for',
            field=models.CharField(choices=[('nobody', 'Nobody'), ('chosen', 'Customers who may, when you book for them'), ('everybody', 'Everybody, also guests who book online')], db_default='nobody', default='nobody', help_text="Their places are confirmed at once. Who may is said on the customer's page.", max_length=12, verbose_name='who may pay by invoice'),
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='invoice_max_minor',
            field=tenancy.fields.MinorUnitsField(blank=True, null=True, verbose_name='up to an amount of'),
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='invoice_min_minor',
            field=tenancy.fields.MinorUnitsField(blank=True, null=True, verbose_name='from an amount of'),
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='remind_days_after',
            field=models.PositiveSmallIntegerField(blank=True, db_default=3, default=3, help_text='Empty: no reminder.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)], verbose_name='remind guests again, days after it was due'),
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='remind_days_before',
            field=models.PositiveSmallIntegerField(blank=True, db_default=3, default=3, help_text='Empty: no reminder.', null=True, validators=[django.core.validators.MaxValueValidator(90)], verbose_name='remind guests, days before a payment is due'),
        ),
        migrations.AddField(
            model_name='paymentsettings',
            name='second_person_minor',
            field=tenancy.fields.MinorUnitsField(blank=True, help_text='Money that came by transfer, in cash or another way: who wrote it down cannot confirm it. Empty: one person is enough.', null=True, verbose_name='a second person confirms money above'),
        ),
        migrations.AlterField(
            model_name='order',
            name='method',
            field=models.CharField(choices=[('card', 'Card'), ('bank_transfer', 'Bank transfer'), ('on_arrival', 'On arrival'), ('invoice', 'Invoice'), ('manual', 'Paid to us another way'), ('free', 'Nothing to pay')], max_length=20, verbose_name='payment method'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='method',
            field=models.CharField(choices=[('card', 'Card'), ('bank_transfer', 'Bank transfer'), ('on_arrival', 'On arrival'), ('invoice', 'Invoice'), ('manual', 'Paid to us another way'), ('free', 'Nothing to pay')], max_length=20, verbose_name='method'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('due_on__isnull', False), ('status', 'awaiting_approval')), fields=['organization', 'due_on'], name='payment_due'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('stop_at__isnull', False)), fields=['stop_at'], name='payment_to_stop'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('subtotal_minor'), '-', models.F('discount_minor')), '+', models.F('tax_minor')), '+', models.F('adjustment_minor'))), ('total_minor__gte', 0)), name='order_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_by__isnull', True), ('approver__isnull', True), models.Q(('recorded_by', models.F('approver')), _negated=True), _connector='OR'), name='payment_four_eyes'),
        ),
        migrations.AddField(
            model_name='depositrule',
            name='organization',
            field=models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization'),
        ),
        migrations.AddField(
            model_name='depositrule',
            name='tour',
            field=models.ForeignKey(blank=True, help_text='Empty: for all tours without a rule of their own.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tours.tour', verbose_name='tour'),
        ),
        migrations.AddField(
            model_name='orderadjustment',
            name='actor',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='orderadjustment',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='adjustments', to='commerce.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='orderadjustment',
            name='organization',
            field=models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization'),
        ),
        migrations.AddField(
            model_name='paymentlink',
            name='actor',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='paymentlink',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='payment_links', to='commerce.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='paymentlink',
            name='organization',
            field=models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization'),
        ),
        migrations.AddConstraint(
            model_name='depositrule',
            constraint=models.UniqueConstraint(fields=('organization', 'tour'), name='deposit_rule_once', nulls_distinct=False, violation_error_message='There is a rule for this already.'),
        ),
        migrations.AddConstraint(
            model_name='depositrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_minor__isnull', True), ('percent__isnull', False), ('percent__lte', 99)), models.Q(('amount_minor__gt', 0), ('percent__isnull', True)), _connector='OR'), name='deposit_rule_one_kind', violation_error_message='Give either a share or a fixed amount.'),
        ),
        migrations.AddIndex(
            model_name='orderadjustment',
            index=models.Index(fields=['organization', 'order'], name='adjustment_by_order'),
        ),
        migrations.AddConstraint(
            model_name='orderadjustment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='adjustment_amount'),
        ),
        migrations.AddIndex(
            model_name='paymentlink',
            index=models.Index(fields=['organization', 'order'], name='payment_link_by_order'),
        ),
        migrations.AddConstraint(
            model_name='paymentlink',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__isnull', True), ('amount_minor__gt', 0), _connector='OR'), name='payment_link_amount'),
        ),
        migrations.RunSQL(
            "UPDATE commerce_payment SET purpose = 'extra' WHERE is_further",
            "UPDATE commerce_payment SET is_further = purpose IN ('rest', 'extra')",
        ),
        migrations.RemoveField(
            model_name='payment',
            name='is_further',
        ),
        migrations.AlterField(
            model_name='ledgertransaction',
            name='method',
            field=models.CharField(blank=True, choices=[('card', 'Card'), ('bank_transfer', 'Bank transfer'), ('on_arrival', 'On arrival'), ('invoice', 'Invoice'), ('manual', 'Paid to us another way'), ('free', 'Nothing to pay')], max_length=20, verbose_name='payment method'),
        ),
        ProtectTables(["commerce_depositrule", "commerce_orderadjustment", "commerce_paymentlink"]),
        SameOrganization("commerce_depositrule", "tour_id", "tours_tour"),
        SameOrganization("commerce_orderadjustment", "order_id", "commerce_order"),
        SameOrganization("commerce_paymentlink", "order_id", "commerce_order"),
    ]
