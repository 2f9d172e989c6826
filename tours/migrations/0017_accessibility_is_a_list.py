from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tours", "0016_tags_and_accessibility")]

    operations = [migrations.RemoveField(model_name="tour", name="wheelchair_accessible")]
