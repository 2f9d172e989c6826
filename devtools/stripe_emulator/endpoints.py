"""Webhook endpoints."""

import secrets
from urllib.parse import urlsplit

from devtools.stripe_emulator.account import API_VERSION, Account, Object, merged, new_id, now, public
from devtools.stripe_emulator.errors import invalid


def create_endpoint(account: Account, params: Object) -> Object:
    """Add an endpoint; its secret is shown in this answer only. `connect`: for events of the connected accounts instead."""
    parts = urlsplit(params["url"])
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid(
            "Invalid URL: an explicit scheme (such as https) must be provided.", code="url_invalid", param="url"
        )
    if params.get("api_version", API_VERSION) != API_VERSION:
        raise invalid(f"The emulator speaks {API_VERSION} only.", param="api_version")
    secret = f"whsec_{secrets.token_hex(24)}"
    endpoint = {
        "id": new_id("we"), "object": "webhook_endpoint", "api_version": params.get("api_version"), "application": None,
        "created": now(), "description": params.get("description"), "enabled_events": params["enabled_events"], "livemode": False,
        "metadata": merged({}, params.get("metadata", {})), "status": "enabled", "url": params["url"], "_secret": secret,
        "_connect": params.get("connect", False),
    }  # fmt: skip
    return {**public(account.add("webhook_endpoints", endpoint)), "secret": secret}


def delete_endpoint(account: Account, reference: str) -> Object:
    """Remove an endpoint; what is still to be sent to it is dropped."""
    account.find("webhook_endpoints", reference)
    del account.data["webhook_endpoints"][reference]
    return {"id": reference, "object": "webhook_endpoint", "deleted": True}


def wants(endpoint: Object, event: Object) -> bool:
    """Whether an endpoint is to be told of an event."""
    is_meant = endpoint["_connect"] == ("account" in event)
    return is_meant and bool({event["type"], "*"} & set(endpoint["enabled_events"]))
