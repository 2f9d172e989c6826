import django.contrib.postgres.fields
from django.db import migrations, models

# What an import made needs no row for each: the keys stand with the batch.
GATHER = """
UPDATE crm_importbatch b SET made = rows.made
FROM (SELECT batch_id, array_agg(record_id ORDER BY row) AS made FROM crm_importchange WHERE is_new GROUP BY batch_id) AS rows
WHERE rows.batch_id = b.id;
DELETE FROM crm_importchange WHERE is_new;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0024_own_attention_rules")]

    operations = [
        migrations.RenameModel("ImportedRow", "ImportChange"),
        migrations.AlterModelOptions(
            "importchange",
            options={"verbose_name": "change by an import", "verbose_name_plural": "changes by imports"},
        ),
        migrations.AlterField(
            "importchange",
            "batch",
            models.ForeignKey(on_delete=models.deletion.CASCADE, related_name="changes", to="crm.importbatch"),
        ),
        migrations.AddField(
            "importbatch",
            "made",
            django.contrib.postgres.fields.ArrayField(
                models.BigIntegerField(), default=list, editable=False, size=None
            ),
        ),
        # Going back is for imports that nobody wants to undo any more.
        migrations.RunSQL(GATHER, migrations.RunSQL.noop),
        migrations.RemoveField("importchange", "is_new"),
    ]
