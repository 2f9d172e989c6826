"""What an endpoint accepts, read from the annotations of Stripe's own package: unknown, missing or wrong parameters are refused."""

import operator
import sys
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import stripe.params as sdk
from typing_extensions import is_typeddict

from devtools.stripe_emulator.errors import invalid

# These say how the client sends, not what.
TRANSPORT = frozenset(
    {
        "api_key", "content_type", "headers", "idempotency_key", "max_network_retries", "stripe_account", "stripe_context",
        "stripe_version",
    }
)  # fmt: skip


def parse_form(text: str) -> dict[str, Any]:
    """Return a form body or query with its brackets unfolded: `metadata[a]=1` → `{"metadata": {"a": "1"}}`."""
    result: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        keys = name.replace("]", "").split("[")
        target = result
        for key in keys[:-1]:
            inner = target.setdefault(key, {})
            if not isinstance(inner, dict):
                raise invalid(f"Invalid parameter: {name}", code="parameter_invalid_empty", param=name)
            target = inner
        # `expand[]=a&expand[]=b` repeats one name.
        last = str(len(target)) if keys[-1] == "" else keys[-1]
        target[last] = value
    return {name: _as_list(value) for name, value in result.items()}


def _as_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_as_list(item) for item in value.values()]
    return {key: _as_list(item) for key, item in value.items()}


def read(params: dict[str, Any], schema: str, honoured: frozenset[str]) -> dict[str, Any]:
    """Return the parameters of a request as values of the types that the SDK's `schema` (a class of `stripe.params`) names.

    Raises Stripe's error for a parameter that it does not know, lacks, or cannot read. What Stripe knows and this emulator
    does not honour is refused too: better than a test that passes because its parameter was passed over.
    """
    values = _fields(params, operator.attrgetter(schema)(sdk), "")
    for name in values.keys() - honoured:
        raise invalid(f"The emulator does not know what Stripe does with {name}.", code="parameter_unknown", param=name)
    return values


@cache
def _hints(schema: type) -> dict[str, Any]:
    names = vars(sys.modules[schema.__module__])
    hints = typing.get_type_hints(schema, names, {"Mapping": Mapping, "StripeContext": object}, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in TRANSPORT}


def _fields(params: dict[str, Any], schema: type, path: str) -> dict[str, Any]:
    hints = _hints(schema)
    for name in params:
        if name not in hints:
            full = _inside(path, name)
            raise invalid(f"Received unknown parameter: {full}", code="parameter_unknown", param=full)
    values = {}
    for name, hint in hints.items():
        full = _inside(path, name)
        is_optional = typing.get_origin(hint) is typing.NotRequired
        if name in params:
            values[name] = _value(params[name], typing.get_args(hint)[0] if is_optional else hint, full)
        elif not is_optional:
            raise invalid(f"Missing required param: {full}.", code="parameter_missing", param=full)
    return values


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _value(given: Any, hint: Any, path: str) -> Any:
    if hint is Any:
        # A file, which `files` looks at.
        return given
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _one_of(given, arguments, path)
    if is_typeddict(hint):
        return _fields(_mapping(given, path), hint, path)
    if origin is typing.Literal:
        if given not in arguments:
            choices = ", ".join(str(choice) for choice in arguments)
            raise invalid(f"Invalid {path}: must be one of {choices}", param=path)
        return given
    if origin is list:
        if not isinstance(given, list):
            raise invalid("Invalid array", param=path)
        return [_value(item, arguments[0], f"{path}[{number}]") for number, item in enumerate(given)]
    if origin is dict:
        return {name: _value(item, arguments[1], f"{path}[{name}]") for name, item in _mapping(given, path).items()}
    return _plain(given, hint, path)


def _mapping(given: Any, path: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise invalid("Invalid object", param=path)
    return given


def _one_of(given: Any, hints: tuple[Any, ...], path: str) -> Any:
    choices = [
        choice for hint in hints for choice in typing.get_args(hint) if typing.get_origin(hint) is typing.Literal
    ]
    if given in choices:
        return given
    # Besides a closed list of words, `str` stands for words of later versions; the empty word alone stands for “unset”.
    is_closed = any(choice != "" for choice in choices)
    open_hints = [hint for hint in hints if typing.get_origin(hint) is not typing.Literal]
    wanted = [hint for hint in open_hints if not (is_closed and hint is str)]
    if isinstance(given, str) and choices and not any(_takes(given, hint) for hint in wanted):
        raise invalid(f"Invalid {path}: must be one of {', '.join(filter(None, choices))}", param=path)
    shaped = [hint for hint in wanted if _takes(given, hint)]
    if not shaped:
        raise invalid(f"Invalid {path}.", param=path)
    return _value(given, shaped[0], path)


def _takes(given: Any, hint: Any) -> bool:
    if isinstance(given, list):
        return typing.get_origin(hint) is list
    is_mapping = is_typeddict(hint) or typing.get_origin(hint) is dict
    return is_mapping if isinstance(given, dict) else not is_mapping and typing.get_origin(hint) is not list


def _plain(given: Any, hint: Any, path: str) -> Any:
    if not isinstance(given, str):
        raise invalid("Invalid string", param=path)
    if hint is int:
        if not given.removeprefix("-").isdecimal() or not given.isascii():
            raise invalid(f"Invalid integer: {given}", code="parameter_invalid_integer", param=path)
        return int(given)
    if hint is bool:
        if given not in ("true", "false"):
            raise invalid(f"Invalid boolean: {given}", param=path)
        return given == "true"
    return given
