import django.core.validators
import django.db.models.deletion
import modelcluster.fields
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0007_audit'),
        ('tours', '0008_guide_assignments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='schedule',
            name='decision_hours',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='decided (hours before)'),
        ),
        migrations.AddField(
            model_name='schedule',
            name='guaranteed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='guaranteed since'),
        ),
        migrations.AddField(
            model_name='schedule',
            name='min_participants',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='fewest participants'),
        ),
        migrations.AddField(
            model_name='tour',
            name='decision_hours',
            field=models.PositiveSmallIntegerField(db_default=24, default=24, help_text='How long before the start it is decided whether enough people come.', verbose_name='decided (hours before)'),
        ),
        migrations.AddField(
            model_name='tourvariant',
            name='decision_hours',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='decided (hours before)'),
        ),
        migrations.AddField(
            model_name='tourvariant',
            name='min_participants',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='fewest participants'),
        ),
        migrations.AlterField(
            model_name='tour',
            name='min_participants',
            field=models.PositiveSmallIntegerField(default=1, help_text='With fewer people booked you are asked whether a departure takes place. 1: always.', verbose_name='fewest participants'),
        ),
        migrations.CreateModel(
            name='Resource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('stock', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='how many there are')),
                ('turnaround_minutes', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='minutes until ready again')),
                ('is_active', models.BooleanField(default=True, verbose_name='in service')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'resource',
                'verbose_name_plural': 'resources',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ResourceNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('quantity', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)], verbose_name='how many')),
                ('basis', models.CharField(choices=[('departure', 'for the departure'), ('seat', 'for each place taken')], default='departure', max_length=12, verbose_name='counted')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('resource', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='tours.resource', verbose_name='resource')),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='resource_needs', to='tours.tourvariant', verbose_name='tour and variant')),
            ],
            options={
                'verbose_name': 'need of a resource',
                'verbose_name_plural': 'needs of resources',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='DepartureDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('booked', models.PositiveIntegerField(verbose_name='booked')),
                ('minimum', models.PositiveSmallIntegerField(verbose_name='fewest participants')),
                ('proposal', models.CharField(choices=[('run', 'Let it take place'), ('merge', 'Move its guests to another departure'), ('cancel', 'Cancel it')], max_length=12, verbose_name='proposal')),
                ('outcome', models.CharField(blank=True, choices=[('run', 'Takes place'), ('merge', 'Guests moved to another departure'), ('cancel', 'Cancelled'), ('reached', 'Enough participants after all'), ('lapsed', 'Not decided in time'), ('over', 'Departure cancelled otherwise')], max_length=12, verbose_name='decision')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('note', models.TextField(blank=True, verbose_name='why')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('merge_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tours.schedule', verbose_name='into')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='tours.schedule', verbose_name='schedule')),
            ],
            options={
                'verbose_name': 'decision about a departure',
                'verbose_name_plural': 'decisions about departures',
                'ordering': ['decided_at', 'schedule__starts_at', 'pk'],
                'indexes': [models.Index(fields=['organization', 'decided_at'], name='decision_by_time')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at', None)), fields=('schedule',), name='decision_once_open'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('outcome', '')), models.Q(models.Q(('decided_at', None), _negated=True), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='decision_with_outcome')],
            },
        ),
        migrations.CreateModel(
            name='PlanningSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('minimum_decided_by', models.CharField(choices=[('staff', 'Your team: the system only proposes'), ('run', 'The system: let them take place'), ('cancel', 'The system: cancel them, refund and tell the guests')], db_default='staff', default='staff', max_length=12, verbose_name='who decides when too few people come')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'planning settings',
                'verbose_name_plural': 'planning settings',
                'constraints': [models.UniqueConstraint(fields=('organization',), name='planning_settings_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='resource_name_unique', violation_error_message='There is already a resource with this name.'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.CheckConstraint(condition=models.Q(('turnaround_minutes__lte', 1440)), name='resource_turnaround'),
        ),
        migrations.AddConstraint(
            model_name='resourceneed',
            constraint=models.UniqueConstraint(fields=('resource', 'variant'), name='resource_once_per_variant', violation_error_message='This variant stands here twice.'),
        ),
        migrations.AddConstraint(
            model_name='resourceneed',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='need_quantity'),
        ),
        ProtectTables(
            ["tours_resource", "tours_resourceneed", "tours_departuredecision", "tours_planningsettings"]
        ),
        SameOrganization("tours_resourceneed", "resource_id", "tours_resource"),
        SameOrganization("tours_resourceneed", "variant_id", "tours_tourvariant"),
        SameOrganization("tours_departuredecision", "schedule_id", "tours_schedule"),
        SameOrganization("tours_departuredecision", "merge_into_id", "tours_schedule"),
    ]
