import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0021_plain_protocols_become_rich'),
        ('tenancy', '0007_audit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='withdrawn_at',
            field=models.DateTimeField(null=True, verbose_name='withdrawn'),
        ),
        migrations.AddField(
            model_name='consent',
            name='withdrawn_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written down by'),
        ),
        migrations.AddField(
            model_name='consent',
            name='withdrawn_how',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='how it was withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at', None), models.Q(('withdrawn_how', ''), _negated=True), _connector='OR'), name='consent_withdrawn_somehow'),
        ),
    ]
