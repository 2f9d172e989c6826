from django.db import migrations

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial"), ("tenancy", "0003_row_level_security")]

    operations = [
        ProtectTables(
            [
                "crm_activity",
                "crm_customer",
                "crm_message",
                "crm_protocol",
                "crm_protocollink",
            ]
        ),
        SameOrganization("crm_protocol", "customer_id", "crm_customer"),
        SameOrganization("crm_message", "customer_id", "crm_customer"),
    ]
