import django.db.models.deletion
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0003_row_level_security'),
        ('tours', '0002_row_level_security'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='schedule',
            options={'ordering': ['starts_at', 'pk'], 'permissions': [('view_manifest', 'Can see who comes on any departure'), ('lead_schedule', 'Can see the departures they lead, and who comes on them')], 'verbose_name': 'schedule', 'verbose_name_plural': 'schedules'},
        ),
        migrations.CreateModel(
            name='Guide',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='leads tours')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'guide',
                'verbose_name_plural': 'guides',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='GuideAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('status', models.CharField(choices=[('pending', 'Asked'), ('confirmed', 'Confirmed'), ('declined', 'Declined')], default='pending', max_length=12, verbose_name='status')),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='tours.guide', verbose_name='guide')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guide_assignments', to='tours.schedule', verbose_name='schedule')),
            ],
            options={
                'verbose_name': 'guide assignment',
                'verbose_name_plural': 'guide assignments',
            },
        ),
        migrations.AddIndex(
            model_name='guide',
            index=models.Index(fields=['organization', 'name'], name='guide_by_name'),
        ),
        migrations.AddConstraint(
            model_name='guide',
            constraint=models.UniqueConstraint(fields=('organization', 'user'), name='guide_account_unique', violation_error_message='This account belongs to another guide already.'),
        ),
        migrations.AddIndex(
            model_name='guideassignment',
            index=models.Index(fields=['organization', 'guide', 'status'], name='assignment_by_guide'),
        ),
        migrations.AddConstraint(
            model_name='guideassignment',
            constraint=models.UniqueConstraint(fields=('schedule', 'guide'), name='guide_once_per_schedule'),
        ),
        ProtectTables(["tours_guide", "tours_guideassignment"]),
        SameOrganization("tours_guideassignment", "schedule_id", "tours_schedule"),
        SameOrganization("tours_guideassignment", "guide_id", "tours_guide"),
    ]
