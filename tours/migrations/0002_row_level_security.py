from django.db import migrations

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):
    dependencies = [("tours", "0001_initial"), ("tenancy", "0003_row_level_security")]

    operations = [
        ProtectTables(
            [
                "tours_booking",
                "tours_participant",
                "tours_pricingtier",
                "tours_schedule",
                "tours_stop",
                "tours_tour",
                "tours_tourvariant",
            ]
        ),
        SameOrganization("tours_schedule", "variant_id", "tours_tourvariant"),
        SameOrganization("tours_booking", "schedule_id", "tours_schedule"),
        SameOrganization("tours_booking", "customer_id", "crm_customer"),
    ]
