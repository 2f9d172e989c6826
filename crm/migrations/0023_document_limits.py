import django.db.models.deletion
import tenancy.scope
from django.db import migrations, models

from tenancy.rls import ProtectTables


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0022_consents_withdrawn'),
        ('tenancy', '0009_review_of_pages'),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentLimits',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('max_megabytes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='largest file, in MB')),
                ('endings', models.JSONField(blank=True, default=list, verbose_name='kinds of files')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'limits of private documents',
                'verbose_name_plural': 'limits of private documents',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('organization',), name='document_limits_once')],
            },
        ),
        ProtectTables(["crm_documentlimits"]),
    ]
