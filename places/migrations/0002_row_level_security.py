from django.db import migrations

from tenancy.rls import ProtectTables


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial"), ("tenancy", "0003_row_level_security")]

    operations = [
        ProtectTables(
            [
                "places_place",
            ]
        ),
    ]
