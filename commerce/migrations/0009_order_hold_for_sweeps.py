from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commerce", "0008_limits")]

    operations = [
        migrations.RemoveIndex(model_name="order", name="order_hold"),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("hold_expires_at__isnull", False), ("status", "pending")),
                fields=["hold_expires_at"],
                name="order_hold",
            ),
        ),
    ]
