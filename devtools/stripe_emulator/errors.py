"""Errors in the shape of Stripe's."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error: its HTTP status and Stripe's type, code and further fields.

    `ran`: the endpoint had begun its work, so an idempotency key gives this answer again.
    """

    def __init__(
        self, status: int, kind: str, message: str, *, code: str = "", ran: bool = False, **fields: Any
    ) -> None:
        self.status = status
        self.ran = ran
        self.body = {"error": {"type": kind, "message": message, **({"code": code} if code else {}), **fields}}
        super().__init__(message)

    @classmethod
    def of(cls, status: int, body: dict[str, Any]) -> "ApiError":
        """Return the error of an answer that was made already."""
        fields = dict(body["error"])
        return cls(status, fields.pop("type"), fields.pop("message"), **fields)


def invalid(message: str, *, code: str = "", status: int = 400, **fields: Any) -> ApiError:
    """Return the answer to a request that is wrong by itself."""
    return ApiError(status, "invalid_request_error", message, code=code, **fields)


def unfit(message: str, *, code: str = "", **fields: Any) -> ApiError:
    """Return the answer to a request that does not fit the state of its object."""
    return ApiError(400, "invalid_request_error", message, code=code, ran=True, **fields)


def missing(kind: str, reference: str) -> ApiError:
    """Return the answer for an object that the account does not have."""
    return invalid(f"No such {kind}: '{reference}'", code="resource_missing", status=404, param="id")


def declined(message: str, *, code: str, **fields: Any) -> ApiError:
    """Return the answer for a payment method that was refused; `fields` may hold the `decline_code`."""
    return ApiError(402, "card_error", message, code=code, ran=True, **fields)
