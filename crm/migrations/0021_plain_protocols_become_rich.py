from django.db import migrations

# As `crm.rules.rich_of`. The owner of the tables writes for all organizations.
PLAIN_TO_RICH = r"""
    UPDATE crm_protocol SET body = '<p>' || replace(
        regexp_replace(
            replace(replace(replace(btrim(replace(body, E'\r', ''), E' \n\t'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
            '[ \t]*\n[ \t]*\n\s*', '</p><p>', 'g'),
        E'\n', '<br/>') || '</p>'
    WHERE btrim(body, E' \r\n\t') <> ''
"""
RICH_TO_PLAIN = r"""
    UPDATE crm_protocol SET body = replace(replace(replace(
        regexp_replace(regexp_replace(regexp_replace(body, '<br ?/?>', E'\n', 'g'), '</(p|li)>(?=.)', E'\n', 'g'), '<[^>]*>', '', 'g'),
        '&lt;', '<'), '&gt;', '>'), '&amp;', '&')
    WHERE body <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0020_rich_protocols'),
    ]

    operations = [migrations.RunSQL(PLAIN_TO_RICH, RICH_TO_PLAIN)]
