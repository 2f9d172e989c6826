"""Errors in the shape of Stripe's."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error: its HTTP status and Stripe's type, code and further fields."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", **fields: Any) -> None:
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **({"code": code} if code else {}), **fields}}
        super().__init__(message)


def invalid(message: str, *, code: str = "", status: int = 400, **fields: Any) -> ApiError:
    """Return a request that Stripe refuses."""
    return ApiError(status, "invalid_request_error", message, code=code, **fields)


def missing(kind: str, reference: str) -> ApiError:
    """Return the answer for an object that the account does not have."""
    return invalid(f"No such {kind}: '{reference}'", code="resource_missing", status=404)
