import django.core.validators
import django.db.models.deletion
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

from tenancy.rls import ProtectTables, SameOrganization

ID = ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID'))
CREATED = ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created'))
UPDATED = ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed'))


def organization():
    return ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization'))


class Migration(migrations.Migration):

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('crm', '0016_follow_ups_are_tasks'),
        ('tenancy', '0007_audit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AttentionRule',
            fields=[
                ID,
                CREATED,
                UPDATED,
                ('kind', models.CharField(editable=False, max_length=40, verbose_name='what')),
                ('is_active', models.BooleanField(default=True, verbose_name='looked for')),
                ('amount', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='how many')),
                ('tag', models.CharField(blank=True, max_length=40, verbose_name='only with this tag')),
                ('severity', models.PositiveSmallIntegerField(choices=[(1, 'Can wait'), (2, 'Soon'), (3, 'Now')], default=2, verbose_name='how pressing')),
                ('to_holder', models.BooleanField(default=False)),
                ('role', models.CharField(blank=True, choices=[('owner', 'Owner'), ('admin', 'Admin'), ('manager', 'Manager'), ('editor', 'Editor'), ('guide', 'Guide')], max_length=12)),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                organization(),
            ],
            options={
                'verbose_name': 'attention rule',
                'verbose_name_plural': 'attention rules',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'kind'), name='attention_rule_once')],
            },
        ),
        migrations.CreateModel(
            name='AttentionDigest',
            fields=[
                ID,
                CREATED,
                UPDATED,
                ('frequency', models.CharField(choices=[('never', 'Never'), ('daily', 'Every morning'), ('weekly', 'On Monday morning')], default='never', max_length=12, verbose_name='E-mail about what needs attention')),
                ('sent_on', models.DateField(editable=False, null=True)),
                organization(),
                ('user', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'digest',
                'verbose_name_plural': 'digests',
                'constraints': [models.UniqueConstraint(fields=('organization', 'user'), name='attention_digest_once')],
            },
        ),
        migrations.CreateModel(
            name='AttentionItem',
            fields=[
                ID,
                CREATED,
                UPDATED,
                ('object_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('facts', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('open', 'Open'), ('snoozed', 'Later'), ('done', 'Done'), ('gone', 'Settled by itself')], default='open', editable=False, max_length=12, verbose_name='status')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('snoozed_until', models.DateField(null=True, verbose_name='until')),
                ('settled_at', models.DateTimeField(null=True)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attention_items', to='crm.customer', verbose_name='customer')),
                ('holder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                organization(),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='crm.attentionrule', verbose_name='rule')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'attention item',
                'verbose_name_plural': 'attention items',
                'indexes': [
                    models.Index(condition=models.Q(('state', 'gone'), _negated=True), fields=['organization', 'rule', 'since'], name='attention_by_rule'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['organization', 'customer'], name='attention_by_customer'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('rule', 'content_type', 'object_id'), name='attention_item_once'),
                    models.CheckConstraint(condition=models.Q(('snoozed_until__isnull', False), models.Q(('state', 'snoozed'), _negated=True), _connector='OR'), name='attention_snoozed_until_a_day'),
                ],
            },
        ),
        ProtectTables(["crm_attentionrule", "crm_attentionitem", "crm_attentiondigest"]),
        SameOrganization("crm_attentionitem", "rule_id", "crm_attentionrule"),
        SameOrganization("crm_attentionitem", "customer_id", "crm_customer"),
    ]
