from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commerce', '0029_follow_merged_customers'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='bookingchange',
            name='booking_change_amounts',
        ),
        migrations.AddField(
            model_name='bookingchange',
            name='let_off_minor',
            field=models.BigIntegerField(db_default=0, default=0, verbose_name='not asked for although it was agreed'),
        ),
        migrations.AddConstraint(
            model_name='bookingchange',
            constraint=models.CheckConstraint(condition=models.Q(('due_minor__gte', 0), ('let_off_minor__gte', 0), ('refund_minor__gte', 0)), name='booking_change_amounts'),
        ),
    ]
