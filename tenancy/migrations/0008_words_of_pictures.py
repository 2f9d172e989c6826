from django.db import migrations, models

import tenancy.fields


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0007_audit")]

    operations = [
        migrations.AddField(
            model_name="tenantimage",
            name="description_translations",
            field=tenancy.fields.TranslationsField(
                blank=True, db_default={}, default=dict, verbose_name="description in other languages"
            ),
        ),
        migrations.AddField(
            model_name="tenantimage",
            name="is_decorative",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="It says nothing that is not said beside it, so screen readers pass over it.",
                verbose_name="only decoration",
            ),
        ),
    ]
