"""What an endpoint accepts, read from the annotations of Stripe's own package: unknown or missing parameters are refused."""

import typing
from typing import Any
from urllib.parse import parse_qsl

import stripe.params as sdk

from devtools.stripe_emulator.errors import invalid

# These say how the client sends, not what.
TRANSPORT = {
    "api_key", "content_type", "headers", "idempotency_key", "max_network_retries", "stripe_account", "stripe_context",
    "stripe_version",
}  # fmt: skip


def parse_form(text: str) -> dict[str, Any]:
    """Return a form body or query with its brackets unfolded: `metadata[a]=1` → `{"metadata": {"a": "1"}}`."""
    result: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        keys = name.replace("]", "").split("[")
        target = result
        for key in keys[:-1]:
            target = target.setdefault(key, {})
        target[keys[-1]] = value
    return {name: _as_list(value) for name, value in result.items()}


def _as_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key == "" or key.isdigit() for key in value):
        return [_as_list(item) for item in value.values()]
    return {key: _as_list(item) for key, item in value.items()}


def check(params: dict[str, Any], schema: str) -> None:
    """Raise Stripe's error for a parameter that the SDK's `schema` (a class of `stripe.params`) does not know, or lacks."""
    annotations = getattr(sdk, schema).__annotations__
    for name in params:
        if name not in annotations or name in TRANSPORT:
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    for name, kind in annotations.items():
        if name not in TRANSPORT and not _optional(kind) and name not in params:
            raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)


def _optional(kind: Any) -> bool:
    if isinstance(kind, typing.ForwardRef):
        return kind.__forward_arg__.startswith("NotRequired[")
    return typing.get_origin(kind) is typing.NotRequired


def integer(params: dict[str, Any], name: str) -> int:
    """Return a parameter that must be a whole number."""
    try:
        return int(params[name])
    except ValueError as error:
        raise invalid(f"Invalid integer: {params[name]}", code="parameter_invalid_integer", param=name) from error
