from django.db import migrations

from tenancy.rls import ProtectTables, SameOrganization


class Migration(migrations.Migration):
    dependencies = [("commerce", "0001_initial"), ("tenancy", "0003_row_level_security")]

    operations = [
        ProtectTables(
            [
                "commerce_order",
                "commerce_orderline",
                "commerce_payment",
                "commerce_paymentsettings",
                "commerce_providerevent",
                "commerce_refund",
            ]
        ),
        SameOrganization("commerce_order", "customer_id", "crm_customer"),
        SameOrganization("commerce_orderline", "order_id", "commerce_order"),
        SameOrganization("commerce_orderline", "booking_id", "tours_booking"),
        SameOrganization("commerce_payment", "order_id", "commerce_order"),
        SameOrganization("commerce_refund", "payment_id", "commerce_payment"),
    ]
