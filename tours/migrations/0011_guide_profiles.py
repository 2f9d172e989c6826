import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import modelcluster.fields
import phonenumber_field.modelfields
import tenancy.fields
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0007_audit'),
        ('tours', '0010_resource_guard'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='guideassignment',
            name='asked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who asked'),
        ),
        migrations.AddField(
            model_name='guide',
            name='email',
            field=models.EmailField(blank=True, help_text='Where requests are sent. Empty: the address of the account.', max_length=254, verbose_name='e-mail'),
        ),
        migrations.AddField(
            model_name='guide',
            name='languages',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), blank=True, db_default=[], default=list, help_text='Codes of the languages they lead in, such as en, de.', size=None, verbose_name='languages'),
        ),
        migrations.AddField(
            model_name='guide',
            name='max_hours_per_day',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(24)], verbose_name='most hours a day'),
        ),
        migrations.AddField(
            model_name='guide',
            name='max_hours_per_week',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(168)], verbose_name='most hours a week'),
        ),
        migrations.AddField(
            model_name='guide',
            name='note',
            field=models.TextField(blank=True, db_default='', verbose_name='internal note'),
        ),
        migrations.AddField(
            model_name='guide',
            name='phone',
            field=phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None, verbose_name='phone'),
        ),
        migrations.CreateModel(
            name='Certification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'certificate',
                'verbose_name_plural': 'certificates',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='tour',
            name='required_certification',
            field=models.ForeignKey(blank=True, help_text='Nobody without it, or whose certificate has expired by the day, can be put down for this tour.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tours', to='tours.certification', verbose_name='certificate that guides need'),
        ),
        migrations.CreateModel(
            name='GuideAvailability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('start_time', models.TimeField(verbose_name='from')),
                ('end_time', models.TimeField(help_text='23:59 means until midnight.', verbose_name='until')),
                ('guide', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='availabilities', to='tours.guide', verbose_name='guide')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'weekly hours',
                'verbose_name_plural': 'weekly hours',
                'ordering': ['weekday', 'start_time', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='GuideCertification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('number', models.CharField(blank=True, max_length=80, verbose_name='number')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='issued on')),
                ('expires_on', models.DateField(blank=True, help_text='Empty: it does not expire.', null=True, verbose_name='last day it holds')),
                ('certification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holders', to='tours.certification', verbose_name='certificate')),
                ('guide', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='certifications', to='tours.guide', verbose_name='guide')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'certificate of a guide',
                'verbose_name_plural': 'certificates of guides',
                'ordering': ['certification__name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='GuideFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('url', tenancy.fields.EncryptedTextField(verbose_name='address of the calendar')),
                ('problem', models.CharField(blank=True, choices=[('address', 'This address is not one of a public calendar.'), ('unreachable', 'The calendar does not answer.'), ('refused', 'The calendar’s server refuses. Was the address withdrawn?'), ('no_calendar', 'What is at the address is no calendar.'), ('too_large', 'The calendar is too large.')], editable=False, max_length=12, verbose_name='problem')),
                ('failures', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='failures in a row')),
                ('read_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='read')),
                ('next_read_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='next reading')),
                ('guide', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='tours.guide', verbose_name='guide')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'calendar of a guide',
                'verbose_name_plural': 'calendars of guides',
            },
        ),
        migrations.CreateModel(
            name='GuideBusyTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name='when')),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='busy_times', to='tours.guide')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='busy_times', to='tours.guidefeed')),
            ],
            options={
                'verbose_name': 'busy time',
                'verbose_name_plural': 'busy times',
            },
        ),
        migrations.CreateModel(
            name='GuideSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('ask_first', models.BooleanField(default=False, help_text='What is chosen at first when you put a guide down: to ask, or to decide at once.', verbose_name='guides are asked first')),
                ('reminder_hours', models.PositiveSmallIntegerField(default=24, help_text='A guide who has not answered by then is reminded once.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='remind after (hours)')),
                ('swap_needs_consent', models.BooleanField(default=True, help_text='Unticked: who takes over leads at once, unless something speaks against it.', verbose_name='a manager consents when guides swap')),
                ('travel_minutes', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MaxValueValidator(600)], verbose_name='minutes between two places, at least')),
                ('travel_kmh', models.PositiveSmallIntegerField(default=15, help_text='For the way between places on the map; a third is added to the distance as the crow flies.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(300)], verbose_name='how fast guides get from place to place (km/h)')),
                ('rest_hours', models.PositiveSmallIntegerField(default=11, validators=[django.core.validators.MaxValueValidator(24)], verbose_name='hours of rest between two days')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'planning of guides',
                'verbose_name_plural': 'planning of guides',
            },
        ),
        migrations.CreateModel(
            name='GuideSwap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('status', models.CharField(choices=[('offered', 'Offered'), ('taken', 'Waits for the team'), ('done', 'Handed over'), ('refused', 'Refused by the team'), ('withdrawn', 'Withdrawn')], default='offered', max_length=12, verbose_name='status')),
                ('taken_at', models.DateTimeField(blank=True, null=True, verbose_name='taken')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='swaps', to='tours.guideassignment', verbose_name='assignment')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who decided')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('taker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tours.guide', verbose_name='who takes over')),
                ('wanted', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tours.guide', verbose_name='to whom')),
            ],
            options={
                'verbose_name': 'swap of guides',
                'verbose_name_plural': 'swaps of guides',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='GuideTimeOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('last_day', models.DateField(verbose_name='last day')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('guide', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='times_off', to='tours.guide', verbose_name='guide')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'time off',
                'verbose_name_plural': 'times off',
                'ordering': ['first_day', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='TourGuide',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('guide', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='qualifications', to='tours.guide', verbose_name='guide')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('tour', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tour_guides', to='tours.tour', verbose_name='tour')),
            ],
            options={
                'verbose_name': 'qualified tour',
                'verbose_name_plural': 'qualified tours',
                'ordering': ['tour__name', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='certification',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='certification_name_unique', violation_error_message='There is already a certificate with this name.'),
        ),
        migrations.AddConstraint(
            model_name='guideavailability',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='guide_availability_weekday'),
        ),
        migrations.AddConstraint(
            model_name='guideavailability',
            constraint=models.CheckConstraint(condition=models.Q(('end_time__gt', models.F('start_time'))), name='guide_availability_times', violation_error_message='It ends before it begins. For a night, give two days.'),
        ),
        migrations.AddIndex(
            model_name='guidecertification',
            index=models.Index(fields=['organization', 'expires_on'], name='certification_by_end'),
        ),
        migrations.AddConstraint(
            model_name='guidecertification',
            constraint=models.CheckConstraint(condition=models.Q(('issued_on__isnull', True), ('expires_on__isnull', True), ('issued_on__lte', models.F('expires_on')), _connector='OR'), name='guide_certification_dates', violation_error_message='It ends before it was issued.'),
        ),
        migrations.AddIndex(
            model_name='guidefeed',
            index=models.Index(fields=['next_read_at'], name='guide_feed_due'),
        ),
        migrations.AddIndex(
            model_name='guidebusytime',
            index=models.Index(fields=['organization', 'guide'], name='busy_time_by_guide'),
        ),
        migrations.AddConstraint(
            model_name='guidesettings',
            constraint=models.UniqueConstraint(fields=('organization',), name='guide_settings_once'),
        ),
        migrations.AddIndex(
            model_name='guideswap',
            index=models.Index(fields=['organization', 'status'], name='guide_swap_by_status'),
        ),
        migrations.AddConstraint(
            model_name='guideswap',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('offered', 'taken'))), fields=('assignment',), name='guide_swap_one_open'),
        ),
        migrations.AddIndex(
            model_name='guidetimeoff',
            index=models.Index(fields=['organization', 'guide', 'last_day'], name='time_off_by_guide'),
        ),
        migrations.AddConstraint(
            model_name='guidetimeoff',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='guide_time_off_days', violation_error_message='The last day is before the first.'),
        ),
        migrations.AddConstraint(
            model_name='tourguide',
            constraint=models.UniqueConstraint(fields=('guide', 'tour'), name='tour_guide_once', violation_error_message='This tour is on the list already.'),
        ),
        ProtectTables(
            [
                "tours_certification",
                "tours_guideavailability",
                "tours_guidecertification",
                "tours_guidefeed",
                "tours_guidebusytime",
                "tours_guidesettings",
                "tours_guideswap",
                "tours_guidetimeoff",
                "tours_tourguide",
            ]
        ),
        SameOrganization("tours_tour", "required_certification_id", "tours_certification"),
        SameOrganization("tours_guideavailability", "guide_id", "tours_guide"),
        SameOrganization("tours_guidecertification", "guide_id", "tours_guide"),
        SameOrganization("tours_guidecertification", "certification_id", "tours_certification"),
        SameOrganization("tours_guidefeed", "guide_id", "tours_guide"),
        SameOrganization("tours_guidebusytime", "guide_id", "tours_guide"),
        SameOrganization("tours_guidebusytime", "feed_id", "tours_guidefeed"),
        SameOrganization("tours_guideswap", "assignment_id", "tours_guideassignment"),
        SameOrganization("tours_guideswap", "wanted_id", "tours_guide"),
        SameOrganization("tours_guideswap", "taker_id", "tours_guide"),
        SameOrganization("tours_guidetimeoff", "guide_id", "tours_guide"),
        SameOrganization("tours_tourguide", "guide_id", "tours_guide"),
        SameOrganization("tours_tourguide", "tour_id", "tours_tour"),
    ]
