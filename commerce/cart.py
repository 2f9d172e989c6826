"""What a guest has chosen and not yet ordered: kept in the session, for each organization its own."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.sessions.backends.base import SessionBase
from django.core.signing import BadSignature, Signer

from commerce.rules import fold_code
from tenancy.scope import current_organization_id

KEY: Final = "cart"
# More departures and promo codes in one order than any guest needs; keeps the session small.
MAX_LINES: Final = 10
MAX_CODES: Final = 5
LONGEST_CODE: Final = 60
SHOWN: Final = re.compile(
    r"(?P<departure>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"=(?P<people>\d{1,18}x[1-9]\d{0,2}(?:\+\d{1,18}x[1-9]\d{0,2}){0,99})=\d{1,15}=(?P<plain>\d{1,15})"
)
SHOWN_CODE: Final = re.compile(rf"code=(?P<signed>[A-Za-z0-9-]{{1,{LONGEST_CODE}}}:[\w-]+)")


class CartFull(ValueError):
    """The cart holds `MAX_LINES` departures already."""


class CodesFull(ValueError):
    """The cart holds `MAX_CODES` promo codes already."""


@dataclass(frozen=True, slots=True)
class CartItem:
    """People on one departure: how many of each price (by its primary key).

    `shown_total_minor` is what the guest was shown that they cost without promo codes; None when that is not known.
    """

    schedule_public_id: UUID
    quantities: Mapping[int, int]
    shown_total_minor: int | None

    @property
    def people(self) -> int:
        """How many people it is for."""
        return sum(self.quantities.values())


class Cart:
    """Reads and writes the cart of a session. `token` names it: an order placed from it is placed once."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session

    @property
    def items(self) -> list[CartItem]:
        """The chosen departures in the order in which they were added."""
        return [_read(public_id, stored) for public_id, stored in self._stored["items"].items()]

    @property
    def people(self) -> int:
        """How many people all of it is for."""
        return sum(item.people for item in self.items)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another departure."""
        return len(self._stored["items"]) >= MAX_LINES

    @property
    def token(self) -> UUID | None:
        """The cart's name, the same until it is emptied; None while there is nothing in it."""
        token = self._stored["token"]
        return UUID(token) if token else None

    @property
    def codes(self) -> list[str]:
        """The promo codes as they were typed."""
        return list(self._stored.get("codes", []))

    @property
    def before(self) -> str:
        """The secret of the order that came back as this cart; empty when none did."""
        return str(self._stored.get("before", ""))

    @property
    def left_out(self) -> list[str]:
        """What of that order is not in the cart, in the words of the moment when it came back."""
        return list(self._stored.get("left_out", []))

    def remember(self, secret: str, *, left_out: Iterable[str]) -> None:
        """Keep beside the cart which order came back as it, and what of it did not, until the cart is emptied or begun anew."""
        self._session[KEY] = {**self._stored, "before": secret, "left_out": list(left_out)}

    def add_code(self, text: str) -> None:
        """Keep a promo code, also while nothing is chosen yet; too long a text is cut. Raises `CodesFull`."""
        text = " ".join(text.split())[:LONGEST_CODE]
        if text:
            codes = [code for code in self.codes if fold_code(code) != fold_code(text)]
            if len(codes) >= MAX_CODES:
                raise CodesFull
            self._session[KEY] = {**self._stored, "codes": [*codes, text]}

    def remove_codes(self, texts: Iterable[str]) -> None:
        """Forget promo codes, however they are written here."""
        gone = {fold_code(text) for text in texts}
        codes = self.codes
        kept = [code for code in codes if fold_code(code) not in gone]
        if kept != codes:
            self._session[KEY] = {**self._stored, "codes": kept}

    def get(self, schedule_public_id: UUID) -> CartItem | None:
        """Return what is chosen on a departure, or None."""
        stored = self._stored["items"].get(str(schedule_public_id))
        return None if stored is None else _read(str(schedule_public_id), stored)

    def put(self, item: CartItem) -> None:
        """Choose people on a departure, in place of those chosen on it before. Raises `CartFull`."""
        cart = self._stored
        key = str(item.schedule_public_id)
        if key not in cart["items"] and self.is_full:
            raise CartFull
        if not cart["items"]:
            cart = _without_before(cart)
        cart["items"][key] = {
            "quantities": {str(tier_id): quantity for tier_id, quantity in item.quantities.items()},
            "shown": item.shown_total_minor,
        }
        cart["token"] = cart["token"] or str(uuid4())
        self._session[KEY] = cart

    def remove(self, schedule_public_id: UUID) -> None:
        """Take a departure out; nothing happens when it is not in the cart."""
        cart = self._stored
        if cart["items"].pop(str(schedule_public_id), None) is None:
            return
        if not cart["items"]:
            cart = {**_without_before(cart), "token": ""}
        self._session[KEY] = cart

    def keep_only(self, schedule_public_ids: Iterable[UUID]) -> None:
        """Take out every departure but these."""
        kept = set(schedule_public_ids)
        for item in self.items:
            if item.schedule_public_id not in kept:
                self.remove(item.schedule_public_id)

    def restore(self, items: Iterable[CartItem], *, codes: Iterable[str] = ()) -> None:
        """Put back what a page still shows of a cart that was lost with its session; nothing happens to one that holds something."""
        if not self.items:
            self.add(items, codes=codes)

    def add(self, items: Iterable[CartItem], *, codes: Iterable[str] = ()) -> None:
        """Add departures and promo codes, as many as there is room for.

        On a departure that is there already, as many people of each price come afterwards as in that of the two with more of them.
        """
        for item in items:
            with suppress(CartFull):
                self.put(_together(self.get(item.schedule_public_id), item))
        for code in codes:
            with suppress(CodesFull):
                self.add_code(code)

    def empty(self, *, token: UUID | None = None) -> None:
        """Take everything out; with `token`, only if this is the cart of that name."""
        if token is None or token == self.token:
            self._session.pop(KEY, None)

    @property
    def _stored(self) -> dict[str, Any]:
        return self._session.get(KEY) or {"token": "", "items": {}}


def _without_before(stored: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stored.items() if name not in ("before", "left_out")}


def _together(before: CartItem | None, more: CartItem) -> CartItem:
    if before is None:
        return more
    both = {**more.quantities, **before.quantities}
    quantities = {tier_id: max(count, more.quantities.get(tier_id, 0)) for tier_id, count in both.items()}
    # What was shown is known of the one or the other, not of both together.
    return before if quantities == before.quantities else replace(before, quantities=quantities, shown_total_minor=None)


def item_as_shown(item: CartItem, total_minor: int, plain_minor: int) -> str:
    """Return a departure of the cart as a page carries it, with the price it shows and that without promo codes (minor units)."""
    people = "+".join(f"{tier_id}x{quantity}" for tier_id, quantity in sorted(item.quantities.items()))
    return f"{item.schedule_public_id}={people}={total_minor}={plain_minor}"


def code_as_shown(code: str) -> str:
    """Return a promo code that counts as a page carries it: signed, so that nobody finds codes by making pages up."""
    return f"code={_code_signer().sign(code)}"


def items_from_shown(text: str) -> list[CartItem]:
    """Return what a page carried of a cart, leaving out what is none of it. Whoever sends it may have changed it: prices are asked anew."""
    found = []
    for part in text.split():
        match = SHOWN.fullmatch(part)
        if match is not None:
            people = (one.split("x") for one in match["people"].split("+"))
            quantities = {int(tier_id): int(quantity) for tier_id, quantity in people}
            found.append(CartItem(UUID(match["departure"]), quantities, int(match["plain"])))
    return found


def codes_from_shown(text: str) -> list[str]:
    """Return the promo codes that a page of the organization in scope carried."""
    found = []
    for part in text.split():
        match = SHOWN_CODE.fullmatch(part)
        if match is not None:
            with suppress(BadSignature):
                found.append(_code_signer().unsign(match["signed"]))
    return found


def _code_signer() -> Signer:
    return Signer(salt=f"commerce.cart.code.{current_organization_id()}")


def _read(public_id: str, stored: Mapping[str, Any]) -> CartItem:
    quantities = {int(tier_id): int(quantity) for tier_id, quantity in stored["quantities"].items()}
    return CartItem(UUID(public_id), quantities, stored["shown"])
