import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import tenancy.scope
from django.db import migrations, models

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0007_audit'),
        ('tours', '0006_attendance'),
    ]

    operations = [
        migrations.CreateModel(
            name='SeatBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('seats', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='places')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'blocked places',
                'verbose_name_plural': 'blocked places',
            },
        ),
        migrations.RemoveConstraint(
            model_name='schedule',
            name='schedule_not_oversold',
        ),
        migrations.AddField(
            model_name='schedule',
            name='blocked_count',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='blocked'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(('blocked_count__gte', 0), ('booked_count__gte', 0), ('booked_count__lte', django.db.models.expressions.CombinedExpression(models.F('capacity'), '-', models.F('blocked_count')))), name='schedule_not_oversold', violation_error_message='More places are booked or blocked than that.'),
        ),
        migrations.AddField(
            model_name='seatblock',
            name='organization',
            field=models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization'),
        ),
        migrations.AddField(
            model_name='seatblock',
            name='schedule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seat_blocks', to='tours.schedule', verbose_name='schedule'),
        ),
        migrations.AddConstraint(
            model_name='seatblock',
            constraint=models.CheckConstraint(condition=models.Q(('seats__gte', 1)), name='block_seats'),
        ),
        ProtectTables(["tours_seatblock"]),
        SameOrganization("tours_seatblock", "schedule_id", "tours_schedule"),
    ]
