"""The database holds the tables of states: no code path can take an order or a payment where it may not go."""

from django.db import migrations

from tenancy.rls import LegalChanges

ORDERS = {
    "pending": ["cancelled", "confirmed", "expired", "paid"],
    "confirmed": ["cancelled", "completed", "paid"],
    "paid": ["cancelled", "completed", "partially_refunded", "refunded"],
    "completed": ["paid", "partially_refunded", "refunded"],
    "expired": ["confirmed", "paid"],
    "cancelled": [],
    "partially_refunded": ["cancelled", "paid", "refunded"],
    "refunded": ["cancelled", "paid", "partially_refunded"],
}
PAYMENTS = {
    "pending": ["cancelled", "failed", "processing", "requires_action", "succeeded"],
    "requires_action": ["cancelled", "failed", "pending", "processing", "succeeded"],
    "processing": ["cancelled", "failed", "pending", "requires_action", "succeeded"],
    "failed": ["cancelled", "pending", "processing", "requires_action", "succeeded"],
    "awaiting_approval": ["cancelled", "rejected", "succeeded"],
    "succeeded": ["disputed", "partially_refunded", "refunded"],
    "partially_refunded": ["disputed", "refunded", "succeeded"],
    "refunded": ["disputed", "partially_refunded", "succeeded"],
    "disputed": ["partially_refunded", "refunded", "succeeded"],
    "cancelled": ["awaiting_approval", "failed", "pending", "processing", "requires_action", "succeeded"],
    "rejected": [],
}


class Migration(migrations.Migration):

    dependencies = [("commerce", "0020_payment_plans")]

    operations = [LegalChanges("commerce_order", ORDERS), LegalChanges("commerce_payment", PAYMENTS)]
