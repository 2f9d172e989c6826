import django.db.models.deletion
import django.db.models.functions.text
import tenancy.scope
import wagtail.fields
from django.conf import settings
from django.db import migrations, models

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0019_rules_that_fail'),
        ('tenancy', '0007_audit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='protocol',
            name='search_text',
            field=models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Lower(django.db.models.functions.text.Concat(models.F('subject'), models.Value(' '), django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(models.Func(models.Func(models.F('body'), models.Value('</?[bi]>'), models.Value(''), models.Value('g'), function='regexp_replace', output_field=models.TextField()), models.Value('<[^>]*>'), models.Value(' '), models.Value('g'), function='regexp_replace', output_field=models.TextField()), models.Value('&lt;'), models.Value('<'), output_field=models.TextField()), models.Value('&gt;'), models.Value('>'), output_field=models.TextField()), models.Value('&nbsp;'), models.Value(' '), output_field=models.TextField()), models.Value('&amp;'), models.Value('&'), output_field=models.TextField()), models.Value(' '), output_field=models.TextField())), models.Value('ß'), models.Value('ss'), output_field=models.TextField()), models.Value('æ'), models.Value('ae'), output_field=models.TextField()), models.Value('œ'), models.Value('oe'), output_field=models.TextField()), models.Value('àáâãäåçèéêëìíîïñòóôõöøùúûüýÿāăąćĉċčďđēĕėęěĝğġģĥĩīĭįıĵķĺļľłńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżžſ'), models.Value('aaaaaaceeeeiiiinoooooouuuuyyaaaccccddeeeeegggghiiiiijkllllnnnooorrrssssttuuuuuuwyzzzs'), function='translate', output_field=models.TextField()), output_field=models.TextField()),
        ),
        migrations.AlterField(
            model_name='protocol',
            name='body',
            field=wagtail.fields.RichTextField(blank=True, verbose_name='what was said'),
        ),
        migrations.CreateModel(
            name='ProtocolMention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('seen_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('protocol', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='crm.protocol')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'mention',
                'verbose_name_plural': 'mentions',
                'indexes': [models.Index(condition=models.Q(('seen_at', None)), fields=['organization', 'user'], name='protocol_mention_unseen')],
                'constraints': [models.UniqueConstraint(fields=('protocol', 'user'), name='protocol_mention_once')],
            },
        ),
        ProtectTables(["crm_protocolmention"]),
        SameOrganization("crm_protocolmention", "protocol_id", "crm_protocol"),
    ]
