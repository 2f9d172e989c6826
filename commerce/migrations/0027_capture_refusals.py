from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("commerce", "0026_paid_links"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="capture_refusals",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
