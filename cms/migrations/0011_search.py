import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

import tenancy.scope
from tenancy.rls import ProtectTables


def goes_with(table: str, column: str, target: str) -> migrations.RunSQL:
    """Let the database take rows away with what they belong to: nobody reads them for that."""
    name = f"{table}_{column}"
    return migrations.RunSQL(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY ("{column}") REFERENCES "{target}" (id)'
        " ON DELETE CASCADE",
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0010_shared_content'),
        ('tenancy', '0007_audit'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('language', models.CharField(max_length=12)),
                ('kind', models.CharField(choices=[('tour', 'Tours'), ('page', 'Pages'), ('question', 'Questions and answers'), ('place', 'Places')], max_length=12)),
                ('part', models.CharField(blank=True, max_length=80)),
                ('title', models.CharField(max_length=255)),
                ('text', models.TextField(blank=True)),
                ('shown', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('page', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='wagtailcore.page')),
            ],
            options={
                'verbose_name': 'search entry',
                'verbose_name_plural': 'search entries',
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12)),
                ('word', models.CharField(db_collation='C', max_length=40)),
                ('weight', models.SmallIntegerField()),
                ('entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='words', to='cms.searchentry')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name': 'search word',
                'verbose_name_plural': 'search words',
                'indexes': [models.Index(fields=['organization', 'language', 'word'], include=['entry', 'weight'], name='search_word')],
            },
        ),
        migrations.CreateModel(
            name='SearchMiss',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('language', models.CharField(max_length=12, verbose_name='language')),
                ('words', models.CharField(max_length=60, verbose_name='words')),
                ('count', models.PositiveIntegerField(default=1, verbose_name='searches')),
                ('last_on', models.DateField(verbose_name='last on')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
            ],
            options={
                'verbose_name': 'search that found nothing',
                'verbose_name_plural': 'searches that found nothing',
                'constraints': [models.UniqueConstraint(fields=('organization', 'language', 'words'), name='search_miss_once')],
            },
        ),
        ProtectTables(["cms_searchentry", "cms_searchword", "cms_searchmiss"]),
        goes_with("cms_searchentry", "page_id", "wagtailcore_page"),
        goes_with("cms_searchword", "entry_id", "cms_searchentry"),
    ]
