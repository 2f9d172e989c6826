from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commerce", "0018_disputes")]

    operations = [
        migrations.AlterField(
            model_name="departurechange",
            name="moved_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="previous start"),
        ),
        migrations.AlterField(
            model_name="departurechange",
            name="moved_to",
            field=models.DateTimeField(blank=True, null=True, verbose_name="new start"),
        ),
    ]
