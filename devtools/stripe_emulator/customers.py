"""Customers, as far as payments point at them."""

from devtools.stripe_emulator.account import Account, Object, merged, new_id, now


def create_customer(account: Account, params: Object) -> Object:
    """Add a customer."""
    customer = {
        "id": new_id("cus"), "object": "customer", "address": None, "balance": 0, "created": now(), "currency": None,
        "default_source": None, "delinquent": False, "description": params.get("description"), "discount": None,
        "email": params.get("email"), "livemode": False, "metadata": merged({}, params.get("metadata", {})), "name": params.get("name"),
        "phone": params.get("phone"), "preferred_locales": params.get("preferred_locales", []), "shipping": None, "tax_exempt": "none",
        "test_clock": None,
    }  # fmt: skip
    account.add("customers", customer)
    account.emit("customer.created", customer)
    return customer
